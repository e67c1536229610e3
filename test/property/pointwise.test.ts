// Laws of what works value by value: softmax, batch normalisation, joins and slices.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tensor } from '../../src/core/tensor.js';
import { batchNormalization, concatenate, relu, sliceChannels, softmax } from '../../src/evaluator/pointwise.js';
import { floats, integers } from './draws.js';
import { images } from './operations.js';

const U = 2 ** -53;
const vector = (...values: number[]) => tensor(Float32Array.from(values), [values.length]);

describe('softmax', () => {
  const logits = fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 30 }))
    .chain(([rows, classes]) => floats([1, rows, classes], -200, 200).map((x) => images(x)[0]!));

  test('gives equal logits equal parts', () => {
    expect([...softmax({ data: Float64Array.of(5, 5, 5, 5), shape: [4] }).data]).toEqual([0.25, 0.25, 0.25, 0.25]);
  });

  test('sums to one over the last axis, and is never below zero', () => {
    fc.assert(
      fc.property(logits, (x) => {
        const { data } = softmax(x);
        const n = x.shape[1]!;
        for (let row = 0; row < x.shape[0]!; row++) {
          const parts = data.subarray(row * n, (row + 1) * n);
          expect(parts.every((part) => part >= 0)).toBe(true);
          // The sum it divides by is off by n U of itself, the quotients by U each, this sum by n U again.
          const sum = parts.reduce((a, b) => a + b, 0);
          expect(Math.abs(sum - 1)).toBeLessThanOrEqual((2 * n + 1) * U * 1.001);
        }
      }),
    );
  });

  test('does not change when every logit grows by the same', () => {
    fc.assert(
      fc.property(integers([1, 12]), fc.integer({ min: -1000, max: 1000 }), (x, step) => {
        const row = { data: Float64Array.from(x.data), shape: [12] };
        const moved = { data: row.data.map((value) => value + step), shape: [12] };
        expect(softmax(moved)).toEqual(softmax(row)); // whole numbers: the differences are exact
      }),
    );
  });

  test('keeps the order of the logits', () => {
    fc.assert(
      fc.property(integers([1, 8]), (x) => {
        const parts = softmax({ data: Float64Array.from(x.data), shape: [8] }).data;
        const byLogit = [...x.data.keys()].sort((i, j) => x.data[i]! - x.data[j]!);
        const ranked = byLogit.map((i) => parts[i]!);
        expect(ranked).toEqual(ranked.toSorted((p, q) => p - q));
      }),
    );
  });
});

describe('batch normalisation', () => {
  test('of the mean is beta, and of one deviation more is beta plus gamma', () => {
    // variance 8 and epsilon 1 make a deviation of exactly 3.
    const weights = {
      gamma: vector(0.5, -2),
      beta: vector(10, 20),
      moving_mean: vector(1, 2),
      moving_variance: vector(8, 8),
    };
    const y = batchNormalization({ data: Float64Array.of(1, 2, 4, 5), shape: [1, 2, 2] }, weights, 1);
    expect([...y.data]).toEqual([10, 20, 10.5, 18]);
  });
});

describe('relu', () => {
  test('changes nothing the second time', () => {
    fc.assert(
      fc.property(floats([1, 2, 3, 4]), (x) => {
        const once = relu(images(x)[0]!);
        expect(relu(once)).toEqual(once);
        expect(once.data.every((value, i) => value === Math.max(0, x.data[i]!))).toBe(true);
      }),
    );
  });
});

describe('joining', () => {
  const parts = fc
    .tuple(fc.integer({ min: 1, max: 3 }), fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 }))
    .chain(([side, widths]) => fc.tuple(...widths.map((width) => integers([1, side, 2, width]))));

  test('sets the channels side by side at each position', () => {
    const a = { data: Float64Array.of(1, 2, 3, 4), shape: [1, 2, 2] };
    const b = { data: Float64Array.of(5, 6), shape: [1, 2, 1] };
    expect(concatenate([a, b])).toEqual({ data: Float64Array.of(1, 2, 5, 3, 4, 6), shape: [1, 2, 3] });
  });

  test('is undone by slicing', () => {
    fc.assert(
      fc.property(parts, (drawn) => {
        const maps = drawn.map((x) => images(x)[0]!);
        const joined = concatenate(maps);
        let begin = 0;
        for (const map of maps) {
          const end = begin + map.shape[2]!;
          expect(sliceChannels(joined, begin, end)).toEqual(map);
          begin = end;
        }
        expect(joined.shape[2]).toBe(begin);
      }),
    );
  });
});
