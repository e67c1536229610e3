// Axes of kernels moved, as numpy moves them.
import { expect, test } from 'vitest';
import { tensor } from '../../../src/core/tensor.js';
import { flipped, reshaped, transposed } from '../../../src/parity/causes/kernels.js';

const counted = (...shape: number[]) =>
  tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i),
    shape,
  );

test('transposed: numpy.arange(24).reshape(2, 3, 4).transpose(2, 0, 1)', () => {
  const { data, shape } = transposed(counted(2, 3, 4), [2, 0, 1]);
  expect(shape).toEqual([4, 2, 3]);
  expect([...data.slice(0, 8)]).toEqual([0, 4, 8, 12, 16, 20, 1, 5]);
});

test('flipped: numpy.flip(numpy.arange(12).reshape(2, 3, 2), (0, 1))', () => {
  expect([...flipped(counted(2, 3, 2), [0, 1]).data]).toEqual([10, 11, 8, 9, 6, 7, 4, 5, 2, 3, 0, 1]);
  expect([...flipped(counted(2, 3), [1]).data]).toEqual([2, 1, 0, 5, 4, 3]);
});

test('reshaped: the same memory', () => {
  expect(reshaped(counted(2, 3), [3, 2])).toMatchObject({ shape: [3, 2], stride: [2, 1] });
});
