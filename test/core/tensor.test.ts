// Strides, shapes and copies, held against what numpy says of the same arrays.
import { describe, expect, test } from 'vitest';
import {
  formatShape,
  isRowMajor,
  rowMajorStride,
  sameShape,
  sizeOf,
  type Tensor,
  tensor,
  toFloat32,
  toFloat64,
  unravel,
} from '../../src/core/tensor.js';

const arange = (n: number): Float64Array => Float64Array.from({ length: n }, (_, i) => i);

/** `numpy.arange(6).reshape(2, 3).T`. */
const transposed: Tensor = { data: arange(6), shape: [3, 2], stride: [1, 3], offset: 0 };

/** `numpy.arange(10)[8:0:-3]`. */
const backwards: Tensor = { data: arange(10), shape: [3], stride: [-3], offset: 8 };

describe('a shape', () => {
  test.each([
    [[], 1],
    [[7], 7],
    [[2, 3, 4], 24],
    [[3, 0, 5], 0],
  ])('%j has %i elements', (shape, size) => {
    expect(sizeOf(shape)).toBe(size);
  });

  test('is walked with the last axis fastest', () => {
    expect(rowMajorStride([2, 3, 4])).toEqual([12, 4, 1]);
    expect(rowMajorStride([])).toEqual([]);
  });

  test.each([
    [[], '()'],
    [[10], '(10,)'],
    [[3, 3, null], '(3, 3, None)'],
  ])('%j is printed as Python prints it: %s', (shape, text) => {
    expect(formatShape(shape)).toBe(text);
  });

  test('equals another only in rank and in every dimension', () => {
    expect(sameShape([2, 3], [2, 3])).toBe(true);
    expect(sameShape([2, 3], [2, 4])).toBe(false);
    expect(sameShape([2, 3], [2, 3, 1])).toBe(false);
    expect(sameShape([], [])).toBe(true);
  });

  test.each([
    [0, [0, 0, 0]],
    [7, [0, 1, 3]],
    [23, [1, 2, 3]],
  ])('of 2 x 3 x 4 has the flat position %i at %j, as numpy.unravel_index says', (flat, index) => {
    expect(unravel(flat, [2, 3, 4])).toEqual(index);
  });
});

describe('a tensor', () => {
  test('stands on the array it is given, row-major', () => {
    const data = arange(6);
    const t = tensor(data, [2, 3]);
    expect(t.data).toBe(data);
    expect(t).toMatchObject({ shape: [2, 3], stride: [3, 1], offset: 0 });
  });

  test('keeps its shape when the array it was given changes', () => {
    const shape = [2, 3];
    const t = tensor(arange(6), shape);
    shape[0] = 9;
    expect(t.shape).toEqual([2, 3]);
  });

  test('is refused when the elements do not fill the shape', () => {
    expect(() => tensor(arange(5), [2, 3])).toThrow('a tensor of shape (2, 3) needs 6 elements, got 5');
  });

  test('is row-major when its elements lie in order, whatever the strides of axes with one element', () => {
    expect(isRowMajor(tensor(arange(6), [2, 3]))).toBe(true);
    expect(isRowMajor(transposed)).toBe(false);
    expect(isRowMajor({ data: arange(3), shape: [1, 3], stride: [99, 1], offset: 0 })).toBe(true);
    expect(isRowMajor(backwards)).toBe(false);
  });
});

describe.each([
  ['toFloat64', toFloat64, Float64Array],
  ['toFloat32', toFloat32, Float32Array],
] as const)('%s', (_, copy, kind) => {
  test('reads a transposed view in row-major order', () => {
    expect(copy(transposed)).toEqual(kind.of(0, 3, 1, 4, 2, 5));
  });

  test('reads backwards along a negative stride, from the offset', () => {
    expect(copy(backwards)).toEqual(kind.of(8, 5, 2));
  });

  test('reads three strided axes', () => {
    // numpy.arange(24).reshape(2, 3, 4).transpose(2, 0, 1)[:2].ravel()
    const view: Tensor = { data: arange(24), shape: [2, 2, 3], stride: [1, 12, 4], offset: 0 };
    expect(copy(view)).toEqual(kind.of(0, 4, 8, 12, 16, 20, 1, 5, 9, 13, 17, 21));
  });

  test('takes only the part of the array that the tensor covers', () => {
    expect(copy({ data: arange(10), shape: [2, 2], stride: [2, 1], offset: 5 })).toEqual(kind.of(5, 6, 7, 8));
  });

  test('copies, so that the caller may write to what it gets', () => {
    const t = tensor(kind.of(1, 2), [2]);
    copy(t)[0] = 9;
    expect(t.data[0]).toBe(1);
  });
});

test('toFloat32 rounds to the nearest float32, as numpy.float32(0.1) is 0.10000000149011612', () => {
  expect(toFloat32(tensor(Float64Array.of(0.1), [1]))[0]).toBe(0.10000000149011612);
});
