// Sums of products: convolutions, dense, averages. The error of such a layer is bounded by the same layer with the
// magnitudes of its weights, applied to the magnitudes of its inputs (Higham, section 3.1; docs/parity.md).
import { type Tensor, tensor } from '../../core/tensor.js';
import { apply } from '../../evaluator/evaluator.js';
import type { FloatMap } from '../../evaluator/map.js';
import type { LayerOf } from '../../network/layer.js';
import type { LayerWeights } from '../../network/model.js';
import { arrivingErrors, type BoundedMap, FLOAT64_SLACK, gamma, SMALLEST_NORMAL, UNIT_ROUNDOFF } from './bounded.js';
import { doubtsAlone, isDoubtful, widened } from './doubts.js';

/** A layer whose outputs are sums of its inputs times constants. */
export type LinearLayer = LayerOf<
  'Conv2D' | 'DepthwiseConv2D' | 'Dense' | 'AveragePooling2D' | 'GlobalAveragePooling2D'
>;

/** Terms of one output's sum; the map's size decides where the whole of it is averaged. */
export function reductionLength(layer: LinearLayer, x: FloatMap): number {
  switch (layer.op) {
    case 'Conv2D':
      return product(layer.weights.kernel!.slice(0, 3));
    case 'DepthwiseConv2D':
      return product(layer.weights.depthwise_kernel!.slice(0, 2));
    case 'Dense':
      return layer.weights.kernel![0]!;
    case 'AveragePooling2D':
      return product(layer.attrs.poolSize);
    case 'GlobalAveragePooling2D':
      return product(x.shape.slice(0, 2));
  }
}

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/**
 * Roundings that a term may go through: its product and the additions after it. A bias is one addition more; a mean
 * divides, or multiplies by a reciprocal that is rounded itself.
 */
export function roundings(layer: LinearLayer, x: FloatMap): number {
  const isMean = layer.op === 'AveragePooling2D' || layer.op === 'GlobalAveragePooling2D';
  return reductionLength(layer, x) + (isMean || layer.weights.bias !== undefined ? 1 : 0);
}

/**
 * `|w| * (gamma (|x| + e) + e)`, and what underflow may lose. `layer` has no activation. Weights that may lie `doubts`
 * away are larger by that, and add `doubt * |x|`.
 */
export function boundLinear(
  layer: LinearLayer,
  x: BoundedMap,
  weights: LayerWeights,
  rounding: number,
  doubts: LayerWeights = {},
): Float64Array {
  const n = roundings(layer, x.value);
  const reach: FloatMap = { data: reachOf(x, gamma(n), rounding), shape: x.value.shape };
  const bound = apply(layer, [reach], magnitudes(widened(weights, doubts), layer, n)).data;
  if (isDoubtful(doubts)) addTo(bound, apply(layer, [magnitude(x.value)], doubtsAlone(weights, doubts)).data);
  // Means have no weights to carry it: each of n sums and products may lose SMALLEST_NORMAL.
  const floor = layer.weights.bias === undefined ? 2 * n * SMALLEST_NORMAL : 0;
  for (let i = 0; i < bound.length; i++) bound[i] = bound[i]! * FLOAT64_SLACK + floor;
  return bound;
}

const magnitude = ({ data, shape }: FloatMap): FloatMap => ({ data: data.map(Math.abs), shape });

function addTo(bound: Float64Array, more: Float64Array): void {
  for (let i = 0; i < bound.length; i++) bound[i]! += more[i]!;
}

/** `gamma (|x| + e) + e`: what one input's term may be off by, per unit of weight. */
function reachOf(x: BoundedMap, gammaN: number, rounding: number): Float64Array {
  const reach = arrivingErrors(x, rounding);
  const values = x.value.data;
  for (let i = 0; i < reach.length; i++) {
    const e = reach[i]!;
    reach[i] = gammaN * (Math.abs(values[i]!) + e) + e + SMALLEST_NORMAL;
  }
  return reach;
}

/** `|w|`, and for a bias what it is rounded by. A weight below the normal numbers may be flushed: all of it is lost. */
function magnitudes(weights: LayerWeights, layer: LinearLayer, n: number): LayerWeights {
  const magnitude = (w: number): number => (Math.abs(w) < SMALLEST_NORMAL ? Math.abs(w) / UNIT_ROUNDOFF : Math.abs(w));
  const floor = 2 * n * SMALLEST_NORMAL;
  const { kernel, depthwise_kernel, bias } = weights;
  return {
    ...(kernel && { kernel: mapWeight(kernel, magnitude) }),
    ...(depthwise_kernel && { depthwise_kernel: mapWeight(depthwise_kernel, magnitude) }),
    ...(layer.weights.bias && bias && { bias: mapWeight(bias, (b) => gamma(n) * magnitude(b) + floor) }),
  };
}

/** A weight with `f` of each value, rounded to float32. */
export function mapWeight(t: Tensor<Float32Array>, f: (value: number) => number): Tensor<Float32Array> {
  const { data } = t;
  const out = new Float32Array(data.length);
  for (let i = 0; i < out.length; i++) out[i] = f(data[i]!);
  return tensor(out, t.shape);
}
