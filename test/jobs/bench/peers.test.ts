// How far outputs are from each other.
import { expect, test } from 'vitest';
import { differenceOf, isSame } from '../../../src/jobs/bench/peers.js';

const floats = (...values: number[]): Float32Array => Float32Array.from(values);

test('a difference is relative to the largest value', () => {
  expect(differenceOf(floats(1, -4.5), floats(1, -4))).toBe(0.125);
  expect(differenceOf(floats(1, 2), floats(1, 2))).toBe(0);
});

test('what cannot be compared is infinitely far', () => {
  expect(differenceOf(floats(1), floats(1, 2))).toBe(Number.POSITIVE_INFINITY);
  expect(differenceOf(floats(Number.NaN, 1), floats(1, 1))).toBe(Number.POSITIVE_INFINITY);
});

test('roundings are the same, a wrong layer is not', () => {
  expect([1e-6, 1e-3, 2e-3, Number.POSITIVE_INFINITY].map(isSame)).toEqual([true, true, false, false]);
});
