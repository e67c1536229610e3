// Where a network's weights predict its own statistics: batch norm, pointwise convolution, batch norm, nothing between.
// Found on the layer table by that pattern; read first: docs/self-check.md.
import { toFloat64 } from '../../core/tensor.js';
import type { WeightRole } from '../../core/weights.js';
import { groupConvolutions } from '../../network/groups.js';
import { type Layer, type LayerOf, layersByName } from '../../network/layer.js';
import type { Model } from '../../network/model.js';

/** One pointwise convolution between two batch norms, whole or in groups, with the numbers that must agree. */
export interface MeanPlace {
  /** The convolution: `stage2/block2/1x1_gconv_2`. */
  readonly layer: string;
  /** Its kernels' layers, in group order; one where it is not grouped. */
  readonly convs: readonly string[];
  /** The batch norm before, whose beta is the mean of what it gives. */
  readonly before: string;
  /** The batch norm after, whose moving mean is the mean of what it takes. */
  readonly after: string;
  readonly groups: number;
  readonly inPerGroup: number;
  readonly outPerGroup: number;
  /** Mean of each input channel, the beta before, `(groups * inPerGroup,)`. */
  readonly input: Float64Array;
  /** Its standard deviation, the gamma before. */
  readonly inputScale: Float64Array;
  /** One a group, `(inPerGroup, outPerGroup)` row-major. */
  readonly kernels: readonly Float64Array[];
  /** `(groups * outPerGroup,)`; zeros where there is none. */
  readonly bias: Float64Array;
  /** The moving mean after, `(groups * outPerGroup,)`. */
  readonly mean: Float64Array;
  /** What differences are measured in: the square root of the moving variance after. */
  readonly unit: Float64Array;
}

/** Every such place of a model, in the network's order. */
export function meanPlaces(model: Model): MeanPlace[] {
  const byName = layersByName(model.network);
  const grouped = new Map(groupConvolutions(model.network).map((group) => [group.concat.name, group]));
  return model.network.layers.flatMap((after): MeanPlace[] => {
    if (after.op !== 'BatchNormalization') return [];
    const linear = byName.get(after.inputs[0]!)!;
    const group = grouped.get(linear.name);
    const convs = group === undefined ? [linear] : group.groups.map(({ conv }) => conv);
    const before = byName.get(group?.input ?? linear.inputs[0] ?? '');
    if (before?.op !== 'BatchNormalization' || !convs.every(isPointwise) || !alike(convs)) return [];
    return [placeOf(model, group?.name ?? linear.name, before, convs, after)];
  });
}

/** A 1x1 convolution of stride 1 without activation: linear, and exact for means, borders included. */
function isPointwise(layer: Layer): layer is LayerOf<'Conv2D'> {
  if (layer.op !== 'Conv2D') return false;
  const { attrs, weights } = layer;
  const window = [...weights.kernel!.slice(0, 2), ...attrs.strides];
  return attrs.activation === 'linear' && window.every((size) => size === 1);
}

/** Whether all kernels have one shape. */
function alike(convs: readonly Layer[]): boolean {
  return convs.every(({ weights }) => `${weights.kernel}` === `${convs[0]!.weights.kernel}`);
}

function placeOf(
  model: Model,
  layer: string,
  before: Layer,
  convs: readonly LayerOf<'Conv2D'>[],
  after: Layer,
): MeanPlace {
  const [, , inPerGroup = 0, outPerGroup = 0] = convs[0]!.weights.kernel!;
  return {
    layer,
    convs: convs.map(({ name }) => name),
    before: before.name,
    after: after.name,
    groups: convs.length,
    inPerGroup,
    outPerGroup,
    input: weightOf(model, before.name, 'beta'),
    inputScale: weightOf(model, before.name, 'gamma'),
    kernels: convs.map(({ name }) => weightOf(model, name, 'kernel')),
    bias: biasOf(model, convs, outPerGroup),
    mean: weightOf(model, after.name, 'moving_mean'),
    unit: unitsOf(weightOf(model, after.name, 'moving_variance')),
  };
}

/**
 * Whether only the last slice of the input was ever trained: channels that no group reads get no gradient, so that
 * their gamma and beta are to the bit what they were before training, 1 and 0.
 */
export function readsLastOnly({ input, inputScale, groups, inPerGroup }: MeanPlace): boolean {
  const initial = Array.from(input, (beta, c) => beta === 0 && inputScale[c] === 1);
  const last = (groups - 1) * inPerGroup;
  return initial.slice(0, last).every((is) => is) && initial.slice(last).includes(false);
}

/** A weight's values, row-major. */
export function weightOf(model: Model, layer: string, role: WeightRole): Float64Array {
  return toFloat64(model.weights.get(layer)![role]!);
}

function biasOf(model: Model, convs: readonly Layer[], outPerGroup: number): Float64Array {
  const bias = new Float64Array(convs.length * outPerGroup);
  convs.forEach(({ name, weights }, g) => {
    if (weights.bias !== undefined) bias.set(weightOf(model, name, 'bias'), g * outPerGroup);
  });
  return bias;
}

/** A channel that has died has hardly any variance; below this share of the layer's median it is measured in that. */
const LEAST_VARIANCE = 1e-3;

/** Standard deviations of a layer's channels, dead ones excepted. One where there is no variance at all. */
export function unitsOf(variance: Float64Array): Float64Array {
  const median = Float64Array.from(variance).sort()[variance.length >> 1] ?? 0;
  const least = median * LEAST_VARIANCE;
  return variance.map((value) => Math.sqrt(Math.max(value, least)) || 1);
}
