// What makes a convolution one. The numbers are small integers, whose sums of products float64 holds exactly in any
// order, so every law is held to the bit.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Tensor, tensor, toFloat64 } from '../../src/core/tensor.js';
import { conv2d, depthwiseConv2d } from '../../src/evaluator/convolution.js';
import type { FloatMap } from '../../src/evaluator/map.js';
import { averagePool2d, maxPool2d } from '../../src/evaluator/pooling.js';
import type { Padding, Pair } from '../../src/network/layer.js';
import { padBefore } from '../../src/network/padding.js';
import { groupCounts, integers } from './draws.js';
import { ours } from './operations.js';

const upTo = (max: number) => fc.integer({ min: 1, max });
const mapOf = (x: Tensor): FloatMap => ({ data: toFloat64(x), shape: x.shape });

/** A map, a window over it and everything a law needs. */
const convolutions = fc
  .record({
    size: fc.tuple(upTo(8), upTo(8)),
    channels: upTo(4),
    filters: upTo(4),
    window: fc.tuple(upTo(4), upTo(4)),
    strides: fc.tuple(upTo(3), upTo(3)),
  })
  .chain(({ size, channels, filters, window, strides }) =>
    fc.record({
      x: integers([...size, channels]).map(mapOf),
      y: integers([...size, channels]).map(mapOf),
      kernel: integers([...window, channels, filters]),
      other: integers([...window, channels, filters]),
      depthwise: integers([...window, channels, 1]),
      attrs: fc.constant({ strides: strides as Pair, padding: 'same' as Padding }),
    }),
  );

const groupedConvolutions = fc
  .record({
    groups: groupCounts,
    inputs: upTo(4),
    filters: upTo(3),
    size: fc.tuple(upTo(6), upTo(6)),
    window: fc.tuple(upTo(3), upTo(3)),
    strides: fc.tuple(upTo(2), upTo(2)),
  })
  .chain(({ groups, inputs, filters, size, window, strides }) =>
    fc.record({
      groups: fc.constant(groups),
      x: integers([1, ...size, groups * inputs]),
      kernel: integers([...window, inputs, groups * filters]),
      strides: fc.constant(strides as Pair),
    }),
  );

/** The dense kernel that does the same: zero wherever input and output belong to different groups. */
function blockDiagonal(kernel: Tensor<Float32Array>, groups: number): Tensor<Float32Array> {
  const [height, width, inputs, filters] = kernel.shape as readonly [number, number, number, number];
  const dense = new Float32Array(height * width * inputs * groups * filters);
  kernel.data.forEach((value, i) => {
    const filter = i % filters;
    const group = Math.floor(filter / (filters / groups));
    const input = Math.floor(i / filters) % inputs;
    const cell = Math.floor(i / (filters * inputs));
    dense[(cell * inputs * groups + group * inputs + input) * filters + filter] = value;
  });
  return tensor(dense, [height, width, inputs * groups, filters]);
}

describe('a grouped convolution', () => {
  test('has the block-diagonal kernel of an example done by hand', () => {
    // Two groups of one input and one output: out0 = 2 in0, out1 = 3 in1.
    const dense = blockDiagonal(tensor(Float32Array.of(2, 3), [1, 1, 1, 2]), 2);
    expect([...dense.data]).toEqual([2, 0, 0, 3]);
  });

  test('equals the block-diagonal dense one, and with one group the plain one', async () => {
    await fc.assert(
      fc.asyncProperty(groupedConvolutions, async ({ groups, x, kernel, strides }) => {
        const params = { strides, padding: 'same' };
        const grouped = await ours('group_conv', { x, kernel, groups, slices: 'own', ...params });
        const dense = await ours('conv2d', { x, kernel: blockDiagonal(kernel, groups), ...params });
        expect(grouped).toEqual(dense);
        if (groups === 1) expect(grouped).toEqual(await ours('conv2d', { x, kernel, ...params }));
      }),
    );
  });

  test('on last slices does not see the other channels', async () => {
    await fc.assert(
      fc.asyncProperty(groupedConvolutions, async ({ groups, x, kernel, strides }) => {
        const args = { kernel, groups, slices: 'last', strides, padding: 'same' };
        const channels = x.shape[3]!;
        const unread = (i: number) => i % channels < channels - channels / groups;
        const others = tensor(
          x.data.map((value, i) => (unread(i) ? value + 1 : value)),
          x.shape,
        );
        expect(await ours('group_conv', { x: others, ...args })).toEqual(await ours('group_conv', { x, ...args }));
      }),
    );
  });
});

/** `a x + b y`, element by element; `+ 0` makes zero of minus zero. */
function combined(a: number, x: FloatMap, b: number, y: FloatMap): FloatMap {
  return { data: x.data.map((value, i) => a * value + b * y.data[i]! + 0), shape: x.shape };
}

describe('a convolution is linear', () => {
  const factors = fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 }));

  test('in its input, depthwise too', () => {
    fc.assert(
      fc.property(convolutions, factors, ({ x, y, kernel, depthwise, attrs }, [a, b]) => {
        const dense = (map: FloatMap) => conv2d(map, kernel, attrs);
        const eachChannel = (map: FloatMap) => depthwiseConv2d(map, depthwise, attrs);
        for (const convolve of [dense, eachChannel]) {
          expect(convolve(combined(a, x, b, y))).toEqual(combined(a, convolve(x), b, convolve(y)));
        }
      }),
    );
  });

  test('in its kernel', () => {
    fc.assert(
      fc.property(convolutions, factors, ({ x, kernel, other, attrs }, [a, b]) => {
        const sum = tensor(
          kernel.data.map((value, i) => a * value + b * other.data[i]!),
          kernel.shape,
        );
        expect(conv2d(x, sum, attrs)).toEqual(combined(a, conv2d(x, kernel, attrs), b, conv2d(x, other, attrs)));
      }),
    );
  });

  test('and adds its bias everywhere', () => {
    fc.assert(
      fc.property(convolutions, ({ x, kernel, depthwise, attrs }) => {
        const ones = (channels: number) =>
          tensor(
            Float32Array.from({ length: channels }, (_, i) => i + 1),
            [channels],
          );
        const filters = kernel.shape[3]!;
        const plain = conv2d(x, kernel, attrs);
        const expected = plain.data.map((value, i) => value + (i % filters) + 1);
        expect(conv2d(x, kernel, attrs, ones(filters)).data).toEqual(expected);
        const channels = x.shape[2]!;
        const each = depthwiseConv2d(x, depthwise, attrs).data.map((value, i) => value + (i % channels) + 1);
        expect(depthwiseConv2d(x, depthwise, attrs, ones(channels)).data).toEqual(each);
      }),
    );
  });

  test('depthwise, it is the dense one with a diagonal kernel', () => {
    fc.assert(
      fc.property(convolutions, ({ x, depthwise, attrs }) => {
        const [height, width, channels] = depthwise.shape as readonly [number, number, number, number];
        const oneInputEach = tensor(depthwise.data, [height, width, 1, channels]);
        const dense = conv2d(x, blockDiagonal(oneInputEach, channels), attrs);
        expect(depthwiseConv2d(x, depthwise, attrs)).toEqual(dense);
      }),
    );
  });
});

/** Rows and columns from `[row, column]` on. */
function cropped(x: FloatMap, [top, left]: Pair): FloatMap {
  const [height, width, channels] = x.shape as readonly [number, number, number];
  const kept = x.data.filter((_, i) => {
    const position = Math.floor(i / channels);
    return Math.floor(position / width) >= top && position % width >= left;
  });
  return { data: kept, shape: [Math.max(0, height - top), Math.max(0, width - left), channels] };
}

describe('a window that moves over a map', () => {
  test('computes the same wherever the map begins, as long as it sees no edge', () => {
    const moves = fc.tuple(fc.nat(2), fc.nat(2));
    fc.assert(
      fc.property(convolutions, moves, ({ x, kernel, depthwise, attrs }, moved) => {
        // Begin the map `moved` strides later. The size changes by whole strides, so the padding does not change.
        const [strides, window] = [attrs.strides, [kernel.shape[0]!, kernel.shape[1]!] as const];
        const later = cropped(x, [moved[0] * strides[0], moved[1] * strides[1]]);
        fc.pre(later.data.length > 0);
        // Outputs whose window begins before the map have a padding that differs from what was cut off.
        const edge = (axis: 0 | 1) =>
          Math.ceil(padBefore(x.shape[axis]!, window[axis], strides[axis], attrs.padding) / strides[axis]);
        const inner: Pair = [edge(0), edge(1)];
        for (const move of [
          (map: FloatMap) => conv2d(map, kernel, attrs),
          (map: FloatMap) => depthwiseConv2d(map, depthwise, attrs),
          (map: FloatMap) => maxPool2d(map, { ...attrs, poolSize: window }),
          (map: FloatMap) => averagePool2d(map, { ...attrs, poolSize: window }),
        ]) {
          const expected = cropped(move(x), [inner[0] + moved[0], inner[1] + moved[1]]);
          expect(cropped(move(later), inner)).toEqual(expected);
        }
      }),
    );
  });
});
