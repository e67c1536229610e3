// Layers of one class, and values for them, as the tests of bounds need them.
import { tensor } from '../../../src/core/tensor.js';
import type { Layer } from '../../../src/network/layer.js';
import type { LayerWeights } from '../../../src/network/model.js';
import {
  activation,
  add,
  averagePooling2d,
  batchNormalization,
  concatenate,
  conv2d,
  dense,
  depthwiseConv2d,
  globalPooling2d,
  input,
  maxPooling2d,
  shuffleChannels,
  sliceChannels,
} from '../../../src/network/symbolic.js';
import { type BoundedMap, exact, UNIT_ROUNDOFF } from '../../../src/parity/bounds/bounded.js';
import { boundLayer } from '../../../src/parity/bounds/bounds.js';

const x = (...shape: number[]) => input(shape, 'x');

/** A dense layer of `n` inputs and `units` outputs, with a bias. */
export const denseLayer = (n: number, units: number): Layer => dense(x(n), units, 'dense').layer;

/** A 1x1 convolution of `n` channels. */
export const pointwise = (n: number, filters: number, useBias = false): Layer =>
  conv2d(x(1, 1, n), { name: 'conv', filters, kernelSize: [1, 1], useBias }).layer;

/** A 3x3 convolution over a map of 3x3, without padding: one output, `9 n` terms. */
export const whole3x3 = (n: number, filters: number, act: 'linear' | 'relu' = 'linear'): Layer =>
  conv2d(x(3, 3, n), {
    name: 'conv',
    filters,
    kernelSize: [3, 3],
    padding: 'valid',
    strides: [1, 1],
    activation: act,
    useBias: false,
  }).layer;

/** A depthwise 3x3 convolution over a map of 3x3, without padding. */
export const depthwise = (channels: number, useBias = false): Layer =>
  depthwiseConv2d(x(3, 3, channels), { name: 'dw', kernelSize: [3, 3], padding: 'valid', useBias }).layer;

export const batchNorm = (channels: number, epsilon = 1e-3): Layer =>
  batchNormalization(x(1, 1, channels), 'bn', epsilon).layer;
export const relu = (shape: number[]): Layer => activation(x(...shape), 'relu', 'relu').layer;
export const softmax = (n: number): Layer => activation(x(n), 'softmax', 'softmax').layer;
export const sum = (n: number): Layer => add([x(n), input([n], 'y')], 'add').layer;
export const average = (channels: number): Layer =>
  averagePooling2d(x(3, 3, channels), { name: 'avg', poolSize: [3, 3] }).layer;
export const globalAverage = (size: number, channels: number): Layer =>
  globalPooling2d(x(size, size, channels), 'avg', 'global').layer;

/** Every layer that only moves or picks values of a map of 4x4x6, by class. */
export const MOVING: readonly Layer[] = [
  maxPooling2d(x(4, 4, 6), { name: 'max', poolSize: [3, 3], strides: [2, 2], padding: 'same' }).layer,
  globalPooling2d(x(4, 4, 6), 'max', 'global').layer,
  shuffleChannels(x(4, 4, 6), 3, 'shuffle').layer,
  sliceChannels(x(4, 4, 6), 2, 5, 'slice').layer,
  concatenate([x(4, 4, 6)], 'concat').layer,
  activation(x(4, 4, 6), 'relu', 'relu').layer,
  x(4, 4, 6).layer,
];

/** Values as recorded: exact. */
export const recorded = (shape: readonly number[], values: Iterable<number>): BoundedMap =>
  exact({ data: Float64Array.from(values), shape });

/** Values known within errors. */
export const within = (shape: readonly number[], values: Iterable<number>, errors: Iterable<number>): BoundedMap => ({
  value: { data: Float64Array.from(values), shape },
  error: Float64Array.from(errors),
});

/** Weights as the network has them, from plain numbers, in the shapes the layer states. */
export function weights(
  layer: Layer,
  values: { readonly [role in keyof LayerWeights]?: ArrayLike<number> },
): LayerWeights {
  return Object.fromEntries(
    Object.entries(layer.weights).map(([role, shape]) => [
      role,
      tensor(Float32Array.from(values[role as keyof LayerWeights]!), shape),
    ]),
  );
}

/** The largest share of its bound that a value found by other means uses. */
export function largestShare(bounded: BoundedMap, found: readonly number[]): number {
  const shares = found.map((value, i) => {
    const error = Math.abs(value - bounded.value.data[i]!);
    return error === 0 ? 0 : error / bounded.error[i]!;
  });
  return Math.max(...shares);
}

/** As `boundLayer`, without input rounding when told that inputs were stored in float64. */
export const bound = (layer: Layer, inputs: readonly BoundedMap[], w: LayerWeights = {}, rounding = UNIT_ROUNDOFF) =>
  boundLayer(layer, inputs, w, rounding);

/** The largest share of `runs` runs: at most 1 where the bound is sound. */
export function mostOf(runs: number, share: () => number): number {
  let most = 0;
  for (let run = 0; run < runs; run++) {
    const used = share();
    if (!(used <= most)) most = used;
  }
  return most;
}
