// The error a layer has when the network runs freely from its input: its own, and what it inherits from those before.
import { type BoundedMap, SMALLEST_NORMAL, UNIT_ROUNDOFF } from './bounds/bounded.js';
import { type ExpectedMap, SIGMA_LIMIT } from './expected.js';
import { type ShareHistogram, shareHistogram } from './histogram.js';
import { difference, type Held, hold, largestMagnitude } from './hold.js';

/** How a layer fares in the free run. */
export interface FreeRunError extends Held {
  /** Largest difference between the free run and the layer on recorded inputs. */
  readonly inherited: number;
  /** The largest error over the largest magnitude recorded, and that. */
  readonly maxRelError: number;
  readonly scale: number;
  /** The error expected of a float32 run here: the root mean square of sigma over the layer. */
  readonly sigma: number;
  /** How the values spread over shares of the limit, if any is off. */
  readonly histogram?: ShareHistogram;
}

/**
 * Holds a free run against `recorded`. `found` is what ran: one map an image, which the evaluator computed (`runs` 1:
 * only the recording errs) or another executor in float32 (`runs` 2: both err), with sums of so many terms behind a bias.
 */
export function freeRunError(
  found: readonly Float64Array[],
  free: readonly ExpectedMap[],
  isolated: readonly BoundedMap[],
  recorded: Float64Array,
  runs: 1 | 2,
  biasedTerms = 0,
): FreeRunError {
  let [inherited, variances] = [0, 0];
  const images = found.map((values, image) => {
    inherited = Math.max(inherited, largestDifference(values, isolated[image]!.value.data));
    const right = recorded.subarray(image * values.length, (image + 1) * values.length);
    const { variance } = free[image]!;
    variances += variance.reduce((sum, each) => sum + each, 0);
    return { values, bounds: freeRunLimits(variance, right, runs, biasedTerms) };
  });
  const held = hold(images, recorded);
  const scale = largestMagnitude(recorded);
  const maxRelError = held.maxAbsError === 0 ? 0 : held.maxAbsError / scale;
  const sigma = Math.sqrt((runs * variances) / Math.max(1, recorded.length));
  const shares = held.off === 0 ? {} : { histogram: shareHistogram(images, recorded) };
  return { ...held, maxRelError, scale, inherited, sigma, ...shares };
}

/**
 * How far a free run may stray: 12 sigma, and the rounding of what is stored, which is sure. A sum that begins with a folded
 * bias, much larger than its terms, rounds each of them at the size of the result: 12 sigma of that come on top.
 */
export function freeRunLimits(
  variance: Float64Array,
  recorded: Float64Array,
  runs: 1 | 2,
  biasedTerms = 0,
): Float64Array {
  const roundings = 1 + SIGMA_LIMIT * Math.sqrt(biasedTerms / 3);
  const bounds = new Float64Array(variance.length);
  for (let i = 0; i < bounds.length; i++) {
    const stored = roundings * UNIT_ROUNDOFF * Math.abs(recorded[i]!);
    bounds[i] = SIGMA_LIMIT * Math.sqrt(runs * variance[i]!) + stored + SMALLEST_NORMAL;
  }
  return bounds;
}

/** NaN where one of the differences is. */
function largestDifference(a: Float64Array, b: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    if (!(Math.abs(a[i]! - b[i]!) <= largest)) largest = Math.max(largest, difference(a[i]!, b[i]!));
  }
  return largest;
}
