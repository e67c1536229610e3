// Walks a network layer by layer in float64: written to be read beside the article, and slow on purpose nowhere else.
// Values are rounded once, to float32, when they are handed out.
import { sizeOf, type Tensor, tensor, toFloat64 } from '../core/tensor.js';
import type { Executor } from '../network/executor.js';
import { checkInput } from '../network/input.js';
import type { Layer, Network } from '../network/layer.js';
import type { LayerWeights, Model } from '../network/model.js';
import { conv2d, depthwiseConv2d } from './convolution.js';
import type { FloatMap } from './map.js';
import {
  add,
  type BatchNormalizationWeights,
  batchNormalization,
  channelShuffle,
  concatenate,
  dense,
  relu,
  sliceChannels,
  softmax,
} from './pointwise.js';
import { averagePool2d, globalAveragePool2d, globalMaxPool2d, maxPool2d } from './pooling.js';

/** How values are handed out. */
export interface EvaluatorOptions {
  /** `float32` (the default) rounds once, at the end; `float64` hands out what was computed. */
  readonly output?: 'float32' | 'float64';
}

/** The readable executor: any network of `src/network`, every layer observable. */
export function evaluator(model: Pick<Model, 'network' | 'weights'>, options: EvaluatorOptions = {}): Executor {
  return {
    name: 'evaluator',
    run: async (input, observe = [model.network.output]) => {
      checkInput(model.network, input.shape);
      checkObserved(model.network, observe);
      const images = splitBatch(input).map((image) => evaluate(model, image, observe));
      return new Map(
        observe.map((name) => [
          name,
          joinBatch(
            images.map((layers) => layers.get(name)!),
            options.output,
          ),
        ]),
      );
    },
  };
}

function checkObserved({ layers }: Network, observe: readonly string[]): void {
  const names = new Set(layers.map(({ name }) => name));
  const unknown = observe.find((name) => !names.has(name));
  if (unknown !== undefined) throw new RangeError(`there is no layer "${unknown}" to observe`);
}

/** Runs one image through the network; keeps what is observed, and drops the rest after its last use. */
function evaluate(
  { network, weights }: Pick<Model, 'network' | 'weights'>,
  image: FloatMap,
  observe: readonly string[],
): Map<string, FloatMap> {
  const values = new Map<string, FloatMap>();
  const wanted = new Set(observe);
  const uses = countUses(network);
  for (const layer of network.layers) {
    const inputs = layer.inputs.map((name) => values.get(name)!);
    values.set(layer.name, layer.op === 'InputLayer' ? image : apply(layer, inputs, weights.get(layer.name) ?? {}));
    for (const name of layer.inputs) {
      uses.set(name, uses.get(name)! - 1);
      if (uses.get(name) === 0 && !wanted.has(name)) values.delete(name);
    }
  }
  return values;
}

function countUses(network: Network): Map<string, number> {
  const uses = new Map<string, number>();
  for (const layer of network.layers) for (const name of layer.inputs) uses.set(name, (uses.get(name) ?? 0) + 1);
  return uses;
}

/** What one layer computes from its inputs, one image's maps. */
export function apply(layer: Layer, inputs: readonly FloatMap[], weights: LayerWeights): FloatMap {
  const x = inputs[0]!;
  switch (layer.op) {
    case 'InputLayer':
      return x;
    case 'Conv2D': {
      const y = conv2d(x, weights.kernel!, layer.attrs, weights.bias);
      return layer.attrs.activation === 'relu' ? relu(y) : y;
    }
    case 'DepthwiseConv2D':
      return depthwiseConv2d(x, weights.depthwise_kernel!, layer.attrs, weights.bias);
    case 'BatchNormalization':
      return batchNormalization(x, weights as BatchNormalizationWeights, layer.attrs.epsilon);
    case 'Activation':
      return layer.attrs.activation === 'relu' ? relu(x) : softmax(x);
    case 'ChannelShuffle':
      return channelShuffle(x, layer.attrs.groups);
    case 'Slice':
      return sliceChannels(x, layer.attrs.begin, layer.attrs.end);
    case 'Concatenate':
      return concatenate(inputs);
    case 'Add':
      return add(x, inputs[1]!);
    case 'MaxPooling2D':
      return maxPool2d(x, layer.attrs);
    case 'AveragePooling2D':
      return averagePool2d(x, layer.attrs);
    case 'GlobalMaxPooling2D':
      return globalMaxPool2d(x);
    case 'GlobalAveragePooling2D':
      return globalAveragePool2d(x);
    case 'Dense':
      return dense(x, weights.kernel!, weights.bias!);
  }
}

/** One map an image, over one copy of the values. */
export function splitBatch(input: Tensor): FloatMap[] {
  const [batch = 0, ...shape] = input.shape;
  const data = toFloat64(input);
  const size = sizeOf(shape);
  return Array.from({ length: batch }, (_, i) => ({ data: data.subarray(i * size, (i + 1) * size), shape }));
}

function joinBatch(maps: readonly FloatMap[], output: EvaluatorOptions['output']): Tensor {
  const { shape } = maps[0]!;
  const size = sizeOf(shape);
  const data = output === 'float64' ? new Float64Array(size * maps.length) : new Float32Array(size * maps.length);
  for (const [i, map] of maps.entries()) data.set(map.data, i * size);
  return tensor(data, [maps.length, ...shape]);
}
