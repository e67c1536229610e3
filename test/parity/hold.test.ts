// Values against recorded values: the largest error, the worst beside its bound, how many are off, and where.
import { describe, expect, test } from 'vitest';
import { hold, largestMagnitude, offMask } from '../../src/parity/hold.js';

const { POSITIVE_INFINITY: plus, NEGATIVE_INFINITY: minus, NaN: none } = Number;

const image = (values: number[], bounds: number[]) => ({
  values: Float64Array.from(values),
  bounds: Float64Array.from(bounds),
});
const against = (values: number[], bounds: number[], expected: number[]) =>
  hold([image(values, bounds)], Float64Array.from(expected));
const of = (values: number[], expected: number[]) => against(values, Array(values.length).fill(0), expected);

describe('values held against bounds', () => {
  test('tell the largest error and the worst share, which need not be at one place', () => {
    expect(against([1, 2, 3.5, 4], [1, 1, 2, 0.125], [1, 2.5, 3, 4.25])).toEqual({
      maxAbsError: 0.5,
      largest: { flat: 1, value: 2, expected: 2.5, bound: 1 },
      budget: 2,
      worst: { flat: 3, value: 4, expected: 4.25, bound: 0.125 },
      off: 1,
      count: 4,
    });
  });

  test('may use all of a bound', () => {
    expect(against([1], [0.5], [1.5])).toMatchObject({ budget: 1, off: 0 });
    expect(against([1], [0.5], [1.5000001])).toMatchObject({ off: 1 });
  });

  test('that are off are all counted, the worst and the others', () => {
    expect(against([0, 0, 0, 0, 0], [1, 1, 1, 1, 1], [10, 2, 0.5, 2, 1])).toMatchObject({ off: 3, budget: 10 });
    expect(against([0, 0, 0], [1, 4, 1], [2, 4, 3])).toMatchObject({ off: 2, budget: 3, worst: { flat: 2 } });
  });

  test('have no error where they are equal, whatever the sign of zero', () => {
    expect(of([1, 0], [1, -0])).toMatchObject({ maxAbsError: 0, budget: 0, off: 0, worst: { flat: 0, value: 1 } });
  });

  test('are infinitely off where nothing is allowed', () => {
    expect(of([1, 2, 3], [1, 2.5, 4])).toMatchObject({
      budget: plus,
      off: 2,
      maxAbsError: 1,
      worst: { flat: 1 },
      largest: { flat: 2 },
    });
  });

  test('are measured by recorded values, whose largest may be negative and is finite', () => {
    expect(largestMagnitude(Float64Array.of(100, -500, 3))).toBe(500);
    expect(largestMagnitude(Float64Array.of(minus, none, -4, plus))).toBe(4);
    expect(largestMagnitude(new Float64Array(0))).toBe(0);
  });

  test('go on from image to image', () => {
    const held = hold([image([1, 2], [1, 1]), image([3, 4], [1, 0.5])], Float64Array.of(1, 2, 3, 5));
    expect(held).toMatchObject({ count: 4, off: 1, worst: { flat: 3, value: 4, expected: 5, bound: 0.5 }, budget: 2 });
  });
});

describe('a value that is no number', () => {
  test.each([
    ['computed', [1, none, 3], [1, 2, 3]],
    ['recorded', [1, 2, 3], [1, none, 3]],
    ['both', [1, none, 3], [1, none, 3]],
  ])('is never right: %s', (_, found, expected) => {
    const held = against(found, [9, 9, 9], expected);
    expect(held).toMatchObject({ maxAbsError: none, budget: plus, off: 1, largest: { flat: 1 }, worst: { flat: 1 } });
  });

  test('is not hidden by a larger error before or after it', () => {
    expect(against([9, none, 99], [1, 1, 1], [0, 0, 0])).toMatchObject({
      off: 3,
      maxAbsError: none,
      largest: { flat: 1 },
      worst: { flat: 1 },
    });
  });

  test('is no bound either', () => {
    expect(against([1], [none], [2])).toMatchObject({ off: 1, budget: plus });
  });
});

describe('an infinity', () => {
  test('is right where the same was recorded', () => {
    expect(of([plus, minus], [plus, minus])).toMatchObject({ maxAbsError: 0, off: 0 });
  });

  test.each([
    ['where a number was recorded', [1, plus], [1, 5]],
    ['where a number was computed', [1, 5], [1, plus]],
    ['where the other was', [0, minus], [0, plus]],
  ])('is infinitely wrong %s', (_, found, expected) => {
    expect(against(found, [1, 1], expected)).toMatchObject({ maxAbsError: plus, off: 1, worst: { flat: 1 } });
  });
});

test('the mask has a one where a value is off', () => {
  const images = [image([1, 2], [0, 1]), image([none, 4], [1, 0.5])];
  expect([...offMask(images, Float64Array.of(1.1, 2.5, 3, 4.75))]).toEqual([1, 0, 1, 1]);
});
