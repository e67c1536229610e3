// Windows padded by a rule of one's own: where the margins lie, what fills them, and what an average counts.
import { describe, expect, test } from 'vitest';
import { averagePool2d, maxPool2d } from '../../../src/evaluator/pooling.js';
import type { LayerOf } from '../../../src/network/layer.js';
import { averagePooling2d, conv2d, input, maxPooling2d, networkOf } from '../../../src/network/symbolic.js';
import { type BoundedMap, exact } from '../../../src/parity/bounds/bounded.js';
import { paddedBy, paddedLayers, paddedOtherwise, samePadding, windowOf } from '../../../src/parity/causes/padding.js';
import type { Segment } from '../../../src/parity/segment.js';

const SAME = { poolSize: [3, 3], strides: [2, 2], padding: 'same' } as const;
const layerOf = (x: Parameters<typeof networkOf>[0]) => networkOf(x, 'n').layers.at(-1)!;
const maximum = layerOf(maxPooling2d(input([4, 4, 1], 'x'), { name: 'p', ...SAME })) as LayerOf<'MaxPooling2D'>;
const average = layerOf(averagePooling2d(input([4, 4, 1], 'x'), { name: 'p', ...SAME })) as LayerOf<'AveragePooling2D'>;

const X = exact({ data: Float64Array.from({ length: 16 }, (_, i) => -1 - i), shape: [4, 4, 1] });

describe("TensorFlow's padding", () => {
  // tf.nn: total = max((ceil(size / stride) - 1) * stride + window - size, 0), the smaller half before.
  test.each([
    [4, 3, 2, [0, 1]],
    [5, 3, 2, [1, 1]],
    [4, 3, 1, [1, 1]],
    [4, 2, 2, [0, 0]],
    [7, 5, 2, [2, 2]],
    [6, 5, 2, [1, 2]],
    [4, 1, 2, [0, 0]],
  ])('of %d cells under a window of %d, stride %d, is %j', (size, window, stride, margins) => {
    expect(samePadding(size, window, stride)).toEqual(margins);
  });
});

/** What the layer gives with the change, as a segment would run it. */
function given(
  layer: LayerOf<'MaxPooling2D' | 'AveragePooling2D'>,
  ...[rule, counted]: [Parameters<typeof paddedBy>[1], boolean]
) {
  const change = paddedBy([layer], rule, counted);
  const [x] = change.given!.get('p')!([X]);
  const { attrs } = change.layers!.get('p') as typeof layer;
  expect(attrs.padding).toBe('valid');
  const value = layer.op === 'MaxPooling2D' ? maxPool2d(x!.value, attrs) : averagePool2d(x!.value, attrs);
  const y: BoundedMap = { value, error: value.data.map(() => 1) };
  return change.gives!.get('p')?.(y, [X]) ?? y;
}

describe('a pooling layer padded by hand', () => {
  test('as TensorFlow does gives what it gives', () => {
    for (const layer of [maximum, average] as const) {
      const right = layer.op === 'MaxPooling2D' ? maxPool2d(X.value, SAME) : averagePool2d(X.value, SAME);
      const { value } = given(layer, samePadding, false);
      expect(value.shape).toEqual(right.shape);
      for (const [i, v] of value.data.entries()) expect(v).toBeCloseTo(right.data[i]!, 12);
    }
  });

  test('sees zeros that win over negative values, or divide, where they are counted', () => {
    // The windows of 3 x 3 at (0, 0), (0, 2), (2, 0), (2, 2): the last three reach over the map.
    expect([...given(maximum, samePadding, true).value.data]).toEqual([-1, 0, 0, 0]);
    const sums = [0, 1, 2, 4, 5, 6, 8, 9, 10].map((i) => -1 - i).reduce((a, b) => a + b, 0);
    const right = [2, 3, 6, 7, 10, 11].map((i) => -1 - i).reduce((a, b) => a + b, 0);
    expect(given(average, samePadding, true).value.data[0]).toBeCloseTo(sums / 9, 12);
    expect(given(average, samePadding, true).value.data[1]).toBeCloseTo(right / 9, 12);
    expect(given(average, samePadding, false).value.data[1]).toBeCloseTo(right / 6, 12);
  });

  test('that leaves padding out of the count has its error made larger alike', () => {
    expect([...given(average, samePadding, false).error].map((e) => Number(e.toFixed(9)))).toEqual([1, 1.5, 1.5, 2.25]);
    expect([...given(average, samePadding, true).error]).toEqual([1, 1, 1, 1]);
  });

  test('by another rule has its windows elsewhere', () => {
    // One cell before and none after: windows at (-1, -1), (-1, 1), (1, -1), (1, 1).
    expect([...given(maximum, () => [1, 0], false).value.data]).toEqual([-1, -2, -5, -6]);
    expect([...given(maximum, () => [0, 0], false).value.data]).toEqual([-1]);
  });
});

describe('a layer is padded', () => {
  const x = input([8, 8, 2], 'x');
  const conv = (name: string, kernelSize: readonly [number, number], padding: 'same' | 'valid' = 'same') =>
    layerOf(conv2d(x, { name, filters: 1, kernelSize: [...kernelSize], strides: [2, 2], padding }));

  test('where it asks for it and its window has more than one cell', () => {
    const layers = [conv('a', [3, 3]), conv('b', [1, 1]), conv('c', [3, 3], 'valid'), conv('d', [1, 2]), maximum];
    const found = paddedLayers({ layers } as unknown as Segment);
    expect(found.map(({ name }) => name)).toEqual(['a', 'd', 'p']);
    expect(found.map(windowOf)).toEqual([
      [3, 3],
      [1, 2],
      [3, 3],
    ]);
  });

  test('otherwise, where the rule gives other margins on the map it is given', () => {
    const segment = { outputs: [new Map([['x', X]])] } as unknown as Segment;
    expect(paddedOtherwise(segment, maximum, samePadding)).toBe(false);
    expect(paddedOtherwise(segment, maximum, () => [0, 1])).toBe(false);
    expect(paddedOtherwise(segment, maximum, () => [1, 0])).toBe(true);
  });
});
