// What a float32 run is expected to be off by at the end of a network: each layer's variance, carried through the next.
// Worst cases multiplied over fifty layers say nothing; roundings that fall either way do. Formulas: docs/parity.md.
import { apply } from '../evaluator/evaluator.js';
import { dimensions, type FloatMap } from '../evaluator/map.js';
import { type WindowAxis, windowAxes } from '../evaluator/window.js';
import type { Layer, LayerOf } from '../network/layer.js';
import type { LayerWeights } from '../network/model.js';
import { UNIT_ROUNDOFF } from './bounds/bounded.js';
import { type LinearLayer, mapWeight, reductionLength } from './bounds/linear.js';

/** One image's map as float64 computes it, and the variance of what a float32 run would find in its place. */
export interface ExpectedMap {
  readonly value: FloatMap;
  readonly variance: Float64Array;
}

/** Variance of one rounding's relative error, taken as uniform in [-u, u]. */
export const ROUNDING = UNIT_ROUNDOFF ** 2 / 3;

/**
 * Deviations allowed. For independent, uniform roundings `P(|error| > 12 sigma) <= 2 exp(-72)`, 1e-31 a value: sums of
 * bounded variables fall off at least as fast as that (Hoeffding 1963). Where sigma is too small by a factor of 1.7, the
 * most that was measured of a whole map, it is 3e-11.
 */
export const SIGMA_LIMIT = 12;

/** What is known of an input: the value, and no error. */
export function certain(value: FloatMap): ExpectedMap {
  return { value, variance: new Float64Array(value.data.length) };
}

/** The layer's value, and its variance when run in float32 on inputs of the variances given. */
export function expectLayer(layer: Layer, inputs: readonly ExpectedMap[], weights: LayerWeights): ExpectedMap {
  const value = apply(
    layer,
    inputs.map((input) => input.value),
    weights,
  );
  return { value, variance: varianceOf(layer, inputs, weights, value) };
}

function varianceOf(
  layer: Layer,
  inputs: readonly ExpectedMap[],
  weights: LayerWeights,
  value: FloatMap,
): Float64Array {
  const x = inputs[0]!;
  switch (layer.op) {
    case 'Conv2D':
    case 'DepthwiseConv2D':
    case 'Dense':
      return linearVariance(layer, x, weights);
    case 'AveragePooling2D':
    case 'GlobalAveragePooling2D':
      return meanVariance(layer, x);
    case 'BatchNormalization':
      return batchNormVariance(layer, x, weights);
    case 'Add':
      return addVariance(x, inputs[1]!, value);
    case 'Activation':
      return layer.attrs.activation === 'relu' ? reluVariance(x) : softmaxVariance(x, value);
    case 'InputLayer':
    case 'ChannelShuffle':
    case 'Slice':
    case 'Concatenate':
    case 'MaxPooling2D':
    case 'GlobalMaxPooling2D':
      return apply(layer, inputs.map(varianceMap), {}).data;
  }
}

const varianceMap = ({ value, variance }: ExpectedMap): FloatMap => ({ data: variance, shape: value.shape });

/** `V + (u^2 / 3) (1 + n / 2) x^2`: each product is rounded once, and each partial sum is half of n of them on average. */
function termVariance(layer: LinearLayer, { value, variance }: ExpectedMap): FloatMap {
  const factor = ROUNDING * (1 + reductionLength(layer, value) / 2);
  const data = new Float64Array(variance.length);
  for (let i = 0; i < data.length; i++) data[i] = variance[i]! + factor * value.data[i]! ** 2;
  return { data, shape: value.shape };
}

/** The same layer with its weights squared, applied to the variances. A bias adds none of its own. */
function linearVariance(layer: LinearLayer, x: ExpectedMap, { kernel, depthwise_kernel, bias }: LayerWeights) {
  const squares: LayerWeights = {
    ...(kernel && { kernel: mapWeight(kernel, (w) => w * w) }),
    ...(depthwise_kernel && { depthwise_kernel: mapWeight(depthwise_kernel, (w) => w * w) }),
    ...(bias && { bias: mapWeight(bias, (b) => ROUNDING * b * b) }),
  };
  return apply(layer, [termVariance(layer, x)], squares).data;
}

/** A mean over n values has the mean of their variances, divided by n. */
function meanVariance(layer: MeanLayer, x: ExpectedMap): Float64Array {
  const { data } = apply(layer, [termVariance(layer, x)], {});
  const counts = cellCounts(layer, x.value);
  const channels = data.length / counts.length;
  for (let i = 0; i < data.length; i++) data[i] = data[i]! / counts[Math.floor(i / channels)]!;
  return data;
}

type MeanLayer = LayerOf<'AveragePooling2D' | 'GlobalAveragePooling2D'>;

/** How many cells of the map each output position is the mean of, row by row. */
function cellCounts(layer: MeanLayer, x: FloatMap): number[] {
  const [height, width] = dimensions(x);
  if (layer.op === 'GlobalAveragePooling2D') return [height * width];
  const { poolSize } = layer.attrs;
  const [rows, columns] = windowAxes(height, width, poolSize, layer.attrs);
  const covered = (axis: WindowAxis, size: number, cells: number): number[] =>
    Array.from({ length: axis.size }, (_, out) => {
      const start = axis.start(out);
      return Math.min(start + cells, size) - Math.max(start, 0);
    });
  const across = covered(columns, width, poolSize[1]);
  return covered(rows, height, poolSize[0]).flatMap((down) => across.map((cells) => down * cells));
}

/** `V s^2 + (u^2 / 3) (3 (x s)^2 + 3 (m s)^2 + beta^2)`: three roundings each for `x s` and `m s`, one for the sum. */
function batchNormVariance(
  { attrs: { epsilon } }: LayerOf<'BatchNormalization'>,
  { value, variance }: ExpectedMap,
  weights: LayerWeights,
): Float64Array {
  const { gamma, beta, moving_mean: mean, moving_variance: moving } = weights;
  const channels = gamma!.data.length;
  const squaredScale = Float64Array.from(gamma!.data, (g, c) => g ** 2 / (moving!.data[c]! + epsilon));
  const constant = squaredScale.map((s2, c) => ROUNDING * (3 * s2 * mean!.data[c]! ** 2 + beta!.data[c]! ** 2));
  const out = new Float64Array(variance.length);
  for (let i = 0; i < out.length; ) {
    for (let c = 0; c < channels; c++, i++) {
      out[i] = squaredScale[c]! * (variance[i]! + 3 * ROUNDING * value.data[i]! ** 2) + constant[c]!;
    }
  }
  return out;
}

function addVariance(a: ExpectedMap, b: ExpectedMap, y: FloatMap): Float64Array {
  const out = new Float64Array(a.variance.length);
  for (let i = 0; i < out.length; i++) out[i] = a.variance[i]! + b.variance[i]! + ROUNDING * y.data[i]! ** 2;
  return out;
}

/** What is below zero by more than it may be off stays zero. */
function reluVariance({ value, variance }: ExpectedMap): Float64Array {
  const out = new Float64Array(variance.length);
  for (let i = 0; i < out.length; i++) {
    const x = value.data[i]!;
    out[i] = x > 0 || x * x <= SIGMA_LIMIT ** 2 * variance[i]! ? variance[i]! : 0;
  }
  return out;
}

/**
 * To first order `d log y_i = d x_i - sum of y_j d x_j`. Each term's logarithm has the input's variance, a rounding of
 * `x - max` and two of the exponential, which cancel where one term is all of the sum; the sum's additions and the
 * quotient's two roundings do not.
 */
function softmaxVariance({ value, variance }: ExpectedMap, y: FloatMap): Float64Array {
  const size = y.shape.at(-1)!;
  const out = new Float64Array(variance.length);
  for (let at = 0; at < out.length; at += size) {
    const largest = value.data.subarray(at, at + size).reduce((a, b) => Math.max(a, b));
    const term = (i: number): number => variance[i]! + ROUNDING * ((value.data[i]! - largest) ** 2 + 4);
    let shared = ROUNDING * (2 + size / 2);
    for (let i = at; i < at + size; i++) shared += y.data[i]! ** 2 * term(i);
    for (let i = at; i < at + size; i++) out[i] = y.data[i]! ** 2 * (term(i) * (1 - 2 * y.data[i]!) + shared);
  }
  return out;
}
