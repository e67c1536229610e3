// Convolutions computed by hand, and the all-ones convolution that was measured in TensorFlow 1.12.
import { describe, expect, test } from 'vitest';
import { addBias, conv2d, depthwiseConv2d } from '../../src/evaluator/convolution.js';
import { dimensions, filled } from '../../src/evaluator/map.js';
import { forEachCell, windowAxes } from '../../src/evaluator/window.js';
import { grid, map, values, weight } from './maps.js';

const SAME = { strides: [1, 1], padding: 'same' } as const;
const VALID = { strides: [1, 1], padding: 'valid' } as const;
const HALVING = { strides: [2, 2], padding: 'same' } as const;

const ramp = grid([1, 2, 3], [4, 5, 6], [7, 8, 9]);

describe('a convolution', () => {
  test('sums the products of map and kernel, which is not turned around', () => {
    const kernel = weight([2, 2, 1, 1], [1, 10, 100, 1000]);
    expect(conv2d(ramp, kernel, VALID)).toEqual(
      grid([1 + 20 + 400 + 5000, 2 + 30 + 500 + 6000], [4 + 50 + 700 + 8000, 5 + 60 + 800 + 9000]),
    );
  });

  test('sees nothing outside the map', () => {
    const found = conv2d(ramp, weight([3, 3, 1, 1], Array(9).fill(1)), SAME);
    expect(found).toEqual(grid([12, 21, 16], [27, 45, 33], [24, 39, 28]));
  });

  test('of even size with stride 2 starts in the corner, where Caffe and PyTorch start one cell before', () => {
    const x = grid([1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16]);
    const found = conv2d(x, weight([3, 3, 1, 1], [0, 0, 0, 0, 1, 0, 0, 0, 0]), HALVING);
    expect(found).toEqual(grid([6, 8], [14, 16]));
  });

  test('mixes channels: kernels are (height, width, in, out), and any number of filters is computed', () => {
    const kernel = weight([1, 1, 2, 5], [1, 2, 3, 4, 5, 10, 20, 30, 40, 50]);
    const found = conv2d(map([1, 2, 2], [1, 2, 3, -1]), kernel, SAME);
    expect(found).toEqual(map([1, 2, 5], [21, 42, 63, 84, 105, -7, -14, -21, -28, -35]));
  });

  test('adds a bias to every position, where it has one', () => {
    const found = conv2d(map([1, 2, 1], [1, 2]), weight([1, 1, 1, 2], [1, -1]), SAME, weight([2], [100, 200]));
    expect(found).toEqual(map([1, 2, 2], [101, 199, 102, 198]));
  });

  test('may stride differently along the two axes', () => {
    const found = conv2d(ramp, weight([1, 1, 1, 1], [1]), { strides: [2, 1], padding: 'same' });
    expect(found).toEqual(grid([1, 2, 3], [7, 8, 9]));
  });

  test('of a window larger than the map has no output when it is not padded', () => {
    expect(conv2d(ramp, weight([5, 5, 1, 1], Array(25).fill(1)), VALID)).toEqual(map([0, 0, 1], []));
  });

  test.each([
    [32, 9, 6],
    [33, 6, 6],
    [28, 9, 6],
    [47, 6, 6],
    [17, 6, 6],
    [14, 9, 6],
    [7, 6, 6],
    [2, 4, 4],
    [1, 1, 1],
  ])('of ones with ones over %i cells, stride 2, gives TensorFlow %i first and %i last', (size, first, last) => {
    const found = conv2d(filled(size, size, 1, 1), weight([3, 3, 1, 1], Array(9).fill(1)), HALVING);
    const out = Math.ceil(size / 2);
    const row = values(found).slice(Math.floor(out / 2) * out, (Math.floor(out / 2) + 1) * out);
    expect([row.at(0), row.at(-1)]).toEqual([first, last]);
  });
});

describe('a depthwise convolution', () => {
  test('gives each channel its own kernel', () => {
    const x = map([2, 1, 2], [1, 10, 2, 20]);
    const kernel = weight([2, 1, 2, 1], [1, 2, 3, 4]);
    expect(depthwiseConv2d(x, kernel, VALID)).toEqual(map([1, 1, 2], [7, 100]));
  });

  test('pads and strides as a convolution does, and adds a bias where it has one', () => {
    const ones = weight([3, 3, 1, 1], Array(9).fill(1));
    expect(depthwiseConv2d(ramp, ones, HALVING)).toEqual(grid([12, 16], [24, 28]));
    expect(depthwiseConv2d(ramp, ones, HALVING, weight([1], [0.5]))).toEqual(grid([12.5, 16.5], [24.5, 28.5]));
  });
});

test('a bias is one number a channel', () => {
  expect(addBias(map([2, 1, 2], [1, 2, 3, 4]), weight([2], [10, 20]))).toEqual(map([2, 1, 2], [11, 22, 13, 24]));
});

describe('a window', () => {
  test('starts before the map where the map is padded', () => {
    const [rows, columns] = windowAxes(33, 32, [3, 3], HALVING);
    expect([rows.size, rows.start(0), rows.start(16)]).toEqual([17, -1, 31]);
    expect([columns.size, columns.start(0), columns.start(15)]).toEqual([16, 0, 30]);
  });

  test('visits its cells inside the map only, and numbers them by their place in the kernel', () => {
    const seen: number[][] = [];
    forEachCell([-1, 1], [3, 2], 2, 2, (...cell) => seen.push(cell));
    expect(seen).toEqual([
      [0, 1, 2],
      [1, 1, 4],
    ]);
  });
});

test('a filled map has that value everywhere, and knows its dimensions', () => {
  const found = filled(2, 1, 3, 7);
  expect(found).toEqual(map([2, 1, 3], [7, 7, 7, 7, 7, 7]));
  expect(dimensions(found)).toEqual([2, 1, 3]);
});
