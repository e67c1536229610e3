// Batch normalisation at inference, as x s + (beta - m s) or as gamma (x - m) / sqrt(v + epsilon) + beta: seven
// roundings at most touch any term of either, an eighth is left for a reciprocal square root that is not the nearest.
import type { LayerOf } from '../../network/layer.js';
import type { LayerWeights } from '../../network/model.js';
import { arrivingErrors, type BoundedMap, FLOAT64_SLACK, gamma, SMALLEST_NORMAL } from './bounded.js';
import { doubtfulScale, isDoubtful, widened } from './doubts.js';

const GAMMA_8 = gamma(8);

/**
 * `gamma_8 (|x s| + |m s| + |beta|) + |s| e (1 + gamma_8)`, and what underflow may lose. Weights that may lie `doubts`
 * away are as large as they can be in that, and add `|s' - s| |x - m| + |s'| |m' - m| + |beta' - beta|`.
 */
export function boundBatchNorm(
  layer: LayerOf<'BatchNormalization'>,
  x: BoundedMap,
  weights: LayerWeights,
  rounding: number,
  doubts: LayerWeights = {},
): Float64Array {
  if (!isDoubtful(doubts)) return boundKnown(layer, x, weights, rounding);
  const bound = boundKnown(layer, x, largestScale(weights, doubts), rounding);
  const { scale, constant } = doubtPerChannel(weights, doubts, layer.attrs.epsilon);
  const [values, means] = [x.value.data, weights.moving_mean!.data];
  for (let i = 0; i < bound.length; ) {
    for (let c = 0; c < scale.length; c++, i++) {
      bound[i]! += FLOAT64_SLACK * (scale[c]! * Math.abs(values[i]! - means[c]!) + constant[c]!);
    }
  }
  return bound;
}

/** Every weight at its largest, and the variance, which divides, at its least. */
function largestScale(weights: LayerWeights, doubts: LayerWeights): LayerWeights {
  const { moving_variance: variance } = weights;
  const data = variance!.data.map((v, c) => Math.max(0, v - (doubts.moving_variance?.data[c] ?? 0)));
  return { ...widened(weights, doubts), moving_variance: { ...variance!, data } };
}

/** How far a scale may lie off, and what the mean's and beta's doubts come to. */
function doubtPerChannel(weights: LayerWeights, doubts: LayerWeights, epsilon: number) {
  const scales = doubtfulScale(weights, doubts, epsilon);
  const { moving_mean: mean, beta } = doubts;
  return {
    scale: scales.map(({ doubt }) => doubt),
    constant: scales.map(
      ({ scale, doubt }, c) => (Math.abs(scale) + doubt) * (mean?.data[c] ?? 0) + (beta?.data[c] ?? 0),
    ),
  };
}

function boundKnown(
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
