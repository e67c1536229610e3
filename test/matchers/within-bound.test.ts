// `toBeWithinBound` in Vitest: every kind of array and of bound, what is red, and what it says.
import { runInNewContext } from 'node:vm';
import ndarray from 'ndarray';
import { describe, expect, test } from 'vitest';
import { tensor } from '../../src/core/tensor.js';
import { withinBound } from '../../src/matchers/within-bound.js';
import '../../src/vitest.js';

const RIGHT = tensor(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
const near = (...values: number[]) => tensor(Float64Array.from(values), [2, 3]);

/** What an assertion says when it is red. */
function saidBy(assertion: () => void): string {
  try {
    assertion();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing: it is green';
}

describe('toBeWithinBound', () => {
  test('is green where every value is within, bounds included', () => {
    expect(near(1.5, 2, 3, 4, 5, 6)).toBeWithinBound(RIGHT, 0.5);
    expect(near(1, 2, 3, 4, 5, 6)).toBeWithinBound(RIGHT, 0);
    expect(near(1.25, 2.5, 3, 4, 5, 4.5)).toBeWithinBound(RIGHT, { relative: 0.25 });
    expect(near(1.5, 2, 3, 4, 5, 5.75)).toBeWithinBound(RIGHT, near(0.5, 0, 0, 0, 0, 0.25));
  });

  test('is red where one is not, and says how many, where the worst is, and by how much', () => {
    const text = saidBy(() => expect(near(1, 2.5, 3, 4, 7, 6)).toBeWithinBound(RIGHT, { relative: 0.1 }));
    expect(text.split('\n')).toEqual([
      'expected every value to be within its bound: 2 of 6 values (33.3 %) are off, only in channel 1 (of 3)',
      '  worst at: [1, 1]',
      '  value:    7',
      '  expected: 5',
      '  bound:    0.5 (4.00 times that)',
    ]);
    expect(saidBy(() => expect([1, 2]).toBeWithinBound([1, 3], 0))).toBe(
      [
        'expected every value to be within its bound: 1 of 2 values (50.0 %) are off',
        '  worst at: [1]',
        '  value:    2',
        '  expected: 3',
        '  bound:    0',
      ].join('\n'),
    );
  });

  test('finds the worst by its own bound, not by its size', () => {
    const text = saidBy(() => expect([1.2, 20]).toBeWithinBound([1, 10], [0.1, 9]));
    expect(text).toContain('worst at: [0]');
    expect(text).toContain('2 of 2');
  });

  test('is never green for what is no number, and is for the same infinity', () => {
    expect([Number.NaN]).not.toBeWithinBound([Number.NaN], Number.POSITIVE_INFINITY);
    expect([Number.NEGATIVE_INFINITY]).toBeWithinBound([Number.NEGATIVE_INFINITY], 0);
  });

  test('with .not is red where every value is within, and says how near it came', () => {
    expect(near(1, 2, 3, 4, 5, 7)).not.toBeWithinBound(RIGHT, 0.5);
    expect(saidBy(() => expect(near(1, 2, 3, 4.25, 5, 6)).not.toBeWithinBound(RIGHT, 0.5))).toBe(
      'expected a value beyond its bound: 6 values are within, at most 50.0 % of it is used, at [1, 0]',
    );
    expect(saidBy(() => expect(RIGHT).not.toBeWithinBound(RIGHT, 1))).toBe(
      'expected a value beyond its bound: 6 values are within, all are equal',
    );
  });

  test('stands within other values', () => {
    const result = { name: 'softmax', output: near(1, 2, 3, 4, 5, 6.01) };
    expect(result).toEqual({ name: 'softmax', output: expect.toBeWithinBound(RIGHT, 0.1) });
    expect(result).not.toEqual({ name: 'softmax', output: expect.toBeWithinBound(RIGHT, 0.001) });
  });
});

describe('arrays', () => {
  const transposed = { data: [1, 4, 2, 5, 3, 6], shape: [2, 3], stride: [1, 2], offset: 0 };
  test.each([
    ['a tensor', RIGHT],
    ['an ndarray', ndarray(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3])],
    ['an ndarray with other strides', ndarray(Float64Array.of(1, 4, 2, 5, 3, 6), [3, 2]).transpose(1, 0)],
    ['data and shape', { data: Int8Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] }],
    ['a list with strides', transposed],
    ['a part of a larger array', { data: [0, 1, 2, 3, 4, 5, 6], shape: [2, 3], offset: 1 }],
    ['a typed array, which takes the other shape', Float64Array.of(1, 2, 3, 4, 5, 6)],
    ['a list', [1, 2, 3, 4, 5, 6]],
    ['an array of another realm', runInNewContext('new Float32Array([1, 2, 3, 4, 5, 6])')],
  ])('may be %s', (_, values) => {
    expect(values).toBeWithinBound(RIGHT, 0);
    expect(RIGHT).toBeWithinBound(values, 0);
    expect(RIGHT).not.toBeWithinBound([1, 2, 3, 4, 5, 7], 0.5);
  });

  test.each([
    ['of other shapes', tensor(Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2]), '(2, 3)', '(3, 2)'],
    ['of other lengths', [1, 2], '(2, 3)', '(2,)'],
  ])('%s are red, and not looked into', (_, values, expected, received) => {
    const said = `expected an array of the shape ${expected}, received ${received}`;
    expect(saidBy(() => expect(values).toBeWithinBound(RIGHT, 99))).toBe(said);
    expect(values).not.toBeWithinBound(RIGHT, 99);
  });

  test('without values are within any bound', () => {
    expect([]).toBeWithinBound([], 0);
    expect({ data: [], shape: [0, 3] }).toBeWithinBound({ data: [], shape: [0, 3] }, 1);
  });

  test.each([
    ['text', 'abc', 'What was received is no array of numbers.'],
    ['nothing', undefined, 'What was received is no array of numbers.'],
    ['a list of texts', ['1'], 'What was received is no array of numbers.'],
    ['64-bit integers', BigInt64Array.of(1n), 'What was received is no array of numbers.'],
    ['a shape that the data does not fill', { data: [1, 2], shape: [3] }, 'fewer numbers than its shape says'],
  ])('that are none are an error, with .not too: %s', (_, given, words) => {
    expect(() => withinBound(given, [1, 2, 3], 1)).toThrow(words);
    expect(saidBy(() => expect(given).not.toBeWithinBound([1, 2, 3], 1))).toContain(words);
  });
});

describe('a bound that is none is an error', () => {
  test.each([
    ['below 0', -1, 'no number from 0 up'],
    ['NaN', Number.NaN, 'no number from 0 up'],
    ['relative and below 0', { relative: -0.1 }, 'no number from 0 up'],
    ['one of too few', [1], 'found:    1 number'],
    ['of one below 0', [1, -1], 'expected: 2 numbers from 0 up, one for each value'],
    ['a word', 'much', 'The bound is no array of numbers.'],
    ['missing', undefined, 'The bound is no array of numbers.'],
  ])('%s', (_, bound, words) => {
    expect(() => withinBound([1, 2], [1, 2], bound)).toThrow(words);
  });
});
