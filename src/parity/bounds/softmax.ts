// exp(x - max) / sum: each term's relative error is bounded, then the sum's, then the quotient's.
import type { FloatMap } from '../../evaluator/map.js';
import { arrivingErrors, type BoundedMap, FLOAT64_SLACK, SMALLEST_NORMAL, UNIT_ROUNDOFF } from './bounded.js';

/** Largest relative error of a float32 `exp` in use: two units in the last place, 4 u. */
const EXP_ERROR = 4 * UNIT_ROUNDOFF;

/** `y` is the softmax of `x`'s values, over the last axis. */
export function boundSoftmax(x: BoundedMap, y: FloatMap, rounding: number): Float64Array {
  const size = y.shape.at(-1)!;
  const errors = arrivingErrors(x, rounding);
  const bound = new Float64Array(errors.length);
  for (let at = 0; at < bound.length; at += size) {
    const end = at + size;
    boundRow(x.value.data.subarray(at, end), errors.subarray(at, end), y.data.subarray(at, end), bound, at);
  }
  return bound;
}

/** A term's logarithm is off by t: its input's error, the subtraction's, and the exponential's. */
function boundRow(x: Float64Array, e: Float64Array, y: Float64Array, bound: Float64Array, at: number): void {
  const [largest, largestError] = [maximum(x), maximum(e)];
  const termError = (i: number): number => e[i]! + UNIT_ROUNDOFF * (largest - x[i]! + e[i]! + largestError) + EXP_ERROR;
  // The sum's logarithm: off by log(sum of y exp(t)) at most, either way, before its n - 1 additions.
  let sumError = 0;
  for (let i = 0; i < x.length; i++) sumError += y[i]! * Math.expm1(termError(i));
  const n = x.length;
  // The additions, a reciprocal, a product; the flushed terms of the sum.
  const rest = Math.log1p(sumError) + (n + 1) * UNIT_ROUNDOFF * FLOAT64_SLACK + n * SMALLEST_NORMAL;
  for (let i = 0; i < n; i++) {
    bound[at + i] = FLOAT64_SLACK * y[i]! * Math.expm1(termError(i) + rest) + 3 * SMALLEST_NORMAL;
  }
}

function maximum(values: Float64Array): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, values[i]!);
  return largest;
}
