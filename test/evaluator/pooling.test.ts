// Pooling computed by hand: cells of padding are not there.
import { describe, expect, test } from 'vitest';
import { averagePool2d, globalAveragePool2d, globalMaxPool2d, maxPool2d } from '../../src/evaluator/pooling.js';
import { grid, map } from './maps.js';

const HALVING = { poolSize: [3, 3], strides: [2, 2], padding: 'same' } as const;

describe('the maximum', () => {
  test('of negative numbers at the border is negative: padding is no zero', () => {
    expect(maxPool2d(grid([-1, -2, -3], [-4, -5, -6], [-7, -8, -9]), HALVING)).toEqual(grid([-1, -2], [-4, -5]));
  });

  test('is taken channel by channel, under a window that need not be square', () => {
    const x = map([1, 3, 2], [1, 60, 5, 20, 3, 40]);
    expect(maxPool2d(x, { poolSize: [1, 2], strides: [1, 1], padding: 'valid' })).toEqual(
      map([1, 2, 2], [5, 60, 5, 40]),
    );
  });
});

describe('the average', () => {
  test('divides by the cells that are there', () => {
    const found = averagePool2d(grid([1, 2, 3], [4, 5, 6], [7, 8, 9]), HALVING);
    expect(found).toEqual(grid([12 / 4, 16 / 4], [24 / 4, 28 / 4]));
  });

  test('of an even map pads after only: nine cells, then six, six, four', () => {
    const x = grid([1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 10], [1, 1, 10, 10]);
    expect(averagePool2d(x, HALVING)).toEqual(grid([1, 15 / 6], [15 / 6, 31 / 4]));
  });
});

describe('global pooling', () => {
  const x = map([2, 2, 2], [-1, 10, -2, 20, -3, 30, -4, 60]);

  test('takes the largest value of each channel, negative or not', () => {
    expect(globalMaxPool2d(x)).toEqual(map([2], [-1, 60]));
  });

  test('takes the mean of each channel', () => {
    expect(globalAveragePool2d(x)).toEqual(map([2], [-2.5, 30]));
  });
});
