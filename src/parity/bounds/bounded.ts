// A map of values known within bounds, and the constants of float32 that every bound is made of. Read first in this
// room, then the families (linear, batch-norm, softmax, pointwise), then bounds.ts. Derivations: docs/parity.md.
import type { FloatMap } from '../../evaluator/map.js';

/** One image's map as float64 computes it, and how far any float32 evaluation may lie from it, element by element. */
export interface BoundedMap {
  readonly value: FloatMap;
  /**
   * One number for each value, none below 0, and not to be written to. 0 means: this very value, straight from what was
   * recorded or moved from there.
   */
  readonly error: Float64Array;
}

/** u, the largest relative error of one rounding to float32. */
export const UNIT_ROUNDOFF = 2 ** -24;

/**
 * float32's smallest normal number. What lies below is at best rounded to multiples of 2^-149, and where denormals are
 * flushed to zero, as TensorFlow's threads do, each input and each result may lose as much as this.
 */
export const SMALLEST_NORMAL = 2 ** -126;

/**
 * What every bound is multiplied by, for the rounding of the float64 arithmetic that computes values and bounds: n
 * operations err by n 2^-53 beside a bound of n 2^-24 at least, 2^-29 of it.
 */
export const FLOAT64_SLACK = 1 + 2 ** -20;

/** The longest reduction that gamma is defined for: `n u < 1`. */
const LONGEST = 2 ** 24;

/** `n u / (1 - n u)`: n roundings in a row are off by this, relatively (Higham, lemma 3.1). */
export function gamma(n: number): number {
  return n < LONGEST ? (n * UNIT_ROUNDOFF) / (1 - n * UNIT_ROUNDOFF) : Number.POSITIVE_INFINITY;
}

/** Values that are what was recorded. */
export function exact(value: FloatMap): BoundedMap {
  return { value, error: noErrors(value.data.length) };
}

let zeros = new Float64Array(0);

/** Zeros. All exact maps share them, so that nobody spends time on making, moving or reading new ones. */
export function noErrors(length: number): Float64Array {
  if (zeros.length < length) zeros = new Float64Array(length);
  return zeros.subarray(0, length);
}

/** Whether all of the values are exact. (That they are without knowing is no harm: zeros are zeros.) */
export function isExact({ error }: BoundedMap): boolean {
  return error.buffer === zeros.buffer;
}

/**
 * The error with which arithmetic finds `x`. Where a fixture was computed in float64 and stored in float32, what the
 * layer consumed was a value that rounds to the recorded one: it lies within `rounding` times it, u or nothing.
 */
export function arrivingErrors({ value, error }: BoundedMap, rounding: number): Float64Array {
  const out = new Float64Array(error.length);
  for (let i = 0; i < out.length; i++) out[i] = error[i] === 0 ? rounding * Math.abs(value.data[i]!) : error[i]!;
  return out;
}
