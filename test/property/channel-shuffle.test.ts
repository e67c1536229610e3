// The channel shuffle against numpy's orders and ndarray's axes, and what makes it a shuffle.
import * as fc from 'fast-check';
import ndarray from 'ndarray';
import { describe, expect, test } from 'vitest';
import { type Tensor, tensor, toFloat64 } from '../../src/core/tensor.js';
import { buildNetwork } from '../../src/shufflenet/build.js';
import { channelShuffle } from '../../src/shufflenet/channel-shuffle.js';
import { DEFAULT_SETTINGS } from '../../src/shufflenet/settings.js';
import { shuffleOrders } from '../helpers/numpy-fixtures.js';

/** 0, 1, 2, …: each element knows where it was. */
function counted(shape: readonly number[]): Tensor<Int32Array> {
  const size = shape.reduce((product, dim) => product * dim, 1);
  return tensor(
    Int32Array.from({ length: size }, (_, i) => i),
    shape,
  );
}

const shuffles = fc.record({
  groups: fc.integer({ min: 1, max: 12 }),
  n: fc.integer({ min: 1, max: 20 }),
  outer: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
});

describe("numpy's orders", () => {
  test.each([1, 2, 3, 4, 8])('cover every shuffle of the article at scale 1 with %d groups', (groups) => {
    const { layers } = buildNetwork({ ...DEFAULT_SETTINGS, groups });
    const shuffled = layers.filter((layer) => layer.op === 'ChannelShuffle');
    const known = shuffleOrders().map((order) => `${order.channels} in ${order.groups}`);
    expect(shuffled).toHaveLength(4 + 8 + 4);
    for (const { attrs, outputShape } of shuffled) expect(known).toContain(`${outputShape[2]} in ${attrs.groups}`);
  });

  test.each(shuffleOrders())('$channels channels in $groups groups', ({ channels, groups, order }) => {
    expect([...channelShuffle(counted([channels]), groups).data]).toEqual(order);
  });
});

describe('the shuffle', () => {
  test('is a permutation whose inverse is the shuffle by channels over groups', () => {
    fc.assert(
      fc.property(shuffles, ({ groups, n, outer }) => {
        const x = counted([...outer, groups * n]);
        const shuffled = channelShuffle(x, groups);
        expect([...shuffled.data].sort((a, b) => a - b)).toEqual([...x.data]);
        expect(channelShuffle(shuffled, n)).toEqual(x);
      }),
    );
  });

  test("equals ndarray's reshape, transpose and reshape", () => {
    fc.assert(
      fc.property(shuffles, ({ groups, n, outer }) => {
        const x = counted([...outer, groups * n]);
        const positions = x.data.length / (groups * n);
        const transposed = ndarray(x.data, [positions, groups, n]).transpose(0, 2, 1);
        const expected = Array.from(x.data, (_, i) => {
          const channel = i % (groups * n);
          const position = Math.floor(i / (groups * n));
          return transposed.get(position, Math.floor(channel / groups), channel % groups);
        });
        expect([...channelShuffle(x, groups).data]).toEqual(expected);
      }),
    );
  });

  test('moves whole channels: every position in the same order', () => {
    fc.assert(
      fc.property(shuffles, ({ groups, n, outer }) => {
        const channels = groups * n;
        const order = channelShuffle(counted([channels]), groups).data;
        const shuffled = channelShuffle(counted([...outer, channels]), groups).data;
        expect(shuffled).toEqual(shuffled.map((_, i) => i - (i % channels) + order[i % channels]!));
      }),
    );
  });

  test('reads any strided view as its elements lie', () => {
    fc.assert(
      fc.property(shuffles, fc.integer({ min: 1, max: 3 }), ({ groups, n }, height) => {
        // Channels first in memory, seen as channels last; every second element only.
        const stored = ndarray(counted([groups * n, height, 4]).data, [groups * n, height, 4]);
        const view = stored.transpose(1, 2, 0).step(1, 2, 1) as unknown as Tensor<Int32Array>;
        const copy = tensor(toFloat64(view), view.shape);
        expect([...channelShuffle(view, groups).data]).toEqual([...channelShuffle(copy, groups).data]);
      }),
    );
  });
});
