// Float32 arithmetic as frameworks do it, in whatever order: the honest runs that every bound must allow.

import { type Random, randomOrder, seededRandom } from '../../src/parity/selfcheck/random.js';

const f = Math.fround;

/** Numbers in [0, 1), the same on every machine. */
export const generator: (seed: number) => Random = seededRandom;

/** float32 values from -1 to 1, of many magnitudes. */
export function spread(random: () => number, count: number): Float32Array {
  return Float32Array.from({ length: count }, () => (random() * 2 - 1) * 2 ** -Math.floor(random() * 6));
}

/** What happens to a result: rounded to nearest, and where denormals are flushed, made zero below the normal numbers. */
export type Rounding = (value: number) => number;

export const nearest: Rounding = f;
export const flushing: Rounding = (value) => (Math.abs(f(value)) < 2 ** -126 ? 0 : f(value));

/** How a sum of products is ordered. */
export type Order = 'in a row' | 'in pairs' | 'in lanes' | 'fused';
export const ORDERS: readonly Order[] = ['in a row', 'in pairs', 'in lanes', 'fused'];

/** `start + sum of a[i] b[i]`, in float32, in the order given; terms are taken in the order they come. */
export function dot(
  a: readonly number[],
  b: readonly number[],
  order: Order,
  round: Rounding = nearest,
  start = 0,
): number {
  const products = a.map((value, i) => round(round(value) * round(b[i]!)));
  switch (order) {
    case 'in a row':
      return products.reduce((sum, product) => round(sum + product), round(start));
    case 'in pairs':
      return round(inPairs(products, round) + round(start));
    case 'in lanes':
      return round(inLanes(products, 8, round) + round(start));
    case 'fused':
      // The product of two float32 numbers is exact in float64: one rounding a term, but for the second one's 2^-53.
      return a.reduce((sum, value, i) => round(sum + round(value) * round(b[i]!)), round(start));
  }
}

function inPairs(values: readonly number[], round: Rounding): number {
  if (values.length <= 1) return values[0] ?? 0;
  const half = values.length >> 1;
  return round(inPairs(values.slice(0, half), round) + inPairs(values.slice(half), round));
}

function inLanes(values: readonly number[], lanes: number, round: Rounding): number {
  const sums = new Array<number>(lanes).fill(0);
  values.forEach((value, i) => {
    sums[i % lanes] = round(sums[i % lanes]! + value);
  });
  return inPairs(sums, round);
}

/** The numbers from 0 to `count`, in any order. */
export const shuffled = (count: number, random: Random): number[] => [...randomOrder(count, random)];

/** The four vectors of a batch normalisation, one channel's. */
export interface BatchNorm {
  readonly gamma: number;
  readonly beta: number;
  readonly mean: number;
  readonly variance: number;
  readonly epsilon: number;
}

/** Ways to compute a batch normalisation in float32: `x s + (beta - m s)`, and two of `gamma (x - m) / deviation + beta`. */
export const BATCH_NORMS: readonly ((x: number, bn: BatchNorm, round?: Rounding) => number)[] = [
  (x, { gamma, beta, mean, variance, epsilon }, round = nearest) => {
    const s = round(round(1 / round(Math.sqrt(round(variance + f(epsilon))))) * gamma);
    return round(round(x * s) + round(beta - round(mean * s)));
  },
  (x, { gamma, beta, mean, variance, epsilon }, round = nearest) => {
    const inverse = round(1 / round(Math.sqrt(round(variance + f(epsilon)))));
    return round(round(round(round(x - mean) * inverse) * gamma) + beta);
  },
  (x, { gamma, beta, mean, variance, epsilon }, round = nearest) => {
    const deviation = round(Math.sqrt(round(variance + f(epsilon))));
    return round(round(round(gamma * round(x - mean)) / deviation) + beta);
  },
  (x, { gamma, beta, mean, variance, epsilon }, round = nearest) => {
    // Fused: scale and shift are folded beforehand, then one multiply-add.
    const s = round(gamma / round(Math.sqrt(round(variance + f(epsilon)))));
    return round(x * s + round(beta - mean * s));
  },
];

/** Softmax of a row, terms added in the order given; `off` is the exponential's relative error, term by term. */
export function softmax32(
  x: readonly number[],
  order: readonly number[],
  off: (i: number) => number = () => 0,
): number[] {
  const largest = Math.max(...x);
  const powers = x.map((value, i) => f(Math.exp(f(value - largest)) * (1 + off(i))));
  const sum = order.reduce((total, i) => f(total + powers[i]!), 0);
  return powers.map((power) => f(power / sum));
}
