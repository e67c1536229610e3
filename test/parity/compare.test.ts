// The largest error between two tensors, and where it is.
import { describe, expect, test } from 'vitest';
import { tensor } from '../../src/core/tensor.js';
import { compareTensors } from '../../src/parity/compare.js';

const vector = (...values: number[]) => tensor(Float64Array.from(values), [values.length]);

describe('a comparison', () => {
  test('finds the largest error, where it is, and how large it is beside the largest value recorded', () => {
    const found = tensor(Float32Array.of(1, 2, 3.5, 4, -5, 6), [2, 3]);
    const expected = tensor(Float32Array.of(1, 2, 3, 4, -7, 8), [2, 3]);
    expect(compareTensors(found, expected)).toEqual({
      maxAbsError: 2,
      maxRelError: 0.25,
      at: [1, 1],
      found: -5,
      expected: -7,
      largest: 8,
    });
  });

  test('measures by the recorded values, whose largest may be negative', () => {
    expect(compareTensors(vector(100, -4), vector(100, -5))).toMatchObject({ maxRelError: 0.01, largest: 100 });
    expect(compareTensors(vector(0, -8), vector(0, -10))).toMatchObject({ maxAbsError: 2, largest: 10 });
  });

  test('of equal tensors has no error', () => {
    expect(compareTensors(vector(1, 2), vector(1, 2))).toMatchObject({ maxAbsError: 0, maxRelError: 0, at: [0] });
  });

  test('of layers that are zero throughout has no error, and any other value is infinitely wrong', () => {
    expect(compareTensors(vector(0, -0), vector(0, 0))).toMatchObject({ maxAbsError: 0, maxRelError: 0, largest: 0 });
    expect(compareTensors(vector(0, 1e-9), vector(0, 0))).toMatchObject({
      maxAbsError: 1e-9,
      maxRelError: Number.POSITIVE_INFINITY,
      at: [1],
    });
  });

  test('reads both sides by their strides and offsets', () => {
    const found = { data: Float64Array.of(9, 1, 3, 2, 4), shape: [2, 2], stride: [1, 2], offset: 1 };
    expect(compareTensors(found, tensor(Float32Array.of(1, 2, 3, 4), [2, 2]))).toMatchObject({ maxAbsError: 0 });
    expect(compareTensors(tensor(Float32Array.of(1, 2, 3, 9), [2, 2]), found)).toMatchObject({
      maxAbsError: 5,
      at: [1, 1],
      found: 9,
      expected: 4,
    });
    const part = { data: Float64Array.of(9, 9, 1, 2), shape: [2], stride: [1], offset: 2 };
    expect(compareTensors(part, vector(1, 2))).toMatchObject({ maxAbsError: 0 });
    const start = { data: Float64Array.of(1, 2, 9), shape: [2], stride: [1], offset: 0 };
    expect(compareTensors(vector(1, 2), start)).toMatchObject({ maxAbsError: 0, largest: 2 });
  });

  test('refuses tensors of different shapes', () => {
    expect(() => compareTensors(vector(1), vector(1, 2))).toThrow(RangeError);
  });
});

describe('a value that is no number', () => {
  test.each([
    ['computed', vector(1, Number.NaN, 3), vector(1, 2, 3)],
    ['recorded', vector(1, 2, 3), vector(1, Number.NaN, 3)],
    ['both', vector(1, Number.NaN, 3), vector(1, Number.NaN, 3)],
  ])('is never right: %s', (_, found, expected) => {
    const comparison = compareTensors(found, expected);
    expect(comparison.maxAbsError).toBeNaN();
    expect(comparison.at).toEqual([1]);
  });

  test('is not hidden by a larger error before or after it', () => {
    expect(compareTensors(vector(9, Number.NaN, 99), vector(0, 0, 0))).toMatchObject({ at: [1], found: Number.NaN });
  });
});

describe('an infinity', () => {
  const { POSITIVE_INFINITY: plus, NEGATIVE_INFINITY: minus } = Number;

  test('is right where the same was recorded', () => {
    expect(compareTensors(vector(plus, minus), vector(plus, minus))).toMatchObject({ maxAbsError: 0, maxRelError: 0 });
  });

  test('is infinitely wrong where a number or the other infinity was recorded', () => {
    expect(compareTensors(vector(1, plus), vector(1, 5)).maxAbsError).toBe(plus);
    expect(compareTensors(vector(1, 5), vector(1, plus)).maxAbsError).toBe(plus);
    expect(compareTensors(vector(minus), vector(plus)).maxAbsError).toBe(plus);
  });

  test('is not what the other values are measured by', () => {
    expect(compareTensors(vector(5, plus), vector(5, plus)).largest).toBe(5);
    expect(compareTensors(vector(-6, minus), vector(-6, minus)).largest).toBe(6);
    expect(compareTensors(vector(plus), vector(plus)).largest).toBe(0);
    expect(compareTensors(vector(1000, 1), vector(5, plus))).toMatchObject({ maxAbsError: plus, at: [1], largest: 5 });
  });
});
