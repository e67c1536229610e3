// Everything that works value by value or on the channel axis alone.
import { type Tensor, tensor, toFloat64 } from '../core/tensor.js';
import { channelShuffle as shuffle } from '../shufflenet/channel-shuffle.js';
import type { FloatMap } from './map.js';

/** The four vectors of a batch normalisation, `(channels,)` each. */
export interface BatchNormalizationWeights {
  readonly gamma: Tensor;
  readonly beta: Tensor;
  readonly moving_mean: Tensor;
  readonly moving_variance: Tensor;
}

/** Batch normalisation at inference: `gamma * (x - mean) / sqrt(variance + epsilon) + beta`. */
export function batchNormalization(x: FloatMap, weights: BatchNormalizationWeights, epsilon: number): FloatMap {
  const [gamma, beta] = [toFloat64(weights.gamma), toFloat64(weights.beta)];
  const [mean, variance] = [toFloat64(weights.moving_mean), toFloat64(weights.moving_variance)];
  const deviation = variance.map((value) => Math.sqrt(value + epsilon));
  const data = new Float64Array(x.data.length);
  for (let i = 0; i < data.length; i++) {
    const c = i % gamma.length;
    data[i] = (gamma[c]! * (x.data[i]! - mean[c]!)) / deviation[c]! + beta[c]!;
  }
  return { data, shape: x.shape };
}

/** `max(x, 0)`. */
export function relu(x: FloatMap): FloatMap {
  const data = new Float64Array(x.data.length);
  for (let i = 0; i < data.length; i++) data[i] = Math.max(x.data[i]!, 0);
  return { data, shape: x.shape };
}

/** `exp(x) / sum(exp(x))` over the last axis; the maximum is subtracted first, so that nothing overflows. */
export function softmax(x: FloatMap): FloatMap {
  const size = x.shape.at(-1)!;
  const data = new Float64Array(x.data.length);
  for (let at = 0; at < data.length; at += size) {
    const row = x.data.subarray(at, at + size);
    const largest = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const powers = row.map((value) => Math.exp(value - largest));
    const sum = powers.reduce((a, b) => a + b, 0);
    data.set(
      powers.map((power) => power / sum),
      at,
    );
  }
  return { data, shape: x.shape };
}

/** Element by element. */
export function add(a: FloatMap, b: FloatMap): FloatMap {
  const data = new Float64Array(a.data.length);
  for (let i = 0; i < data.length; i++) data[i] = a.data[i]! + b.data[i]!;
  return { data, shape: a.shape };
}

/** Maps of one height and width, joined along the channels in order. */
export function concatenate(maps: readonly FloatMap[]): FloatMap {
  const widths = maps.map(({ shape }) => shape.at(-1)!);
  const channels = widths.reduce((sum, width) => sum + width, 0);
  const positions = maps[0]!.data.length / widths[0]!;
  const data = new Float64Array(positions * channels);
  let offset = 0;
  maps.forEach((map, k) => {
    const width = widths[k]!;
    for (let p = 0; p < positions; p++) data.set(map.data.subarray(p * width, (p + 1) * width), p * channels + offset);
    offset += width;
  });
  return { data, shape: [...maps[0]!.shape.slice(0, -1), channels] };
}

/** Channels `begin` to `end` (exclusive). */
export function sliceChannels(x: FloatMap, begin: number, end: number): FloatMap {
  const channels = x.shape.at(-1)!;
  const width = end - begin;
  const positions = x.data.length / channels;
  const data = new Float64Array(positions * width);
  for (let p = 0; p < positions; p++) {
    data.set(x.data.subarray(p * channels + begin, p * channels + end), p * width);
  }
  return { data, shape: [...x.shape.slice(0, -1), width] };
}

/** See `shufflenet/channel-shuffle.ts`. */
export function channelShuffle(x: FloatMap, groups: number): FloatMap {
  const { data, shape } = shuffle(tensor(x.data, x.shape), groups);
  return { data, shape };
}

/** `x · kernel + bias` over the last axis: kernel `(in, units)`, bias `(units,)`. */
export function dense(x: FloatMap, kernel: Tensor, bias: Tensor): FloatMap {
  const [inputs, units] = kernel.shape as readonly [number, number];
  const weights = toFloat64(kernel);
  const positions = x.data.length / inputs;
  const data = new Float64Array(positions * units);
  for (let p = 0; p < positions; p++) {
    data.set(toFloat64(bias), p * units);
    for (let i = 0; i < inputs; i++) {
      const value = x.data[p * inputs + i]!;
      for (let u = 0; u < units; u++) data[p * units + u]! += value * weights[i * units + u]!;
    }
  }
  return { data, shape: [...x.shape.slice(0, -1), units] };
}
