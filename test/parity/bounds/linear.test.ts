// Sums of products: no honest float32 run leaves its bound, and a run that wants to comes close.
import { describe, expect, test } from 'vitest';
import { UNIT_ROUNDOFF as u } from '../../../src/parity/bounds/bounded.js';
import { dot, flushing, generator, nearest, ORDERS, type Rounding, shuffled, spread } from '../float32.js';
import {
  average,
  bound,
  denseLayer,
  depthwise,
  globalAverage,
  largestShare,
  mostOf,
  pointwise,
  recorded,
  weights,
  whole3x3,
  within,
} from './layers.js';

const LENGTHS = [1, 2, 3, 9, 27, 60, 90, 240, 960];

/** One float32 dot product in a random order. */
function honest(a: Float32Array, b: Float32Array, random: () => number, round: Rounding = nearest, start = 0): number {
  const order = shuffled(a.length, random);
  const style = ORDERS[Math.floor(random() * ORDERS.length)]!;
  const inOrder = (values: Float32Array): number[] => order.map((i) => values[i]!);
  return dot(inOrder(a), inOrder(b), style, round, start);
}

const someLength = (random: () => number, most: number): number => 1 + Math.floor(random() * most);

describe('honest sums of products, more than 10,000', () => {
  test.each(LENGTHS)('of %d terms keep their bound, and use one percent of it where they are short', (n) => {
    const random = generator(n);
    const layer = pointwise(n, 1);
    const most = mostOf(n > 90 ? 300 : 1400, () => {
      const [x, w] = [spread(random, n), spread(random, n)];
      const bounded = bound(layer, [recorded([1, 1, n], x)], weights(layer, { kernel: w }));
      return largestShare(bounded, [honest(x, w, random)]);
    });
    expect(most).toBeLessThanOrEqual(1);
    if (n <= 90) expect(most).toBeGreaterThan(0.01);
  });

  test('keep the bounds of dense layers and convolutions with a bias', () => {
    const random = generator(5);
    const most = mostOf(1000, () => {
      const n = someLength(random, 40);
      const [x, w, b] = [spread(random, n), spread(random, n), spread(random, 1)];
      const [layer, shape] = random() < 0.5 ? [denseLayer(n, 1), [n]] : [pointwise(n, 1, true), [1, 1, n]];
      const bounded = bound(layer, [recorded(shape, x)], weights(layer, { kernel: w, bias: b }));
      return largestShare(bounded, [honest(x, w, random, nearest, b[0])]);
    });
    expect(most).toBeLessThanOrEqual(1);
  });

  test('keep the bounds of 3x3 and depthwise convolutions', () => {
    const random = generator(6);
    const [conv, dw] = [whole3x3(3, 1), depthwise(1)];
    const most = mostOf(500, () => {
      const [x, w] = [spread(random, 27), spread(random, 27)];
      const whole = bound(conv, [recorded([3, 3, 3], x)], weights(conv, { kernel: w }));
      const [x9, w9] = [x.slice(0, 9), w.slice(0, 9)];
      const depth = bound(dw, [recorded([3, 3, 1], x9)], weights(dw, { depthwise_kernel: w9 }));
      return Math.max(largestShare(whole, [honest(x, w, random)]), largestShare(depth, [honest(x9, w9, random)]));
    });
    expect(most).toBeLessThanOrEqual(1);
  });

  test.each([
    ['averages', average(1), 9, 3],
    ['global averages', globalAverage(7, 1), 49, 7],
  ] as const)('keep the bounds of %s, as a quotient or by a reciprocal', (_, layer, n, size) => {
    const random = generator(7);
    const reciprocal = Math.fround(1 / n);
    const all = (value: number): Float32Array => new Float32Array(n).fill(value);
    const most = mostOf(1000, () => {
      const x = spread(random, n);
      const quotient = Math.fround(honest(x, all(1), random) / n);
      const product = Math.fround(honest(x, all(1), random) * reciprocal);
      const terms = honest(x, all(reciprocal), random);
      const bounded = bound(layer, [recorded([size, size, 1], x)]);
      return Math.max(...[quotient, product, terms].map((mean) => largestShare(bounded, [mean])));
    });
    expect(most).toBeLessThanOrEqual(1);
  });

  test('whose inputs are known within errors keep the bound too', () => {
    const random = generator(8);
    const most = mostOf(2000, () => {
      const n = someLength(random, 30);
      const layer = pointwise(n, 1);
      const [actual, w] = [spread(random, n), spread(random, n)];
      const errors = Array.from(actual, () => 1e-6 * random() + 1e-12);
      // Now and then all errors on the side that adds up.
      const side = random() < 0.3 ? (i: number) => Math.sign(w[i]!) : () => random() * 2 - 1;
      const known = Array.from(actual, (value, i) => value + errors[i]! * side(i));
      const bounded = bound(layer, [within([1, 1, n], known, errors)], weights(layer, { kernel: w }));
      return largestShare(bounded, [honest(actual, w, random)]);
    });
    expect(most).toBeLessThanOrEqual(1);
    expect(most).toBeGreaterThan(0.5);
  });

  test('computed in float64 and stored in float32 keep the bound: what was consumed rounds to what was recorded', () => {
    const random = generator(9);
    const most = mostOf(2000, () => {
      const n = someLength(random, 30);
      const layer = pointwise(n, 1);
      const consumed = Array.from({ length: n }, () => random() * 2 - 1);
      const w = spread(random, n);
      const stored = Math.fround(consumed.reduce((sum, value, i) => sum + value * w[i]!, 0));
      const bounded = bound(layer, [recorded([1, 1, n], consumed.map(Math.fround))], weights(layer, { kernel: w }));
      return largestShare(bounded, [stored]);
    });
    expect(most).toBeLessThanOrEqual(1);
  });
});

describe('near the smallest numbers', () => {
  test.each([
    ['rounded to denormals', nearest],
    ['flushed to zero', flushing],
  ] as const)('sums keep their bound when results are %s', (_, round) => {
    const random = generator(10);
    const most = mostOf(2000, () => {
      const n = someLength(random, 12);
      const layer = pointwise(n, 1);
      const scale = 2 ** -(60 + Math.floor(random() * 40));
      const [x, w] = [spread(random, n).map((v) => v * scale), spread(random, n).map((v) => v * scale)];
      const bounded = bound(layer, [recorded([1, 1, n], x)], weights(layer, { kernel: w }));
      return largestShare(bounded, [honest(x, w, random, round)]);
    });
    expect(most).toBeLessThanOrEqual(1);
    expect(most).toBeGreaterThan(0);
  });

  test('a weight below the normal numbers may be flushed before it is used', () => {
    const layer = pointwise(1, 1);
    const bounded = bound(layer, [recorded([1, 1, 1], [2 ** 40])], weights(layer, { kernel: [2 ** -130] }));
    expect(bounded.value.data[0]).toBe(2 ** -90);
    expect(bounded.error[0]).toBeGreaterThanOrEqual(2 ** -90);
  });

  test('an input below them may be, too', () => {
    const layer = pointwise(1, 1);
    const bounded = bound(layer, [recorded([1, 1, 1], [2 ** -130])], weights(layer, { kernel: [2 ** 40] }));
    expect(bounded.error[0]).toBeGreaterThanOrEqual(2 ** -90);
  });

  test('what is lost there is nothing beside ordinary numbers', () => {
    const layer = pointwise(2, 1);
    const bounded = bound(layer, [recorded([1, 1, 2], [1, 1])], weights(layer, { kernel: [1, 1] }));
    // (gamma_2 (1 + u) + u) for each of two terms of 1.
    expect(bounded.error[0]).toBeGreaterThan(6 * u);
    expect(bounded.error[0]).toBeLessThan(6 * u * (1 + 2 ** -18));
  });
});

/** 1, and then terms just above half a unit in the last place: every addition rounds up by as much as it can. */
const upward = (n: number): number[] => [1, ...Array<number>(n - 1).fill(u * (1 + 2 ** -20))];
const ones = (n: number): number[] => Array<number>(n).fill(1);
const inARow = (x: readonly number[]): number => dot(x, ones(x.length), 'in a row');

describe('an input made to be as wrong as float32 allows', () => {
  test.each([3, 9, 60, 90, 960])('uses most of the bound of a sum of %d terms', (n) => {
    const layer = pointwise(n, 1);
    const bounded = bound(layer, [recorded([1, 1, n], upward(n))], weights(layer, { kernel: ones(n) }));
    const share = largestShare(bounded, [inARow(upward(n))]);
    expect(share).toBeGreaterThan(0.45);
    expect(share).toBeLessThanOrEqual(1);
  });

  test('uses half of the bound of one product, and all but nothing when inputs are not rounded', () => {
    const layer = pointwise(1, 1);
    const a = 1 + 2 ** -12;
    const [x, w] = [recorded([1, 1, 1], [a]), weights(layer, { kernel: [a] })];
    const found = [dot([a], [a], 'in a row')];
    expect(largestShare(bound(layer, [x], w), found)).toBeGreaterThan(0.45);
    expect(largestShare(bound(layer, [x], w, 0), found)).toBeGreaterThan(0.95);
  });

  test.each([
    ['dense', denseLayer(9, 1), [9], { kernel: ones(9), bias: [0] }],
    ['depthwise', depthwise(1), [3, 3, 1], { depthwise_kernel: ones(9) }],
    ['3x3', whole3x3(1, 1), [3, 3, 1], { kernel: ones(9) }],
    ['rectified 3x3', whole3x3(1, 1, 'relu'), [3, 3, 1], { kernel: ones(9) }],
  ] as const)('uses more than 60 %% of the bound: %s', (_, layer, shape, values) => {
    const bounded = bound(layer, [recorded(shape, upward(9))], weights(layer, values));
    expect(largestShare(bounded, [inARow(upward(9))])).toBeGreaterThan(0.6);
  });

  test.each([
    ['average', average(1), 9, 3],
    ['global average', globalAverage(7, 1), 49, 7],
  ] as const)('uses more than half of the bound: %s', (_, layer, n, size) => {
    const bounded = bound(layer, [recorded([size, size, 1], upward(n))]);
    expect(largestShare(bounded, [Math.fround(inARow(upward(n)) / n)])).toBeGreaterThan(0.5);
  });
});

test('a bias counts with its magnitude, and as one addition more', () => {
  const layer = pointwise(2, 1, true);
  const bounded = bound(layer, [recorded([1, 1, 2], [0, 0])], weights(layer, { kernel: [1, 1], bias: [-4] }));
  expect(bounded.value.data[0]).toBe(-4);
  expect(bounded.error[0]! / (3 * u * 4)).toBeCloseTo(1, 5);
});

test('a sum too long for any bound has none', () => {
  const layer = pointwise(1, 1);
  const long = { ...layer, weights: { kernel: [1, 1, 2 ** 24, 1] } } as typeof layer;
  const bounded = bound(long, [recorded([1, 1, 1], [1])], weights(layer, { kernel: [1] }));
  expect(bounded.error[0]).toBe(Number.POSITIVE_INFINITY);
});
