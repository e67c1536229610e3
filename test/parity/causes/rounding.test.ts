// Coarser numbers: float16, bfloat16 and TF32, nearest and cut.
import { describe, expect, test } from 'vitest';
import { areOf, cutTo, nearestOf, TF32 } from '../../../src/parity/causes/rounding.js';
import { BFLOAT16, FLOAT16, roundoff } from '../../../src/parity/number-formats.js';

describe('the nearest number', () => {
  // numpy.float16(x), and the bit patterns of bfloat16 by hand.
  test.each([
    [FLOAT16, 0.1, 0.0999755859375],
    [FLOAT16, 1 / 3, 0.333251953125],
    [FLOAT16, 2049, 2048],
    [FLOAT16, 2051, 2052],
    [FLOAT16, 6e-8, 2 ** -24],
    [FLOAT16, 2e-8, 0],
    [BFLOAT16, 0.1, 0.10009765625],
    [BFLOAT16, -257, -256],
    [BFLOAT16, -259, -260],
    [TF32, 6e-8, 1031 * 2 ** -34],
    [FLOAT16, 0, 0],
    [FLOAT16, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  ])('of %o to %d is %d', (format, x, nearest) => {
    expect(nearestOf(format, x)).toBe(nearest);
    expect(nearestOf(format, nearestOf(format, x))).toBe(nearestOf(format, x));
  });

  test('is cut towards zero where units cut', () => {
    expect([cutTo(TF32, 2049.9), cutTo(TF32, -2051), cutTo(BFLOAT16, 257.9), cutTo(TF32, 0)]).toEqual([
      2048, -2050, 256, 0,
    ]);
  });

  test('lies within the unit roundoff', () => {
    expect([roundoff(FLOAT16), roundoff(BFLOAT16)]).toEqual([2 ** -11, 2 ** -8]);
  });
});

describe('values are of a kind', () => {
  const many = (f: (i: number) => number): number[] => Array.from({ length: 20 }, (_, i) => f(i + 1));
  test('when all are, and enough of them are not zero', () => {
    expect(areOf(FLOAT16, [...many((i) => i / 1024), 0])).toBe(true);
    expect(
      areOf(
        BFLOAT16,
        many((i) => i / 1024),
      ),
    ).toBe(true);
    expect(areOf(FLOAT16, [...many((i) => i / 1024), 0.1])).toBe(false);
    expect(
      areOf(
        FLOAT16,
        many(() => 0),
      ),
    ).toBe(false);
    expect(areOf(FLOAT16, [0.5, 0.25])).toBe(false);
  });
});
