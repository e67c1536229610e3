// The permutation detective: orders recovered from what fits where, and their names.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shuffleOrder } from '../../../src/network/shuffle-order.js';
import { describeOrder, namedOrders, recoverOrder } from '../../../src/parity/causes/permutation.js';

describe('an order', () => {
  test.each([
    [[0, 1, 2], 'as they are'],
    [[0, 3, 2, 1], 'channels 1 and 3 exchanged'],
    [[4, 3, 2, 1, 0], 'reversed'],
    [[2, 3, 4, 0, 1], 'rotated by 2 (channel 0 is channel 2)'],
    // numpy: arange(6).reshape(2, 3).T.ravel()
    [[0, 3, 1, 4, 2, 5], 'shuffled with 2 groups'],
    [[0, 2, 4, 1, 3, 5], 'shuffled with 3 groups'],
    [[0, 1, 4, 5, 2, 3], 'in blocks of 2: blocks 1 and 2 exchanged'],
    [[3, 0, 1, 4, 2], 'in an order without a name (0 is 3, 1 is 0, 2 is 1, 3 is 4, 4 is 2)'],
  ])('%j is %s', (order, name) => {
    expect(describeOrder(order)).toBe(name);
  });

  test('of a shuffle is numpy: reshape to (groups, n), transpose, reshape', () => {
    expect(shuffleOrder(9, 3)).toEqual([0, 3, 6, 1, 4, 7, 2, 5, 8]);
    expect(shuffleOrder(6, 2)).toEqual([0, 3, 1, 4, 2, 5]);
  });

  test('that programs make is among the named ones', () => {
    const named = namedOrders(4).map((order) => order.join());
    expect(named.toSorted()).toEqual(['0,2,1,3', '1,2,3,0', '2,3,0,1', '3,0,1,2', '3,2,1,0']);
  });
});

describe('recovering an order', () => {
  const values = (order: readonly number[], from: readonly number[]) => (f: number, to: number) =>
    from[f] === from[order[to]!];

  test('gives back any permutation of channels that differ', () => {
    const permutation = fc
      .integer({ min: 2, max: 12 })
      .chain((n) => fc.shuffledSubarray([...Array(n).keys()], { minLength: n, maxLength: n }));
    fc.assert(
      fc.property(permutation, (order) => {
        expect(recoverOrder(order.length, (f, to) => f === order[to])).toEqual(order);
      }),
    );
  });

  test('takes an order with a name where channels that are the same leave a choice', () => {
    const order = shuffleOrder(6, 2);
    expect(recoverOrder(6, values(order, [0, 0, 1, 0, 2, 0]))).toEqual(order);
  });

  test('leaves in place what may stay', () => {
    expect(recoverOrder(5, values([0, 2, 1, 3, 4], [7, 1, 2, 7, 7]))).toEqual([0, 2, 1, 3, 4]);
  });

  test('gives up a place for one that has no other', () => {
    // Channel 2 is empty and fits everywhere; what stands in the place of 0 is the kernel of 2, and nothing else fits.
    const fits = [[2], [1], [0, 1, 2]];
    expect(recoverOrder(3, (f, to) => fits[to]!.includes(f), [])).toEqual([2, 1, 0]);
    // A chain: 0 takes from 1, which takes from 2, which takes what is left.
    const chain = [[1], [1, 2], [2, 0]];
    expect(recoverOrder(3, (f, to) => chain[to]!.includes(f), [])).toEqual([1, 2, 0]);
  });

  test('gives nothing where two channels have one to share', () => {
    const fits = [[2], [2], [0, 1, 2]];
    expect(recoverOrder(3, (f, to) => fits[to]!.includes(f), [])).toBeUndefined();
  });

  test('gives nothing where a channel is not among the others', () => {
    expect(recoverOrder(3, (f, to) => f === to && to !== 1)).toBeUndefined();
  });
});
