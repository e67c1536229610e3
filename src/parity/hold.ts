// Values held against recorded ones, each with a bound of its own.

/** One value of a layer's output. */
export interface Spot {
  /** Flat position, batch first. */
  readonly flat: number;
  /** What was computed, what was recorded, and how far they may lie apart. */
  readonly value: number;
  readonly expected: number;
  readonly bound: number;
}

/** How values fared. */
export interface Held {
  /** Largest absolute difference, and where; NaN where either side is no number. */
  readonly maxAbsError: number;
  readonly largest: Spot;
  /** Largest share of its bound that a difference uses, and where: above 1 is off. Infinity where a bound of 0 is not kept. */
  readonly budget: number;
  readonly worst: Spot;
  /** How many values are off, and how many there are. */
  readonly off: number;
  readonly count: number;
}

/** One image's computed values and their bounds. */
export interface BoundedValues {
  readonly values: Float64Array;
  readonly bounds: Float64Array;
}

/** Holds one image after the other against `expected`, which has them all in a row. */
export function hold(images: readonly BoundedValues[], expected: Float64Array): Held {
  let [maxAbsError, largest, budget, worst, off, at] = [0, 0, 0, 0, 0, 0];
  for (const { values, bounds } of images) {
    for (let i = 0; i < values.length; i++, at++) {
      const bound = bounds[i]!;
      // Nearly every value is right, and neither the largest error nor the worst: this one comparison settles those.
      const gap = Math.abs(values[i]! - expected[at]!);
      if (gap <= maxAbsError && gap <= Math.min(1, budget) * bound) continue;
      const error = difference(values[i]!, expected[at]!);
      if (error === 0) continue;
      // Comparisons are written so that what is no number keeps no bound, and the first such value is the largest.
      if (!(error <= bound)) off++;
      if (!(error <= maxAbsError) && !Number.isNaN(maxAbsError)) {
        maxAbsError = error;
        largest = at;
      }
      const used = shareOf(error, bound);
      if (used > budget) {
        budget = used;
        worst = at;
      }
    }
  }
  const spot = (flat: number): Spot => spotAt(images, expected, flat);
  return { maxAbsError, largest: spot(largest), budget, worst: spot(worst), off, count: at };
}

/** The largest finite magnitude. */
export function largestMagnitude(values: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const magnitude = Math.abs(values[i]!);
    if (magnitude > largest && magnitude < Number.POSITIVE_INFINITY) largest = magnitude;
  }
  return largest;
}

/** 1 where a value is off, 0 elsewhere, in the order of `expected`. */
export function offMask(images: readonly BoundedValues[], expected: Float64Array): Uint8Array {
  const mask = new Uint8Array(expected.length);
  let at = 0;
  for (const { values, bounds } of images) {
    for (let i = 0; i < values.length; i++, at++) {
      mask[at] = difference(values[i]!, expected[at]!) <= bounds[i]! ? 0 : 1;
    }
  }
  return mask;
}

/** The same value twice, infinities included, is no error; a NaN on either side is never right. */
export function difference(a: number, b: number): number {
  return a === b ? 0 : Math.abs(a - b);
}

function shareOf(error: number, bound: number): number {
  const share = error / bound;
  return Number.isNaN(share) ? Number.POSITIVE_INFINITY : share;
}

function spotAt(images: readonly BoundedValues[], expected: Float64Array, flat: number): Spot {
  const size = images[0]!.values.length;
  const image = images[Math.floor(flat / size)];
  const value = image?.values[flat % size] ?? 0;
  return { flat, value, expected: expected[flat] ?? 0, bound: image?.bounds[flat % size] ?? 0 };
}
