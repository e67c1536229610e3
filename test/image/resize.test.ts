import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/core/errors.js';
import { type Tensor, tensor, toFloat64 } from '../../src/core/tensor.js';
import { readNpz } from '../../src/formats/npz.js';
import { resizeBilinear, resizeNearest } from '../../src/image/resize.js';
import { golden } from '../formats/golden.js';

const arrays = new Map(readNpz(golden('image/resize.npz'), 'resize.npz').map((entry) => [entry.key, entry.read()]));
const image = arrays.get('image')!;
const sizes = ['larger', 'same', 'smaller', 'mixed', 'one'];

type Resize = (t: Tensor, height: number, width: number) => Tensor<Float32Array>;
const both: [string, Resize][] = [
  ['resizeBilinear', resizeBilinear],
  ['resizeNearest', resizeNearest],
];

describe('resizeBilinear', () => {
  test.each(sizes)("gives TensorFlow's half-pixel bilinear values: %s", (size) => {
    const expected = arrays.get(`bilinear/${size}`)!;
    const found = resizeBilinear(image, expected.shape[0]!, expected.shape[1]!);
    expect(found.shape).toEqual(expected.shape);
    const values = toFloat64(expected);
    // float32 positions and mixing against float64: a few units in the last place of 255.
    found.data.forEach((value, i) => {
      expect(Math.abs(value - values[i]!)).toBeLessThan(1e-4);
    });
  });

  test('doubles a ramp with quarter steps, the ends repeated', () => {
    const ramp = tensor(Float32Array.of(0, 4, 8), [1, 3, 1]);
    expect([...resizeBilinear(ramp, 1, 6).data]).toEqual([0, 1, 3, 5, 7, 8]);
  });

  test('stays between the smallest and the largest value', () => {
    const size = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(size, size, (height, width) => {
        const { data } = resizeBilinear(image, height, width);
        expect(Math.min(...data)).toBeGreaterThanOrEqual(Math.min(...toFloat64(image)));
        expect(Math.max(...data)).toBeLessThanOrEqual(Math.max(...toFloat64(image)));
      }),
    );
  });
});

describe('resizeNearest', () => {
  test.each(sizes)("gives Pillow's NEAREST: %s", (size) => {
    const expected = arrays.get(`nearest/${size}`)!;
    const found = resizeNearest(image, expected.shape[0]!, expected.shape[1]!);
    expect(found.shape).toEqual(expected.shape);
    expect(found.data).toEqual(expected.data);
  });

  test('repeats each pixel when enlarging by whole numbers', () => {
    const times = fc.integer({ min: 1, max: 6 });
    fc.assert(
      fc.property(times, times, (down, across) => {
        const pixels = toFloat64(image);
        const found = resizeNearest(image, 5 * down, 7 * across);
        const repeated = Float32Array.from(found.data, (_, i) => {
          const [y, x, c] = [Math.floor(i / (14 * across)), Math.floor(i / 2) % (7 * across), i % 2];
          return pixels[(Math.floor(y / down) * 7 + Math.floor(x / across)) * 2 + c]!;
        });
        expect(found.data).toEqual(repeated);
      }),
      { numRuns: 20 },
    );
  });
});

describe.each(both)('%s', (_, resize) => {
  test('keeps an image of the same size to the bit, whatever its strides', () => {
    const transposed: Tensor = { data: image.data, shape: [7, 5, 2], stride: [2, 14, 1], offset: 0 };
    expect([...resize(transposed, 7, 5).data]).toEqual([...toFloat64(transposed)]);
  });

  test('refuses what is no image, and sizes that are none', () => {
    expect(() => resize(tensor(new Float32Array(4), [2, 2]), 1, 1)).toThrow(UsageError);
    expect(() => resize(tensor(new Float32Array(0), [0, 2, 3]), 1, 1)).toThrow(UsageError);
    for (const size of [0, -1, 1.5, Number.NaN, 60_000_000]) expect(() => resize(image, size, 1)).toThrow(UsageError);
  });
});
