// What works value by value, computed by hand.
import { describe, expect, test } from 'vitest';
import {
  add,
  batchNormalization,
  channelShuffle,
  concatenate,
  dense,
  relu,
  sliceChannels,
  softmax,
} from '../../src/evaluator/pointwise.js';
import { map, values, weight } from './maps.js';

test('batch normalisation takes mean and deviation off, then scales and shifts, channel by channel', () => {
  const weights = {
    gamma: weight([2], [2, 0.5]),
    beta: weight([2], [10, -1]),
    moving_mean: weight([2], [1, -4]),
    moving_variance: weight([2], [3, 15]),
  };
  // sqrt(3 + 1) = 2 and sqrt(15 + 1) = 4: 2 * (5 - 1) / 2 + 10 = 14, 0.5 * (4 + 4) / 4 - 1 = 0, …
  const found = batchNormalization(map([1, 2, 2], [5, 4, -1, -12]), weights, 1);
  expect(values(found)).toEqual([14, 0, 8, -2]);
  expect(found.shape).toEqual([1, 2, 2]);
});

test('relu leaves what is above zero', () => {
  expect(relu(map([2, 2], [-1.5, 0, 2, 1e-9]))).toEqual(map([2, 2], [0, 0, 2, 1e-9]));
});

describe('softmax', () => {
  test('shares one out by the powers of e', () => {
    const found = softmax(map([3], [0, Math.log(2), Math.log(3)]));
    expect(found.shape).toEqual([3]);
    for (const [i, share] of [1 / 6, 2 / 6, 3 / 6].entries()) expect(found.data[i]).toBeCloseTo(share, 15);
  });

  test('works along the last axis, row by row, and does not overflow', () => {
    expect(softmax(map([1, 2, 2], [1000, 1000, -1e6, 0]))).toEqual(map([1, 2, 2], [0.5, 0.5, 0, 1]));
  });
});

test('maps are added element by element', () => {
  expect(add(map([1, 3], [1, 2, 3]), map([1, 3], [10, 20, 30]))).toEqual(map([1, 3], [11, 22, 33]));
});

test('maps are joined along the channels, in order', () => {
  const joined = concatenate([map([2, 1, 2], [1, 2, 3, 4]), map([2, 1, 1], [5, 6]), map([2, 1, 1], [7, 8])]);
  expect(joined).toEqual(map([2, 1, 4], [1, 2, 5, 7, 3, 4, 6, 8]));
});

test('a slice has channels from its beginning to before its end', () => {
  expect(sliceChannels(map([2, 1, 4], [0, 1, 2, 3, 4, 5, 6, 7]), 1, 3)).toEqual(map([2, 1, 2], [1, 2, 5, 6]));
});

test("the channel shuffle is the article's: nine channels in three groups become 0 3 6 1 4 7 2 5 8", () => {
  const channels = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const found = channelShuffle(map([2, 1, 9], [...channels, ...channels.map((c) => c + 10)]), 3);
  expect(values(found)).toEqual([0, 3, 6, 1, 4, 7, 2, 5, 8, 10, 13, 16, 11, 14, 17, 12, 15, 18]);
  expect(found.shape).toEqual([2, 1, 9]);
});

test('dense is a product with the kernel, and a bias', () => {
  const found = dense(map([2, 2], [1, 2, 0, -1]), weight([2, 3], [1, 2, 3, 4, 5, 6]), weight([3], [10, 20, 30]));
  expect(found).toEqual(map([2, 3], [19, 32, 45, 6, 15, 24]));
});
