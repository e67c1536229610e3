// The formulas of docs/parity.md, worked out by hand for a few numbers: bounds to their last term, variances to theirs.
import { describe, expect, test } from 'vitest';
import { SMALLEST_NORMAL as tiny, UNIT_ROUNDOFF as u } from '../../src/parity/bounds/bounded.js';
import { type ExpectedMap, expectLayer } from '../../src/parity/expected.js';
import {
  batchNorm,
  bound,
  denseLayer,
  globalAverage,
  pointwise,
  recorded,
  relu,
  softmax,
  sum,
  weights,
  within,
} from './bounds/layers.js';

/** For float64's own arithmetic. */
const SLACK = 1 + 2 ** -20;
const gamma = (n: number): number => (n * u) / (1 - n * u);

/** As near as float64 gets, which tells a millionth from nothing. */
const near = (value: number, to: number) => expect(Math.abs(value / to - 1)).toBeLessThan(2 ** -24);

describe('a bound', () => {
  test('of a sum of products: gamma of the terms, and what the inputs are off by', () => {
    const layer = pointwise(3, 1);
    const w = weights(layer, { kernel: [2, -4, 8] });
    const { error } = bound(layer, [within([1, 1, 3], [1, -1, 0.5], [2 ** -20, 2 ** -21, 2 ** -22])], w);
    const terms = [
      [2, 1, 2 ** -20],
      [4, 1, 2 ** -21],
      [8, 0.5, 2 ** -22],
    ] as const;
    near(error[0]!, SLACK * terms.reduce((all, [k, x, e]) => all + k * (gamma(3) * (x + e) + e), 0));
  });

  test('of recorded inputs: each was rounded when it was stored, and a bias is one term more', () => {
    const layer = denseLayer(2, 1);
    const { error } = bound(layer, [recorded([2], [1, 3])], weights(layer, { kernel: [1, -2], bias: [-5] }));
    const terms = [1, 6].reduce((all, x) => all + gamma(3) * x * (1 + u) + u * x, 0);
    near(error[0]!, SLACK * (terms + gamma(3) * 5));
  });

  test('of a mean: one rounding more than it has values', () => {
    const { error } = bound(globalAverage(2, 1), [within([2, 2, 1], [1, 2, 3, 4], [u, u, u, u])]);
    near(error[0]!, SLACK * (gamma(5) * (2.5 + u) + u));
  });

  test('of a batch normalisation: gamma of 8 of its three terms', () => {
    const layer = batchNorm(1);
    const vectors = { gamma: [-2], beta: [-0.5], moving_mean: [-3], moving_variance: [0.25 - 2 ** -10] };
    const scale = 2 / Math.sqrt(0.25 - 2 ** -10 + 1e-3);
    const { error } = bound(layer, [within([1, 1, 1], [-1], [2 ** -18])], weights(layer, vectors));
    near(error[0]!, SLACK * (scale * (gamma(8) * (1 + 2 ** -18) + 2 ** -18) + gamma(8) * (3 * scale + 0.5)));
  });

  test('of an addition: one rounding of what comes out', () => {
    const { error } = bound(sum(1), [within([1], [3], [2 ** -20]), within([1], [-1], [2 ** -22])]);
    const e = 2 ** -20 + 2 ** -22;
    near(error[0]!, SLACK * (u * (2 + e) + e));
  });

  test('of a rectifier: what reaches above zero', () => {
    const { error } = bound(relu([4]), [within([4], [1, -1, -1, 0], [0.5, 0.25, 1.5, 0.125])]);
    expect([...error]).toEqual([0.5, 0, 0.5, 0.125]);
  });

  test('of softmax: of two equal terms', () => {
    const { error } = bound(softmax(2), [within([2], [1, 1], [2 ** -20, 2 ** -20])]);
    const term = 2 ** -20 + u * 2 * 2 ** -20 + 4 * u;
    near(error[0]!, SLACK * 0.5 * Math.expm1(term + Math.log1p(Math.expm1(term)) + 3 * u * SLACK));
  });

  test('of softmax: the smaller term has come further down from the largest', () => {
    const { error, value } = bound(softmax(2), [within([2], [0, -3], [2 ** -20, 2 ** -22])]);
    const [first, second] = [0, 3].map((down, i) => {
      const e = [2 ** -20, 2 ** -22][i]!;
      return e + u * (down + e + 2 ** -20) + 4 * u;
    }) as [number, number];
    const [p, q] = value.data as unknown as [number, number];
    const rest = Math.log1p(p * Math.expm1(first) + q * Math.expm1(second)) + 3 * u * SLACK;
    near(error[0]!, SLACK * p * Math.expm1(first + rest));
    near(error[1]!, SLACK * q * Math.expm1(second + rest));
  });

  test('where all is zero, what underflow may lose', () => {
    const add = bound(sum(1), [recorded([1], [0]), recorded([1], [0])]);
    expect(add.error[0]).toBe(3 * tiny);
    // Two sums and products of each term of a mean of four and its division.
    const mean = bound(globalAverage(2, 1), [recorded([2, 2, 1], [0, 0, 0, 0])]);
    near(mean.error[0]!, tiny * SLACK + 2 * 5 * tiny);
    const layer = pointwise(1, 1);
    const product = bound(layer, [recorded([1, 1, 1], [0])], weights(layer, { kernel: [4] }));
    near(product.error[0]!, 4 * tiny * SLACK + 2 * tiny);
  });
});

describe('a variance', () => {
  const v = u ** 2 / 3;
  const given = (shape: readonly number[], values: readonly number[], variance: readonly number[]): ExpectedMap => ({
    value: { data: Float64Array.from(values), shape },
    variance: Float64Array.from(variance, (each) => each * v),
  });

  test('of a sum of products: each product once, half of the partial sums, and the bias', () => {
    const layer = denseLayer(2, 1);
    const w = weights(layer, { kernel: [2, -3], bias: [-5] });
    const { variance } = expectLayer(layer, [given([2], [1, 4], [10, 20])], w);
    near(variance[0]! / v, 4 * (10 + 2 * 1) + 9 * (20 + 2 * 16) + 25);
  });

  test('of a mean: that of its values, divided by their number', () => {
    const { variance } = expectLayer(globalAverage(2, 1), [given([2, 2, 1], [1, 2, 3, 4], [0, 4, 8, 12])], {});
    near(variance[0]! / v, (24 + 3 * (1 + 4 + 9 + 16)) / 16);
  });

  test('of a batch normalisation: three roundings of each product, one of the sum', () => {
    const layer = batchNorm(1);
    const vectors = { gamma: [-2], beta: [-0.5], moving_mean: [-3], moving_variance: [0.25] };
    const { variance } = expectLayer(layer, [given([1, 1, 1], [-5], [7])], weights(layer, vectors));
    const squared = 4 / (0.25 + 1e-3);
    near(variance[0]! / v, squared * (7 + 3 * 25) + 3 * squared * 9 + 0.25);
  });

  test('of an addition: both, and a rounding of the sum', () => {
    const { variance } = expectLayer(sum(1), [given([1], [3], [1]), given([1], [-1], [2])], {});
    near(variance[0]! / v, 1 + 2 + 4);
  });

  test('of softmax: each of its terms, and what they share', () => {
    const { value, variance } = expectLayer(softmax(2), [given([2], [0, -2], [5, 7])], {});
    const [p, q] = value.data as unknown as [number, number];
    const [first, second] = [5 + 4, 7 + 4 + 4];
    const shared = 2 + 1 + p * p * first + q * q * second;
    near(variance[0]! / v, p * p * (first * (1 - 2 * p) + shared));
    near(variance[1]! / v, q * q * (second * (1 - 2 * q) + shared));
  });
});
