// Values counted by the share of their bounds: against edges written out, and against counting one by one.
import { describe, expect, test } from 'vitest';
import { shareHistogram } from '../../src/parity/histogram.js';
import { generator } from './float32.js';

/** Each error over a bound of 1. */
const ofErrors = (...errors: number[]) =>
  shareHistogram(
    [{ values: Float64Array.from(errors), bounds: new Float64Array(errors.length).fill(1) }],
    new Float64Array(errors.length),
  );

describe('shares of bounds', () => {
  test('are counted up to and with the end of each bin, two bins a decade', () => {
    expect(ofErrors(0, 0.02, -0.03, 0.5, 1, 1.01, 3, 40)).toEqual({
      equal: 1,
      edges: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100],
      counts: [2, 0, 0, 2, 2, 0, 0, 1],
      beyond: 0,
    });
  });

  test('have the bins beside 1 though they are empty, and one for all that is very small', () => {
    expect(ofErrors(0)).toEqual({ equal: 1, edges: [0.3, 1, 3], counts: [0, 0], beyond: 0 });
    const small = ofErrors(1e-30, 1e-6, 2e-6);
    expect([small.edges.slice(0, 3), small.counts.slice(0, 2)]).toEqual([
      [0, 1e-6, 3e-6],
      [2, 1],
    ]);
    expect(small.edges.at(-1)).toBe(3);
  });

  test('are beyond where they have no measure, or are above 1e12', () => {
    expect(ofErrors(1e12, 1.1e12, Number.NaN, Number.POSITIVE_INFINITY)).toMatchObject({ beyond: 3 });
    const bounds = Float64Array.of(0, 0);
    expect(shareHistogram([{ values: Float64Array.of(1, 2), bounds }], Float64Array.of(1, 3))).toMatchObject({
      equal: 1,
      counts: [0, 0],
      beyond: 1,
    });
  });

  test('are of each value by its own bound, of all images', () => {
    const image = (values: number[], bounds: number[]) => ({
      values: Float64Array.from(values),
      bounds: Float64Array.from(bounds),
    });
    const found = shareHistogram([image([1, 2], [2, 4]), image([3, 4], [0.1, 100])], Float64Array.of(0, 0, 0, 0));
    expect(found).toEqual({
      equal: 0,
      edges: [0.03, 0.1, 0.3, 1, 3, 10, 30],
      counts: [1, 0, 2, 0, 0, 1],
      beyond: 0,
    });
  });

  test('agree with counting bin by bin', () => {
    const random = generator(11);
    const errors = Array.from({ length: 500 }, () => 10 ** (22 * random() - 8));
    const { edges, counts, beyond } = ofErrors(...errors);
    expect(counts).toEqual(
      counts.map((_, i) => errors.filter((error) => error > edges[i]! && error <= edges[i + 1]!).length),
    );
    expect(counts.reduce((a, b) => a + b, beyond)).toBe(500);
    expect(beyond).toBe(errors.filter((error) => error > 1e12).length);
  });
});
