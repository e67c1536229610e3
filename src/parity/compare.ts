// One layer's output against what was recorded of it.
import { isRowMajor, sameShape, sizeOf, type Tensor, toFloat64, unravel } from '../core/tensor.js';

/** Largest error of one layer, and where. */
export interface Comparison {
  /** Largest absolute difference; NaN where either side is no number. */
  readonly maxAbsError: number;
  /** That, over the largest absolute value recorded for the layer. */
  readonly maxRelError: number;
  /** Index of the largest error, batch first. */
  readonly at: readonly number[];
  readonly found: number;
  readonly expected: number;
  /** Largest finite absolute value recorded. */
  readonly largest: number;
}

/** Compares two tensors of one shape, element by element. */
export function compareTensors(found: Tensor, expected: Tensor): Comparison {
  if (!sameShape(found.shape, expected.shape)) throw new RangeError('tensors of different shapes are not compared');
  const [a, b] = [values(found), values(expected)];
  let [worst, at, largest] = [0, 0, 0];
  for (let i = 0; i < b.length; i++) {
    const error = difference(a[i]!, b[i]!);
    if (!(error <= worst)) {
      [worst, at] = [error, i];
      if (Number.isNaN(error)) break;
    }
    if (Number.isFinite(b[i])) largest = Math.max(largest, Math.abs(b[i]!));
  }
  return {
    maxAbsError: worst,
    maxRelError: relative(worst, largest),
    at: unravel(at, expected.shape),
    found: a[at] ?? 0,
    expected: b[at] ?? 0,
    largest,
  };
}

/** The same value twice, infinities included, is no error; a NaN on either side is never right. */
function difference(a: number, b: number): number {
  return a === b ? 0 : Math.abs(a - b);
}

function relative(error: number, largest: number): number {
  if (error === 0) return 0;
  return largest === 0 ? Number.POSITIVE_INFINITY : error / largest;
}

function values(t: Tensor): ArrayLike<number> {
  return isRowMajor(t) && t.offset === 0 && t.data.length === sizeOf(t.shape) ? t.data : toFloat64(t);
}
