// Where a channel shuffle leaves a trace in the statistics: batch norm, relu, shuffle, depthwise, batch norm.
import { type Layer, type LayerOf, layersByName } from '../../network/layer.js';
import type { Model } from '../../network/model.js';
import { unitsOf, weightOf } from './places.js';
import { coverage, reluMean } from './relu-mean.js';

/** One such place. Arrays are `(channels,)`. */
export interface ShufflePlace {
  /** The shuffle. */
  readonly layer: string;
  readonly groups: number;
  /** Mean of relu before the shuffle, from the batch norm's beta and gamma. */
  readonly before: Float64Array;
  readonly depthwise: LayerOf<'DepthwiseConv2D'>;
  /** `(height, width, channels)` row-major. */
  readonly kernel: Float64Array;
  readonly bias: Float64Array;
  /** The moving mean after the depthwise convolution, and its unit. */
  readonly mean: Float64Array;
  readonly unit: Float64Array;
  /** Strides between the network's input and the depthwise convolution, multiplied. */
  readonly downsampling: number;
}

/** Every shuffle of more than one group between the layers that give it away. */
export function shufflePlaces(model: Model): ShufflePlace[] {
  const byName = layersByName(model.network);
  const inputOf = (layer: Layer): Layer | undefined => byName.get(layer.inputs[0] ?? '');
  return model.network.layers.flatMap((after): ShufflePlace[] => {
    const depthwise = after.op === 'BatchNormalization' ? inputOf(after) : undefined;
    if (depthwise?.op !== 'DepthwiseConv2D') return [];
    const shuffle = inputOf(depthwise);
    if (shuffle?.op !== 'ChannelShuffle' || shuffle.attrs.groups < 2) return [];
    const relu = inputOf(shuffle);
    const before = relu?.op === 'Activation' && relu.attrs.activation === 'relu' ? inputOf(relu) : undefined;
    if (before?.op !== 'BatchNormalization') return [];
    const gamma = weightOf(model, before.name, 'gamma');
    const mean = weightOf(model, after.name, 'moving_mean');
    const biased = depthwise.weights.bias !== undefined;
    return [
      {
        layer: shuffle.name,
        groups: shuffle.attrs.groups,
        before: weightOf(model, before.name, 'beta').map((beta, c) => reluMean(beta, gamma[c]!)),
        depthwise,
        kernel: weightOf(model, depthwise.name, 'depthwise_kernel'),
        bias: biased ? weightOf(model, depthwise.name, 'bias') : new Float64Array(mean.length),
        mean,
        unit: unitsOf(weightOf(model, after.name, 'moving_variance')),
        downsampling: stridesBefore(depthwise, inputOf),
      },
    ];
  });
}

/** `same` padding rounds sizes up, so the strides on the way multiply whatever the order. */
function stridesBefore(layer: Layer, inputOf: (layer: Layer) => Layer | undefined): number {
  let product = 1;
  for (let at = inputOf(layer); at !== undefined; at = inputOf(at)) {
    if ('strides' in at.attrs) product *= at.attrs.strides[0];
  }
  return product;
}

/** For each channel, the sum of its depthwise kernel as far as the map lets it see, for inputs of `size` squared. */
export function depthwiseSums({ depthwise, kernel, mean, downsampling }: ShufflePlace, size: number): Float64Array {
  const [height = 1, width = 1] = depthwise.weights.depthwise_kernel!;
  const { strides, padding } = depthwise.attrs;
  const map = Math.ceil(size / downsampling);
  const [rows, columns] = [coverage(map, height, strides[0], padding), coverage(map, width, strides[1], padding)];
  const channels = mean.length;
  const sums = new Float64Array(channels);
  for (let at = 0; at < kernel.length; at++) {
    const tap = Math.floor(at / channels);
    sums[at % channels]! += kernel[at]! * rows[Math.floor(tap / width)]! * columns[tap % width]!;
  }
  return sums;
}
