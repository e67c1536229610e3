// The middle of numbers that chance spreads.

/** The one in the middle; of an even number the upper of two. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
