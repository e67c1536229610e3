// The pieces that changes are made of: which layers at once, in what words, and maps framed and rearranged.
import { describe, expect, test } from 'vitest';
import { exact } from '../../../src/parity/bounds/bounded.js';
import { choices, framed, named, passing, rearranged, reordered } from '../../../src/parity/causes/changes.js';
import { recoloured } from '../../../src/parity/causes/input.js';
import { projection } from '../../../src/parity/causes/residual.js';
import { pairs } from '../../../src/parity/causes/slices.js';

const map = (shape: readonly number[], ...values: number[]) => ({ data: Float64Array.from(values), shape });

describe('layers are changed', () => {
  test.each([
    [[], []],
    [['a'], [['a']]],
    [
      ['a', 'b'],
      [['a', 'b'], ['a'], ['b']],
    ],
  ])('%j: all at once, then each alone', (items, all) => expect(choices(items)).toEqual(all));

  test('of more than eight only at once', () => {
    expect(choices([1, 2, 3, 4, 5, 6, 7, 8])).toHaveLength(9);
    expect(choices([1, 2, 3, 4, 5, 6, 7, 8, 9])).toEqual([[1, 2, 3, 4, 5, 6, 7, 8, 9]]);
  });

  test.each([
    [['a'], 'a'],
    [['a', 'b'], 'a and b'],
    [['a', 'b', 'c'], 'a and 2 more'],
  ])('%j are named', (names, words) => expect(named(names.map((name) => ({ name })))).toBe(words));

  test('two of some: every two, once', () => {
    expect(pairs(['a', 'b', 'c'])).toEqual([
      ['a', 'b'],
      ['a', 'c'],
      ['b', 'c'],
    ]);
  });
});

test('a layer that passes hands on all channels of its first input', () => {
  const layer = { op: 'Add', name: 'add', inputs: ['a', 'b'], attrs: {}, weights: {}, outputShape: [2, 2, 5] } as const;
  expect(passing(layer)).toEqual({
    op: 'Slice',
    name: 'add',
    inputs: ['a'],
    attrs: { begin: 0, end: 5 },
    weights: {},
    outputShape: [2, 2, 5],
  });
});

describe('a map', () => {
  // numpy.pad([[[1], [2]], [[3], [4]]], ((1, 0), (0, 2), (0, 0)), constant_values=9)
  test('with cells around it', () => {
    const x = { value: map([2, 2, 1], 1, 2, 3, 4), error: Float64Array.of(5, 6, 7, 8) };
    const { value, error } = framed(x, { rows: [1, 0], columns: [0, 2] }, 9);
    expect(value).toEqual(map([3, 4, 1], 9, 9, 9, 9, 1, 2, 9, 9, 3, 4, 9, 9));
    expect([...error]).toEqual([0, 0, 0, 0, 5, 6, 0, 0, 7, 8, 0, 0]);
  });

  test('cut by negative margins, to nothing at the most', () => {
    const x = exact(map([2, 3, 2], 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
    expect(framed(x, { rows: [-1, 0], columns: [-1, -1] }, 9).value).toEqual(map([1, 1, 2], 9, 10));
    expect(framed(x, { rows: [0, -1], columns: [0, -1] }, 9).value).toEqual(map([1, 2, 2], 1, 2, 3, 4));
    expect(framed(x, { rows: [-2, -1], columns: [0, 0] }, 9).value).toEqual(map([0, 3, 2]));
    expect(framed(x, { rows: [0, 0], columns: [-2, -3] }, 9).value).toEqual(map([2, 0, 2]));
  });

  test('with its cells moved, their channels together', () => {
    const x = map([2, 3, 2], 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    const mirrored = rearranged(x, (row, column, _, width) => [row, width - 1 - column]);
    expect(mirrored).toEqual(map([2, 3, 2], 5, 6, 3, 4, 1, 2, 11, 12, 9, 10, 7, 8));
    const upsideDown = rearranged(x, (row, column, height) => [height - 1 - row, column]);
    expect(upsideDown).toEqual(map([2, 3, 2], 7, 8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6));
  });

  test('with its channels in another order', () => {
    expect(reordered(map([2, 3], 1, 2, 3, 4, 5, 6), [2, 0, 1])).toEqual(map([2, 3], 3, 1, 2, 6, 4, 5));
  });
});

describe('a recoloured input', () => {
  const x = { value: map([2, 2], 1, 2, 3, -4), error: Float64Array.of(0.5, 0.25, 0, 1) };

  test('is scaled and shifted channel by channel, from the channel that is named', () => {
    const { value, error } = recoloured(x, { from: [1, 0], scale: [-2, 10], shift: [1, 0] });
    expect(value).toEqual(map([2, 2], -3, 10, 9, 30));
    // Its own error scaled, and six roundings of what is scaled and of what is added.
    const roundings = [4 + 1, 10, 8 + 1, 30].map((size) => 6 * 2 ** -24 * size);
    expect([...error]).toEqual([0.5, 5, 2, 0].map((own, i) => own + roundings[i]!));
  });

  test('is exact where channels only move', () => {
    expect([...recoloured(x, { from: [1, 0], scale: [1, 1], shift: [0, 0] }).error]).toEqual([0.25, 0.5, 1, 0]);
  });
});

describe('a residual', () => {
  const residual = (values: number[], counts = values.map(() => 1)) => ({
    channel: 0,
    residual: Float64Array.from(values),
    counts: Uint8Array.from(counts),
  });
  const on = (...terms: number[]) => Float64Array.from(terms);

  test('that is a multiple of the terms is explained whole', () => {
    expect(projection(residual([2, -4, 6, 8]), on(1, -2, 3, 4))).toEqual({ step: 2, share: 1 });
  });

  test('is explained in part otherwise: the least squares', () => {
    // step = 4 / 4, share = 4² / (4 · 10)
    expect(projection(residual([3, 1, 0, 0]), on(1, 1, 1, 1))).toEqual({ step: 1, share: 0.4 });
  });

  test('counts only where nothing was cut off', () => {
    expect(projection(residual([2, 99, 2, 2, 2], [1, 0, 1, 1, 1]), on(1, 5, 1, 1, 1))).toEqual({ step: 2, share: 1 });
  });

  test.each([
    ['three positions have a term', residual([2, 2, 2, 0]), on(1, 1, 1, 0)],
    ['no position has one', residual([1, 2, 3, 4]), on(0, 0, 0, 0)],
    ['there is nothing to explain', residual([0, 0, 0, 0]), on(1, 2, 3, 4)],
  ])('is not explained where %s', (_, off, terms) => {
    expect(projection(off, terms)).toEqual({ step: 0, share: 0 });
  });
});
