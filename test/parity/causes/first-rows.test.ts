// A look at the first rows of a high map: how many rows of output depend on nothing else.
import { describe, expect, test } from 'vitest';
import { maxPool2d } from '../../../src/evaluator/pooling.js';
import { globalPooling2d, input, maxPooling2d, networkOf } from '../../../src/network/symbolic.js';
import { exact } from '../../../src/parity/bounds/bounded.js';
import { firstRows } from '../../../src/parity/causes/first-rows.js';

type Padding = 'same' | 'valid';
const WIDTH = 3;
const pooling = (height: number, stride: number, padding: Padding) =>
  networkOf(
    maxPooling2d(input([height, WIDTH, 2], 'x'), { name: 'p', poolSize: [3, 3], strides: [stride, stride], padding }),
    'n',
  ).layers.at(-1)!;

const counted = (height: number) => {
  const data = Float64Array.from({ length: height * WIDTH * 2 }, (_, i) => Math.sin(i * i));
  return exact({ data, shape: [height, WIDTH, 2] });
};

describe('the first rows', () => {
  test('are not looked at where the map has fewer than 64', () => {
    expect(firstRows(pooling(63, 2, 'same'), 63)).toBeUndefined();
    expect(firstRows(pooling(64, 2, 'same'), 64)).toBeDefined();
  });

  test('are of no use to a layer without a window', () => {
    const layer = networkOf(globalPooling2d(input([64, 3, 2], 'x'), 'max', 'g'), 'n').layers.at(-1)!;
    expect(firstRows(layer, 64)).toBeUndefined();
  });

  test.each<[number, number, Padding, rows: number, outputs: number]>([
    // Of 16 rows and stride 2, output row r reads rows 2r to 2r + 2: seven rows, the eighth has one row of padding.
    [64, 2, 'same', 16, 7],
    // An odd map begins one row before: rows 2r - 1 to 2r + 1, of 17.
    [65, 2, 'same', 17, 8],
    [64, 1, 'same', 16, 15],
    [64, 1, 'valid', 16, 14],
    [64, 2, 'valid', 16, 7],
  ])(
    'of %d, stride %d, %s: %d rows give %d, the same as of the whole map',
    (height, stride, padding, rows, outputs) => {
      const layer = pooling(height, stride, padding);
      const x = counted(height);
      const part = firstRows(layer, height)!(x);
      expect(part.input.value.shape).toEqual([rows, WIDTH, 2]);
      expect([...part.input.value.data]).toEqual([...x.value.data.slice(0, rows * WIDTH * 2)]);
      expect(part.input.error).toHaveLength(rows * WIDTH * 2);
      expect(part.outputs).toBe(outputs);
      const attrs = { poolSize: [3, 3], strides: [stride, stride], padding } as const;
      const [whole, top] = [maxPool2d(x.value, attrs), maxPool2d(part.input.value, attrs)];
      const size = (whole.data.length / whole.shape[0]!) * outputs;
      expect([...top.data.subarray(0, size)]).toEqual([...whole.data.subarray(0, size)]);
    },
  );

  test('are all there is of a map that a change has made low', () => {
    const x = counted(16);
    expect(firstRows(pooling(64, 2, 'same'), 64)!(x)).toEqual({ input: x, outputs: 0 });
  });
});
