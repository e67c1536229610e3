// Batch normalisation at inference, as x s + (beta - m s) or as gamma (x - m) / sqrt(v + epsilon) + beta: seven
// roundings at most touch any term of either, an eighth is left for a reciprocal square root that is not the nearest.
import type { LayerOf } from '../../network/layer.js';
import type { LayerWeights } from '../../network/model.js';
import { arrivingErrors, type BoundedMap, FLOAT64_SLACK, gamma, SMALLEST_NORMAL } from './bounded.js';

const GAMMA_8 = gamma(8);

/** `gamma_8 (|x s| + |m s| + |beta|) + |s| e (1 + gamma_8)`, and what underflow may lose. */
export function boundBatchNorm(
  { attrs: { epsilon } }: LayerOf<'BatchNormalization'>,
  x: BoundedMap,
  weights: LayerWeights,
  rounding: number,
): Float64Array {
  const { scale, constant } = perChannel(weights, epsilon);
  const channels = scale.length;
  const bound = arrivingErrors(x, rounding);
  const values = x.value.data;
  for (let i = 0; i < bound.length; ) {
    for (let c = 0; c < channels; c++, i++) {
      const e = bound[i]!;
      bound[i] = FLOAT64_SLACK * (scale[c]! * (GAMMA_8 * (Math.abs(values[i]!) + e) + e) + constant[c]!);
    }
  }
  return bound;
}

/** What multiplies the input's part, and what does not depend on the input. */
function perChannel(weights: LayerWeights, epsilon: number): { scale: Float64Array; constant: Float64Array } {
  const { gamma: g, beta, moving_mean: mean, moving_variance: variance } = weights;
  const channels = g!.data.length;
  const scale = new Float64Array(channels);
  const constant = new Float64Array(channels);
  for (let c = 0; c < channels; c++) {
    const inverse = 1 / Math.sqrt(variance!.data[c]! + epsilon);
    const s = Math.abs(g!.data[c]!) * inverse;
    const m = Math.abs(mean!.data[c]!);
    // A factor that is flushed on the way (gamma, s) loses SMALLEST_NORMAL times what it multiplies.
    const flushed = SMALLEST_NORMAL * (1 + inverse);
    scale[c] = s + flushed / GAMMA_8;
    constant[c] =
      GAMMA_8 * (m * s + Math.abs(beta!.data[c]!)) +
      flushed * m +
      SMALLEST_NORMAL * (5 + 3 * s + Math.abs(g!.data[c]!));
  }
  return { scale, constant };
}
