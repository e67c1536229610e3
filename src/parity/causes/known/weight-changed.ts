// One number of one weight is another: which, is solved from how the difference follows the layer's inputs.
import { tensor } from '../../../core/tensor.js';
import type { WeightRole } from '../../../core/weights.js';
import { apply } from '../../../evaluator/evaluator.js';
import type { FloatMap } from '../../../evaluator/map.js';
import type { Layer } from '../../../network/layer.js';
import type { Segment } from '../../segment.js';
import { weightsOf } from '../../segment.js';
import type { KnownCause, Variation } from '../cause.js';
import { withWeights } from '../changes.js';
import { type ChannelResidual, onlyChannel, projection } from '../residual.js';

/** Candidates that explain less than this of the difference are not run. */
const MOST_OF_IT = 0.999;

/** A solution this small beside what it is solved from is none. */
const VANISHED = 1e-6;

/** A flipped bit, a damaged file, an edit. */
export const weightChanged: KnownCause = {
  id: 'weight-changed',
  prior: 2,
  *variations(segment) {
    const off = onlyChannel(segment);
    const at = off && layerBehind(segment, off.channel);
    if (at === undefined) return;
    const found = { ...off!, channel: at.channel };
    yield* at.layer.op === 'BatchNormalization'
      ? changedNorm(segment, at.layer, found)
      : changedKernel(segment, at.layer, found);
  },
};

/** The layer with weights that gives the target's channel, and which of its channels it is. */
function layerBehind({ target, layers }: Segment, channel: number): { layer: Layer; channel: number } | undefined {
  if (target.op !== 'Concatenate') return { layer: target, channel };
  let begin = 0;
  for (const name of target.inputs) {
    const layer = layers.find((other) => other.name === name);
    const width = layer?.outputShape.at(-1);
    // What is joined from outside the segment was recorded, and is right.
    if (width === undefined || width === null) return undefined;
    if (channel < begin + width) return { layer: layer!, channel: channel - begin };
    begin += width;
  }
  return undefined;
}

function* changedKernel(segment: Segment, layer: Layer, off: ChannelResidual): Iterable<Variation> {
  const role = layer.weights.depthwise_kernel ? 'depthwise_kernel' : 'kernel';
  const shape = layer.weights[role];
  if (shape === undefined) return;
  const filters = role === 'kernel' ? shape.at(-1)! : 1;
  const size = shape.reduce((a, b) => a * b, 1);
  let best = { step: 0, share: 0, flat: -1 };
  for (let flat = role === 'kernel' ? off.channel : 0; flat < size; flat += filters) {
    if (role === 'depthwise_kernel' && flat % shape[2]! !== off.channel) continue;
    const fit = projection(off, termsOf(segment, layer, role, flat, off.channel));
    if (fit.share > best.share) best = { ...fit, flat };
  }
  if (best.share >= MOST_OF_IT) yield changed(segment, layer, role, best.flat, best.step);
  if (layer.weights.bias !== undefined) {
    const fit = projection(off, new Float64Array(off.residual.length).fill(1));
    if (fit.share >= MOST_OF_IT) yield changed(segment, layer, 'bias', off.channel, fit.step);
  }
}

/** What the layer's channel would be with 1 at `flat` of its kernel and 0 elsewhere: a picked, moved input channel. */
function termsOf(segment: Segment, layer: Layer, role: WeightRole, flat: number, channel: number): Float64Array {
  const shape = layer.weights[role]!;
  const picked = flat - (role === 'kernel' ? channel : 0);
  const inputs = segment.outputs.map((of) => of.get(layer.inputs[0]!)!.value);
  // One input channel, one filter: as wide as the answer is.
  const inChannels = inputs[0]!.shape.at(-1)!;
  const per = role === 'kernel' ? inChannels : 1;
  const cell = shape.length === 2 ? 0 : Math.floor(role === 'kernel' ? picked / shape.at(-1)! / per : flat / shape[2]!);
  const inChannel = role === 'kernel' ? (picked / shape.at(-1)!) % inChannels : channel;
  const unit = unitKernel(shape, cell);
  const plain = {
    ...layer,
    weights: {},
    ...(layer.op === 'Conv2D' && { attrs: { ...layer.attrs, activation: 'linear' } }),
  } as Layer;
  const zero = { bias: tensor(new Float32Array(1), [1]) };
  const maps = inputs.map((x) =>
    apply(plain, [oneChannel(x, inChannel)], { ...unit, ...(layer.op === 'Dense' && zero) }),
  );
  return Float64Array.from(maps.flatMap(({ data }) => [...data]));
}

function unitKernel(shape: readonly number[], cell: number) {
  if (shape.length === 2) return { kernel: tensor(Float32Array.of(1), [1, 1]) };
  const [rows, columns] = shape as readonly [number, number];
  const kernel = tensor(
    Float32Array.from({ length: rows * columns }, (_, i) => (i === cell ? 1 : 0)),
    [rows, columns, 1, 1],
  );
  return { kernel, depthwise_kernel: kernel };
}

function oneChannel({ data, shape }: FloatMap, channel: number): FloatMap {
  const channels = shape.at(-1)!;
  return {
    data: Float64Array.from({ length: data.length / channels }, (_, i) => data[i * channels + channel]!),
    shape: [...shape.slice(0, -1), 1],
  };
}

/** Of a batch normalisation's channel, a slope tells of gamma, a constant of beta. */
function* changedNorm(segment: Segment, layer: Layer, off: ChannelResidual): Iterable<Variation> {
  const { gamma, moving_mean: mean, moving_variance: variance } = weightsOf(segment, layer.name);
  const c = off.channel;
  const { epsilon } = layer.attrs as { epsilon: number };
  const deviation = Math.sqrt(variance!.data[c]! + epsilon);
  const normal = segment.outputs.flatMap((of) => [...oneChannel(of.get(layer.inputs[0]!)!.value, c).data]);
  const slope = projection(
    off,
    Float64Array.from(normal, (x) => (x - mean!.data[c]!) / deviation),
  );
  if (slope.share >= MOST_OF_IT)
    yield changed(segment, layer, 'gamma', c, slope.step, alternativeVariance(gamma!.data[c]! + slope.step));
  const constant = projection(off, new Float64Array(off.residual.length).fill(1));
  if (constant.share >= MOST_OF_IT) {
    const other = mean!.data[c]! - (constant.step * deviation) / gamma!.data[c]!;
    yield changed(
      segment,
      layer,
      'beta',
      c,
      constant.step,
      `, or its moving_mean is ${short(other)} instead of ${short(mean!.data[c]!)}`,
    );
  }

  function alternativeVariance(newGamma: number): string {
    const other = ((gamma!.data[c]! * deviation) / newGamma) ** 2 - epsilon;
    return other > 0 ? `, or its moving_variance is ${short(other)} instead of ${short(variance!.data[c]!)}` : '';
  }
}

function changed(segment: Segment, layer: Layer, role: WeightRole, flat: number, step: number, or = ''): Variation {
  const before = weightsOf(segment, layer.name)[role]!;
  const solved = before.data[flat]! + step;
  // What is left of a number that was set to zero is the rounding of the solution.
  const after = Math.abs(solved) < VANISHED * Math.abs(before.data[flat]!) ? 0 : Math.fround(solved);
  const index = before.stride.map((size, axis) => Math.floor(flat / size) % before.shape[axis]!);
  return {
    words: `One number of ${layer.name} differs: ${role}[${index.join(', ')}] is ${short(before.data[flat]!)} in the checkpoint, and the reference used ${short(after)}${or}. The checkpoint, or the one the reference was made from, is damaged`,
    fix: 'Compare the two files (`shuffleport diff`) and take the one that is whole.',
    change: withWeights(segment, [layer], (weights) => ({
      ...weights,
      [role]: tensor(
        before.data.map((value, i) => (i === flat ? after : value)),
        before.shape,
      ),
    })),
  };
}

const short = (value: number): string => String(Number(value.toPrecision(6)));
