// What the engine has to do, one operation for each value that has to be computed: the layer table with everything that
// looks alike made alike. Views (slices, shuffles) move no data. Read first: ../../network/grouped.ts, then fuse.ts.
import { rowMajorFloats, type Tensor, tensor } from '../../core/tensor.js';
import { affine, foldBatchNorms } from '../../network/fold.js';
import { type Convolution, channelsOut, groupedSteps, plainSteps, type Step } from '../../network/grouped.js';
import { type Kernel, kernelOf } from '../../network/kernel.js';
import type { LayerOf, Pair, WindowAttrs } from '../../network/layer.js';
import type { LayerWeights, Model } from '../../network/model.js';
import { outputSize } from '../../network/padding.js';
import { shuffleOrder } from '../../network/shuffle-order.js';
import { NotInTheEngineError } from '../errors.js';

/** A map: pixels by channels. What global pooling leaves is a map of one pixel. */
export interface MapShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** A window, of weights or of a pooling, with its size. */
export interface Window extends WindowAttrs {
  readonly size: Pair;
}

/** What is computed. */
export type Work =
  | { readonly kind: 'input' }
  | {
      readonly kind: 'convolution';
      readonly groups: number;
      readonly kernel: Kernel;
      readonly bias: Tensor<Float32Array> | undefined;
      readonly window: Window;
      /** A value that is added to the sums, of the output's shape. */
      readonly residual: string | undefined;
    }
  | {
      readonly kind: 'depthwise';
      readonly kernel: Kernel;
      readonly bias: Tensor<Float32Array> | undefined;
      readonly window: Window;
    }
  | { readonly kind: 'pool'; readonly of: 'max' | 'average'; readonly window: Window }
  | { readonly kind: 'global-pool'; readonly of: 'max' | 'average' }
  | { readonly kind: 'add' }
  | { readonly kind: 'relu' }
  | { readonly kind: 'concat' }
  | { readonly kind: 'softmax' }
  /** Channel `c` is channel `source[c]` of the input. */
  | { readonly kind: 'channels'; readonly source: readonly number[] };

/** One value and how it comes about. */
export interface Operation {
  /** The value's name: unique, and the Keras layer's where `layer` is true. */
  readonly name: string;
  /** Whether the value is that layer's output. */
  readonly layer: boolean;
  readonly inputs: readonly string[];
  readonly work: Work;
  /** Negative values become 0 at the end. */
  readonly relu: boolean;
  readonly shape: MapShape;
}

/** The operations of one kind of work. */
export type Doing<K extends Work['kind']> = Operation & { readonly work: Extract<Work, { kind: K }> };

/**
 * A model's operations for inputs of one size, in an order in which they can run. With `fold`, groups are one
 * operation and batch norms part of the convolution before them; without, every Keras layer is an operation.
 */
export function operationsOf(
  model: Pick<Model, 'network' | 'weights'>,
  input: MapShape,
  { fold }: { readonly fold: boolean },
): Operation[] {
  const { network } = model;
  const steps = fold ? foldBatchNorms(groupedSteps(model), network.output) : plainSteps(model);
  const done = new Map<string, Operation>();
  for (const step of steps) {
    for (const operation of step.kind === 'layer' ? ofLayer(step, done, input) : ofConvolution(step, done)) {
      done.set(operation.name, operation);
    }
  }
  return [...done.values()];
}

type Done = ReadonlyMap<string, Operation>;

const shapeOf = (done: Done, name: string): MapShape => done.get(name)!.shape;

function ofConvolution(step: Convolution, done: Done): Operation[] {
  const { name, kernel, bias, attrs, slice, groups } = step;
  const view =
    slice === undefined ? [] : [channelsView(`${name}/slice`, step.input, done, range(slice.begin, slice.end))];
  const input = view[0]?.name ?? step.input;
  const window = { ...attrs, size: [kernel.shape[0]!, kernel.shape[1]!] as const };
  const shape = windowed(shapeOf(done, step.input), window, channelsOut(step));
  const work: Work =
    step.kind === 'Conv2D'
      ? { kind: 'convolution', groups, kernel, bias, window, residual: undefined }
      : { kind: 'depthwise', kernel, bias, window };
  return [
    ...view.map((each) => ({ ...each, layer: false })),
    { name, layer: true, inputs: [input], work, relu: attrs.activation === 'relu', shape },
  ];
}

function windowed({ height, width }: MapShape, { size, strides, padding }: Window, channels: number): MapShape {
  return {
    height: outputSize(height, size[0], strides[0], padding)!,
    width: outputSize(width, size[1], strides[1], padding)!,
    channels,
  };
}

function channelsView(name: string, input: string, done: Done, source: readonly number[]): Operation {
  const shape = { ...shapeOf(done, input), channels: source.length };
  return { name, layer: true, inputs: [input], work: { kind: 'channels', source }, relu: false, shape };
}

const range = (begin: number, end: number) => Array.from({ length: end - begin }, (_, i) => begin + i);

function ofLayer({ layer, weights }: Extract<Step, { kind: 'layer' }>, done: Done, input: MapShape): Operation[] {
  const { name, inputs } = layer;
  const from = inputs[0] === undefined ? input : shapeOf(done, inputs[0]);
  const operation = (work: Work, shape = from): Operation[] => [
    { name, layer: true, inputs, work, relu: false, shape },
  ];
  switch (layer.op) {
    case 'InputLayer':
      return operation({ kind: 'input' });
    case 'MaxPooling2D':
    case 'AveragePooling2D': {
      const window = { ...layer.attrs, size: layer.attrs.poolSize };
      const of = layer.op === 'MaxPooling2D' ? 'max' : 'average';
      return operation({ kind: 'pool', of, window }, windowed(from, window, from.channels));
    }
    case 'GlobalMaxPooling2D':
    case 'GlobalAveragePooling2D': {
      const of = layer.op === 'GlobalMaxPooling2D' ? 'max' : 'average';
      return operation({ kind: 'global-pool', of }, { height: 1, width: 1, channels: from.channels });
    }
    case 'BatchNormalization':
      return operation(asDepthwise(layer, weights));
    case 'Activation':
      return operation({ kind: layer.attrs.activation });
    case 'Add':
      return operation({ kind: 'add' });
    case 'Concatenate': {
      const channels = inputs.reduce((sum, each) => sum + shapeOf(done, each).channels, 0);
      return operation({ kind: 'concat' }, { ...from, channels });
    }
    case 'Slice':
      return [channelsView(name, inputs[0]!, done, range(layer.attrs.begin, layer.attrs.end))];
    case 'ChannelShuffle':
      return [channelsView(name, inputs[0]!, done, shuffleOrder(from.channels, layer.attrs.groups))];
    case 'Dense':
      return operation(asConvolution(weights), { ...from, channels: weights.kernel!.shape[1]! });
    default:
      // Convolutions are steps of their own.
      throw new NotInTheEngineError(name, layer.op);
  }
}

const POINT: Window = { size: [1, 1], strides: [1, 1], padding: 'valid' };

/** A dense layer is a 1x1 convolution of the one pixel that global pooling leaves. */
function asConvolution({ kernel, bias }: LayerWeights): Work {
  const point = kernelOf(tensor(rowMajorFloats(kernel!), [1, 1, ...kernel!.shape]));
  return { kind: 'convolution', groups: 1, kernel: point, bias, window: POINT, residual: undefined };
}

/** A batch normalisation that is not folded: `x * scale + shift`, a depthwise convolution with a window of one cell. */
function asDepthwise({ attrs }: LayerOf<'BatchNormalization'>, weights: LayerWeights): Work {
  const { scale, shift } = affine(weights, attrs.epsilon);
  const kernel = kernelOf(tensor(Float32Array.from(scale), [1, 1, scale.length, 1]));
  return { kind: 'depthwise', kernel, bias: tensor(Float32Array.from(shift), [shift.length]), window: POINT };
}
