// A logarithmic axis for errors, which may also be zero (below the axis) or without measure (above it).

/** Most decades on an axis: float32 spans 76, and a picture of all shows nothing. Smaller values stand at its foot. */
const MOST_DECADES = 24;

/** Where values stand, in the units of the picture. */
export interface LogScale {
  /** Powers of ten with a line each. */
  readonly ticks: readonly { readonly exponent: number; readonly y: number }[];
  readonly zero: number;
  readonly beyond: number;
  y(value: number): number;
}

/** A scale for `values` from `bottom` up to `top`, where lines for zero and for infinity are kept free. */
export function logScale(values: readonly number[], top: number, bottom: number): LogScale {
  const exponents = values.filter((value) => value > 0 && Number.isFinite(value)).map(Math.log10);
  // No spread: `Math.max` of a long list would use up the stack.
  const highest = exponents.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const lowest = exponents.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const to = exponents.length === 0 ? 0 : Math.ceil(highest + 0.1);
  const from = exponents.length === 0 ? -1 : Math.max(Math.floor(lowest - 0.1), to - MOST_DECADES);
  const [first, last] = [bottom - 24, top + 18];
  const at = (exponent: number): number => first - ((exponent - from) / (to - from)) * (first - last);
  const step = Math.ceil((to - from) / 8);
  const count = Math.floor((to - from) / step) + 1;
  return {
    ticks: Array.from({ length: count }, (_, i) => ({ exponent: from + i * step, y: at(from + i * step) })),
    zero: bottom - 6,
    beyond: top + 4,
    y: (value) => {
      if (value === 0) return bottom - 6;
      return Number.isFinite(value) && value > 0 ? at(Math.max(Math.log10(value), from)) : top + 4;
    },
  };
}
