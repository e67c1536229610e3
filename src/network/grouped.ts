// The grouped view with its weights: each grouped convolution as the one operation that other runtimes have for it, a
// kernel for all groups and `groups`. Layers that are no part of one stay as they are. Read first: groups.ts.
import { sameShape, type Tensor } from '../core/tensor.js';
import { type GroupConvolution, groupConvolutions } from './groups.js';
import { joinedKernel, joinedLast, type Kernel, kernelOf } from './kernel.js';
import type { ConvAttrs, Layer, LayerOf, Network, SliceAttrs, WindowAttrs } from './layer.js';
import type { LayerWeights, Model } from './model.js';

/** A convolution with its weights, grouped or not. */
export interface Convolution {
  readonly kind: 'Conv2D' | 'DepthwiseConv2D';
  /** The Keras layer whose output this gives, and those that it stands for, in the network's order. */
  readonly name: string;
  readonly layers: readonly string[];
  /** The name the whole goes by: of a grouped one, what its parts' names begin with. */
  readonly title: string;
  /** The layer whose output it takes. */
  readonly input: string;
  /** The channels it takes, where not all: one slice that every group reads. */
  readonly slice: SliceAttrs | undefined;
  /** Above 1, group `g` takes the `g`th part of the channels and gives the `g`th part of the output. */
  readonly groups: number;
  readonly kernel: Kernel;
  /** `(channels out)`. */
  readonly bias: Tensor<Float32Array> | undefined;
  readonly attrs: ConvAttrs;
}

/** What a network does, step by step. */
export type Step = Convolution | { readonly kind: 'layer'; readonly layer: Layer; readonly weights: LayerWeights };

/** Channels a convolution gives. */
export const channelsOut = ({ kind, kernel }: Convolution): number => kernel.shape[kind === 'Conv2D' ? 3 : 2]!;

/** The network's steps in an order in which they can run, every grouped convolution one of them. */
export function groupedSteps({ network, weights }: Pick<Model, 'network' | 'weights'>): Step[] {
  const whole = new Map<string, Convolution>();
  const parts = new Set<string>();
  const takers = takersOf(network);
  for (const group of groupConvolutions(network)) {
    const convolution = joined(group, network, weights, takers);
    if (convolution === undefined) continue;
    whole.set(group.concat.name, convolution);
    for (const name of convolution.layers) parts.add(name);
  }
  return network.layers.flatMap((layer): Step[] => {
    const convolution = whole.get(layer.name);
    if (convolution !== undefined) return [convolution];
    return parts.has(layer.name) ? [] : [stepOf(layer, weights.get(layer.name) ?? {})];
  });
}

/** The network's layers as steps, every group's slice and convolution one of its own. */
export function plainSteps({ network, weights }: Pick<Model, 'network' | 'weights'>): Step[] {
  return network.layers.map((layer) => stepOf(layer, weights.get(layer.name) ?? {}));
}

function stepOf(layer: Layer, weights: LayerWeights): Step {
  if (layer.op !== 'Conv2D' && layer.op !== 'DepthwiseConv2D') return { kind: 'layer', layer, weights };
  const [name, input] = [layer.name, layer.inputs[0]!];
  const { bias } = weights;
  const common = { name, layers: [name], title: name, input, slice: undefined, groups: 1, bias };
  return layer.op === 'Conv2D'
    ? { kind: 'Conv2D', ...common, kernel: kernelOf(weights.kernel!), attrs: layer.attrs }
    : { kind: 'DepthwiseConv2D', ...common, kernel: kernelOf(weights.depthwise_kernel!), attrs: linear(layer.attrs) };
}

const linear = (attrs: WindowAttrs): ConvAttrs => ({ ...attrs, activation: 'linear' });

/** The layers that take each layer's output. */
function takersOf({ layers }: Network): ReadonlyMap<string, readonly string[]> {
  const takers = new Map<string, string[]>();
  for (const { name, inputs } of layers)
    for (const taken of inputs) takers.set(taken, [...(takers.get(taken) ?? []), name]);
  return takers;
}

/** Undefined where the slices are neither each group's own nor all the same, or an inner layer is taken elsewhere too. */
function joined(
  group: GroupConvolution,
  network: Network,
  weights: Model['weights'],
  takers: ReadonlyMap<string, readonly string[]>,
): Convolution | undefined {
  const { groups, concat, input } = group;
  const [first] = groups;
  const { attrs, weights: shapes } = first!.conv;
  const alike = groups.every(
    ({ conv }) =>
      sameShape(conv.weights.kernel!, shapes.kernel!) && JSON.stringify(conv.attrs) === JSON.stringify(attrs),
  );
  const slices = groups.map(({ slice }) => slice);
  const same = slices.every((slice) => slice.attrs.begin === slices[0]!.attrs.begin);
  const inner = groups.flatMap(({ slice, conv }) => [slice.name, conv.name]);
  const own = [...inner, concat.name];
  const shared = inner.some((name) => takers.get(name)!.some((taker) => !own.includes(taker)));
  if (!alike || shared || !(same || ownSlices(slices, network, input))) return undefined;
  const kernels = groups.map(({ conv }) => weights.get(conv.name)!.kernel!);
  const biases = groups.flatMap(({ conv }) => weights.get(conv.name)!.bias ?? []);
  return {
    kind: 'Conv2D',
    name: concat.name,
    layers: own,
    title: group.name,
    input,
    slice: same ? slices[0]!.attrs : undefined,
    groups: same ? 1 : groups.length,
    kernel: joinedKernel(kernels),
    bias: biases.length === groups.length ? joinedLast(biases) : undefined,
    attrs,
  };
}

/** Whether the slices are the parts of the input, in order. */
function ownSlices(slices: readonly LayerOf<'Slice'>[], network: Network, input: string): boolean {
  const { begin, end } = slices[0]!.attrs;
  const width = end - begin;
  const channels = network.layers.find(({ name }) => name === input)!.outputShape.at(-1);
  const inOrder = slices.every(({ attrs }, g) => attrs.begin === g * width && attrs.end === (g + 1) * width);
  return inOrder && channels === slices.length * width;
}
