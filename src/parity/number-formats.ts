// Kinds of numbers with fewer digits than float32's, and what may have been rounded to one of them.

/** A kind of number: bits of its significand, the leading one included, and the least exponent of a normal one. */
export interface Format {
  readonly name: string;
  readonly bits: number;
  readonly least: number;
}

export const FLOAT16: Format = { name: 'float16', bits: 11, least: -14 };
export const BFLOAT16: Format = { name: 'bfloat16', bits: 8, least: -126 };

/** The unit roundoff. */
export const roundoff = ({ bits }: Format): number => 2 ** -bits;

/**
 * Half the distance to the next number of the format away from zero: whatever was rounded to `x` lies within it. Towards
 * zero the next number may be half as far, so that this is generous below powers of two.
 */
export function halfUnit({ bits, least }: Format, x: number): number {
  // The logarithm of 0 is below any exponent.
  return 2 ** (Math.max(Math.floor(Math.log2(Math.abs(x))), least) - bits);
}
