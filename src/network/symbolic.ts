// Keras's functional API, as far as a ShuffleNet needs it: each function takes symbolic tensors and returns one.
// `networkOf` collects what led to an output. Shapes and weight shapes are worked out here, once.
import { formatShape, sameShape } from '../core/tensor.js';
import { ChannelsUnknownError, DuplicateLayerError, ShapeMismatchError } from './errors.js';
import type { ConvAttrs, Dim, Layer, Network, Pair, PoolAttrs, Shape, WindowAttrs } from './layer.js';
import { outputSize } from './padding.js';

/** The output of a layer that has not been run: a node of the graph, as a Keras tensor is. */
export interface SymbolicTensor {
  readonly layer: Layer;
  readonly inputs: readonly SymbolicTensor[];
  /** Without the batch dimension. */
  readonly shape: Shape;
}

/** A size given once for both axes, or as `[height, width]`. */
export type NumberOrPair = number | Pair;

/** `3` and `[3, 3]` mean the same. */
export function toPair(value: NumberOrPair): Pair {
  return typeof value === 'number' ? [value, value] : value;
}

function node(layer: Layer, inputs: readonly SymbolicTensor[]): SymbolicTensor {
  return { layer, inputs, shape: layer.outputShape };
}

const names = (inputs: readonly SymbolicTensor[]): string[] => inputs.map((x) => x.layer.name);

/** The channels of `x`, its last axis: they decide weight shapes, so they must be known. */
export function channelsOf(x: SymbolicTensor): number {
  const channels = x.shape.at(-1);
  if (typeof channels !== 'number') throw new ChannelsUnknownError(x.layer.name, x.shape);
  return channels;
}

function windowed(x: SymbolicTensor, window: Pair, { strides, padding }: WindowAttrs, channels: number): Shape {
  const [height = null, width = null] = x.shape as readonly [Dim, Dim, Dim];
  return [
    outputSize(height, window[0], strides[0], padding),
    outputSize(width, window[1], strides[1], padding),
    channels,
  ];
}

/** Keras `Input`: where a network begins. Shape `(height, width, channels)`. */
export function input(shape: Shape, name = 'input_1'): SymbolicTensor {
  return node({ op: 'InputLayer', name, inputs: [], attrs: {}, weights: {}, outputShape: shape }, []);
}

/** What a convolution layer is made from. */
export interface Conv2DOptions extends Partial<ConvAttrs> {
  readonly name: string;
  readonly filters: number;
  readonly kernelSize: Pair;
  /** Keras's default is true; the article's convolutions have none. */
  readonly useBias?: boolean;
}

/** Keras `Conv2D`: kernel `(height, width, in, filters)`, `same` padding unless told. */
export function conv2d(x: SymbolicTensor, options: Conv2DOptions): SymbolicTensor {
  const { name, filters, kernelSize, strides = [1, 1], padding = 'same', activation = 'linear' } = options;
  const attrs: ConvAttrs = { strides, padding, activation };
  const kernel = [...kernelSize, channelsOf(x), filters];
  const weights = options.useBias ? { kernel, bias: [filters] } : { kernel };
  const outputShape = windowed(x, kernelSize, attrs, filters);
  return node({ op: 'Conv2D', name, inputs: names([x]), attrs, weights, outputShape }, [x]);
}

/** What a depthwise convolution layer is made from. */
export interface DepthwiseConv2DOptions extends Partial<WindowAttrs> {
  readonly name: string;
  readonly kernelSize: Pair;
  readonly useBias?: boolean;
}

/** Keras `DepthwiseConv2D` with multiplier 1: kernel `(height, width, channels, 1)`. */
export function depthwiseConv2d(x: SymbolicTensor, options: DepthwiseConv2DOptions): SymbolicTensor {
  const { name, kernelSize, strides = [1, 1], padding = 'same' } = options;
  const channels = channelsOf(x);
  const depthwise_kernel = [...kernelSize, channels, 1];
  const weights = options.useBias ? { depthwise_kernel, bias: [channels] } : { depthwise_kernel };
  const outputShape = windowed(x, kernelSize, { strides, padding }, channels);
  return node({ op: 'DepthwiseConv2D', name, inputs: names([x]), attrs: { strides, padding }, weights, outputShape }, [
    x,
  ]);
}

/** Keras `BatchNormalization` over the last axis, at inference. Keras's default epsilon is 1e-3. */
export function batchNormalization(x: SymbolicTensor, name: string, epsilon = 1e-3): SymbolicTensor {
  const shape = [channelsOf(x)];
  const weights = { gamma: shape, beta: shape, moving_mean: shape, moving_variance: shape };
  return node(
    { op: 'BatchNormalization', name, inputs: names([x]), attrs: { epsilon }, weights, outputShape: x.shape },
    [x],
  );
}

/** Keras `Activation`. */
export function activation(x: SymbolicTensor, kind: 'relu' | 'softmax', name: string): SymbolicTensor {
  const attrs = { activation: kind };
  return node({ op: 'Activation', name, inputs: names([x]), attrs, weights: {}, outputShape: x.shape }, [x]);
}

/** The article's `Lambda(channel_shuffle)`: channels seen as `(groups, n)` and transposed. */
export function shuffleChannels(x: SymbolicTensor, groups: number, name: string): SymbolicTensor {
  return node(
    { op: 'ChannelShuffle', name, inputs: names([x]), attrs: { groups }, weights: {}, outputShape: x.shape },
    [x],
  );
}

/** The article's slicing `Lambda`: channels `begin` to `end`, exclusive. */
export function sliceChannels(x: SymbolicTensor, begin: number, end: number, name: string): SymbolicTensor {
  const outputShape = [...x.shape.slice(0, -1), end - begin];
  return node({ op: 'Slice', name, inputs: names([x]), attrs: { begin, end }, weights: {}, outputShape }, [x]);
}

/** Keras `Concatenate` along the last axis. */
export function concatenate(inputs: readonly SymbolicTensor[], name: string): SymbolicTensor {
  const [first, ...rest] = inputs as [SymbolicTensor, ...SymbolicTensor[]];
  for (const x of rest) expectSame(name, first.shape.slice(0, -1), x.shape.slice(0, -1));
  const channels = inputs.reduce((sum, x) => sum + channelsOf(x), 0);
  const outputShape = [...first.shape.slice(0, -1), channels];
  return node({ op: 'Concatenate', name, inputs: names(inputs), attrs: {}, weights: {}, outputShape }, inputs);
}

/** Keras `Add`. */
export function add(inputs: readonly [SymbolicTensor, SymbolicTensor], name: string): SymbolicTensor {
  expectSame(name, inputs[0].shape, inputs[1].shape);
  return node({ op: 'Add', name, inputs: names(inputs), attrs: {}, weights: {}, outputShape: inputs[0].shape }, inputs);
}

/** What a pooling layer is made from. */
export interface PoolingOptions extends Partial<WindowAttrs> {
  readonly name: string;
  readonly poolSize: Pair;
}

function pooling(x: SymbolicTensor, op: 'MaxPooling2D' | 'AveragePooling2D', options: PoolingOptions): SymbolicTensor {
  const { name, poolSize, strides = poolSize, padding = 'valid' } = options;
  const attrs: PoolAttrs = { poolSize, strides, padding };
  const outputShape = windowed(x, poolSize, attrs, channelsOf(x));
  return node({ op, name, inputs: names([x]), attrs, weights: {}, outputShape }, [x]);
}

/** Keras `MaxPooling2D`. */
export function maxPooling2d(x: SymbolicTensor, options: PoolingOptions): SymbolicTensor {
  return pooling(x, 'MaxPooling2D', options);
}

/** Keras `AveragePooling2D`: divides by the number of cells that are not padding, as TensorFlow does. */
export function averagePooling2d(x: SymbolicTensor, options: PoolingOptions): SymbolicTensor {
  return pooling(x, 'AveragePooling2D', options);
}

/** Keras `GlobalMaxPooling2D` or `GlobalAveragePooling2D`: `(height, width, channels)` becomes `(channels,)`. */
export function globalPooling2d(x: SymbolicTensor, kind: 'max' | 'avg', name: string): SymbolicTensor {
  const op = kind === 'max' ? 'GlobalMaxPooling2D' : 'GlobalAveragePooling2D';
  return node({ op, name, inputs: names([x]), attrs: {}, weights: {}, outputShape: [channelsOf(x)] }, [x]);
}

/** Keras `Dense`: kernel `(in, units)` and bias `(units,)`, linear. */
export function dense(x: SymbolicTensor, units: number, name: string): SymbolicTensor {
  const weights = { kernel: [channelsOf(x), units], bias: [units] };
  return node(
    { op: 'Dense', name, inputs: names([x]), attrs: {}, weights, outputShape: [...x.shape.slice(0, -1), units] },
    [x],
  );
}

/** Keras `Model`: everything between the source input and `output`, in topological order. */
export function networkOf(output: SymbolicTensor, name: string): Network {
  const layers = new Map<string, SymbolicTensor>();
  // Depth first with a stack of its own: a file's names may ask for a network deeper than the call stack.
  const stack = [{ x: output, next: 0 }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const input = top.x.inputs[top.next++];
    if (input !== undefined) {
      if (layers.get(input.layer.name) !== input) stack.push({ x: input, next: 0 });
      continue;
    }
    stack.pop();
    const known = layers.get(top.x.layer.name);
    if (known !== undefined && known !== top.x) throw new DuplicateLayerError(top.x.layer.name);
    layers.set(top.x.layer.name, top.x);
  }
  const source = [...layers.values()].find((x) => x.layer.op === 'InputLayer')!;
  return {
    name,
    layers: [...layers.values()].map((x) => x.layer),
    input: source.layer.name,
    inputShape: source.shape,
    output: output.layer.name,
  };
}

function expectSame(name: string, expected: Shape, found: Shape): void {
  if (!sameShape(expected, found)) throw new ShapeMismatchError(name, formatShape(found), formatShape(expected));
}
