// The network as data: Keras's own layers in topological order. Read first; every floor above reads this table
// and nothing else about the network's structure.
import type { WeightRole } from '../core/weights.js';

/** One dimension of a shape; `null` where it is not known until an input arrives (Keras's `None`). */
export type Dim = number | null;

/** A shape without the batch dimension, as in Keras: `(height, width, channels)` or `(units,)`. */
export type Shape = readonly Dim[];

/** Height and width, in that order. */
export type Pair = readonly [number, number];

/** Keras's padding modes, with TensorFlow's meaning (see `padding.ts`). */
export type Padding = 'same' | 'valid';

/** What a layer computes, under the name of its Keras class. `Slice` and `ChannelShuffle` are Lambda layers in Keras. */
export type Operation =
  | { readonly op: 'InputLayer'; readonly attrs: Record<string, never> }
  | { readonly op: 'Conv2D'; readonly attrs: ConvAttrs }
  | { readonly op: 'DepthwiseConv2D'; readonly attrs: WindowAttrs }
  | { readonly op: 'BatchNormalization'; readonly attrs: { readonly epsilon: number } }
  | { readonly op: 'Activation'; readonly attrs: { readonly activation: 'relu' | 'softmax' } }
  | { readonly op: 'ChannelShuffle'; readonly attrs: { readonly groups: number } }
  | { readonly op: 'Slice'; readonly attrs: SliceAttrs }
  | { readonly op: 'Concatenate'; readonly attrs: Record<string, never> }
  | { readonly op: 'Add'; readonly attrs: Record<string, never> }
  | { readonly op: 'MaxPooling2D'; readonly attrs: PoolAttrs }
  | { readonly op: 'AveragePooling2D'; readonly attrs: PoolAttrs }
  | { readonly op: 'GlobalMaxPooling2D'; readonly attrs: Record<string, never> }
  | { readonly op: 'GlobalAveragePooling2D'; readonly attrs: Record<string, never> }
  | { readonly op: 'Dense'; readonly attrs: Record<string, never> };

/** How a window moves over a map. */
export interface WindowAttrs {
  readonly strides: Pair;
  readonly padding: Padding;
}

/** A convolution's window and the activation inside the layer (only `conv1` has one here). */
export interface ConvAttrs extends WindowAttrs {
  readonly activation: 'linear' | 'relu';
}

/** A pooling window. Padding cells are never counted, neither as zeros in a maximum nor in an average. */
export interface PoolAttrs extends WindowAttrs {
  readonly poolSize: Pair;
}

/** Channels `begin` to `end` (exclusive) of the last axis. */
export interface SliceAttrs {
  readonly begin: number;
  readonly end: number;
}

/** The shape of each weight a layer has, by role. Always fully known. */
export type WeightShapes = { readonly [role in WeightRole]?: readonly number[] };

/** One layer: what it computes, from which layers' outputs, with which weights. */
export type Layer = Operation & {
  readonly name: string;
  /** Names of the layers whose outputs it takes, in order. */
  readonly inputs: readonly string[];
  readonly weights: WeightShapes;
  /** Without the batch dimension. */
  readonly outputShape: Shape;
};

/** The name of a layer's class. */
export type Op = Layer['op'];

/** A layer of one class: `LayerOf<'Slice'>` has `attrs: SliceAttrs`. */
export type LayerOf<O extends Op> = Extract<Layer, { op: O }>;

/** A network with one input and one output. */
export interface Network {
  readonly name: string;
  /** In topological order: a layer comes after everything it takes. */
  readonly layers: readonly Layer[];
  /** The input layer's name. */
  readonly input: string;
  /** Without the batch dimension. */
  readonly inputShape: Shape;
  /** The last layer's name. */
  readonly output: string;
}

/** The layers by name. */
export function layersByName(network: Network): ReadonlyMap<string, Layer> {
  return new Map(network.layers.map((layer) => [layer.name, layer]));
}
