// Batch normalisation, addition, the rectifier, softmax, and what moves values without changing them.
import { describe, expect, test } from 'vitest';
import { type BoundedMap, UNIT_ROUNDOFF as u } from '../../../src/parity/bounds/bounded.js';
import {
  BATCH_NORMS,
  type BatchNorm,
  flushing,
  generator,
  type Rounding,
  shuffled,
  softmax32,
  spread,
} from '../float32.js';
import {
  batchNorm,
  bound,
  largestShare,
  MOVING,
  mostOf,
  recorded,
  relu,
  softmax,
  sum,
  weights,
  within,
} from './layers.js';

const BN = batchNorm(1);

/** One channel's vectors, float32 all. */
function channel(random: () => number): BatchNorm {
  const [gamma, beta, mean] = spread(random, 3);
  const variance = Math.fround(random() ** 2 * 4 ** Math.floor(random() * 4));
  return { gamma: gamma! * 4, beta: beta!, mean: mean! * 4, variance, epsilon: 1e-3 };
}

const vectors = ({ gamma, beta, mean, variance }: BatchNorm) =>
  weights(BN, { gamma: [gamma], beta: [beta], moving_mean: [mean], moving_variance: [variance] });

const normalised = (x: number, bn: BatchNorm, error?: number) =>
  bound(BN, [error === undefined ? recorded([1, 1, 1], [x]) : within([1, 1, 1], [x], [error])], vectors(bn));

/** The largest share that any of the forms uses. */
const mostOfForms = (bounded: BoundedMap, x: number, bn: BatchNorm, round?: Rounding): number =>
  Math.max(...BATCH_NORMS.map((form) => largestShare(bounded, [form(x, bn, round)])));

describe('batch normalisation', () => {
  test('keeps its bound in 10,000 honest runs, of each form, and uses more than 30 % of it', () => {
    const random = generator(1);
    const most = mostOf(10_000 / BATCH_NORMS.length, () => {
      const bn = channel(random);
      const x = Math.fround((random() * 2 - 1) * 4);
      return mostOfForms(normalised(x, bn), x, bn);
    });
    expect(most).toBeLessThanOrEqual(1);
    expect(most).toBeGreaterThan(0.3);
  });

  test('is the value that its definition gives, and no worse known than 8 u of its terms', () => {
    const bn = { gamma: 2, beta: 0.5, mean: 1, variance: 3.999, epsilon: 1e-3 };
    const bounded = normalised(3, bn);
    expect(bounded.value.data[0]).toBeCloseTo(2.5, 6);
    // |x s| = 3, |m s| = 1, |beta| = 0.5, and u |x s| more of the input.
    expect(bounded.error[0]! / u).toBeGreaterThan(8 * 4.5 + 3);
    expect(bounded.error[0]! / u).toBeLessThan((8 * 4.5 + 3) * 1.0001);
  });

  test('passes an error on, scaled', () => {
    const random = generator(2);
    const most = mostOf(1000, () => {
      const bn = channel(random);
      const x = Math.fround(random() * 2 - 1);
      const error = 1e-5 * random() + 1e-9;
      const known = x + error * (random() < 0.5 ? 1 : -1);
      return mostOfForms(normalised(known, bn, error), x, bn);
    });
    expect(most).toBeLessThanOrEqual(1);
    expect(most).toBeGreaterThan(0.9);
  });

  test('keeps its bound where results and weights are flushed to zero', () => {
    const random = generator(3);
    const most = mostOf(2000, () => {
      const scale = 2 ** -(100 + Math.floor(random() * 45));
      const plain = channel(random);
      const tiny = (value: number): number => flushing(Math.fround(random() < 0.5 ? value * scale : value));
      const bn = { ...plain, gamma: Math.fround(plain.gamma * scale), beta: tiny(plain.beta), mean: tiny(plain.mean) };
      const x = tiny(random() * 2 - 1);
      return mostOfForms(normalised(x, bn), x, { ...bn, gamma: flushing(bn.gamma) }, flushing);
    });
    expect(most).toBeLessThanOrEqual(1);
    expect(most).toBeGreaterThan(0);
  });
});

describe('addition', () => {
  const both = (a: Iterable<number>, b: Iterable<number>, n: number, rounding?: number) =>
    bound(sum(n), [recorded([n], a), recorded([n], b)], {}, rounding);

  test('keeps its bound in 10,000 honest runs', () => {
    const random = generator(4);
    const [a, b] = [spread(random, 10_000), spread(random, 10_000)];
    const found = Array.from(a, (value, i) => Math.fround(value + b[i]!));
    const share = largestShare(both(a, b, 10_000), found);
    expect(share).toBeLessThanOrEqual(1);
    expect(share).toBeGreaterThan(0.3);
  });

  test('keeps it where the terms were rounded when they were stored, and cancel', () => {
    const random = generator(5);
    const a = Array.from({ length: 10_000 }, () => random());
    const b = a.map((value) => -value + 1e-6 * random());
    const found = a.map((value, i) => Math.fround(value + b[i]!));
    const stored = both(a.map(Math.fround), b.map(Math.fround), 10_000);
    expect(largestShare(stored, found)).toBeLessThanOrEqual(1);
    // A bound for float32 runs alone would have called thousands of these wrong.
    const plain = both(a.map(Math.fround), b.map(Math.fround), 10_000, 0);
    expect(largestShare(plain, found)).toBeGreaterThan(100);
  });

  test('is off by half a unit in the last place at worst: all of the bound of inputs stored in float64', () => {
    const found = [Math.fround(1 + u * (1 - 2 ** -20))];
    const share = largestShare(both([1], [u * (1 - 2 ** -20)], 1, 0), found);
    expect(share).toBeGreaterThan(0.99);
    expect(share).toBeLessThanOrEqual(1);
  });

  test('passes errors on', () => {
    const bounded = bound(sum(1), [within([1], [1], [0.25]), within([1], [1], [0.5])]);
    expect(bounded.error[0]).toBeCloseTo(0.75, 5);
    expect(bounded.error[0]).toBeGreaterThan(0.75 + 2 * u);
  });
});

describe('softmax', () => {
  const row = (random: () => number, n: number) => Array.from(spread(random, n), (value) => Math.fround(value * 20));

  test('keeps its bound in 10,000 honest values', () => {
    const random = generator(6);
    const most = mostOf(1000, () => {
      const x = row(random, 10);
      const found = softmax32(x, shuffled(10, random));
      return largestShare(bound(softmax(10), [recorded([10], x)]), found);
    });
    expect(most).toBeLessThanOrEqual(1);
    expect(most).toBeGreaterThan(0.01);
  });

  test('keeps it with an exponential two units in the last place off, and uses more than 30 % of it', () => {
    const random = generator(7);
    const most = mostOf(1000, () => {
      const n = 2 + Math.floor(random() * 4);
      const x = row(random, n);
      // One term as high as allowed, the others as low.
      const off = (i: number): number => (i === 0 ? 3 : -3) * u;
      const found = softmax32(x, shuffled(n, random), off);
      return largestShare(bound(softmax(n), [recorded([n], x)], {}, 0), found);
    });
    expect(most).toBeLessThanOrEqual(1);
    expect(most).toBeGreaterThan(0.3);
  });

  test('keeps it where inputs are known within errors', () => {
    const random = generator(8);
    const most = mostOf(2000, () => {
      const n = 2 + Math.floor(random() * 8);
      const x = row(random, n);
      const errors = x.map(() => 0.01 * random() + 1e-9);
      const known = x.map((value, i) => value + errors[i]! * (i === 0 ? 1 : -1));
      const bounded = bound(softmax(n), [within([n], known, errors)]);
      return largestShare(bounded, softmax32(x, shuffled(n, random)));
    });
    expect(most).toBeLessThanOrEqual(1);
    expect(most).toBeGreaterThan(0.5);
  });

  test('allows small probabilities to be lost', () => {
    const bounded = bound(softmax(2), [recorded([2], [0, -100])]);
    expect(bounded.value.data[1]).toBeCloseTo(Math.exp(-100), 50);
    expect(bounded.error[1]).toBeGreaterThanOrEqual(bounded.value.data[1]!);
    expect(bounded.error[1]).toBeLessThan(2 ** -120);
  });

  test('treats each row of a batch of positions alone', () => {
    const layer = softmax(2);
    const rows = bound(layer, [recorded([2, 2], [0, 1, 30, -30])]);
    const first = bound(layer, [recorded([2], [0, 1])]);
    const second = bound(layer, [recorded([2], [30, -30])]);
    expect([...rows.error]).toEqual([...first.error, ...second.error]);
  });
});

describe('what moves values without changing them', () => {
  const values = spread(generator(9), 96);

  test.each(MOVING.map((layer) => [layer.op, layer] as const))(
    'has no error where its input was recorded: %s',
    (_, layer) => {
      const { error } = bound(layer, [recorded([4, 4, 6], values)]);
      expect(error.length).toBeGreaterThan(0);
      expect(error.every((bounded) => bounded === 0)).toBe(true);
    },
  );

  test.each(MOVING.map((layer) => [layer.op, layer] as const))('hands errors on: %s', (_, layer) => {
    const random = generator(10);
    const most = mostOf(50, () => {
      const errors = Array.from(values, () => random() * 0.2);
      const actual = Float64Array.from(values, (value, i) => value + errors[i]! * (random() * 2 - 1));
      const bounded = bound(layer, [within([4, 4, 6], values, errors)]);
      const exactly = bound(layer, [recorded([4, 4, 6], actual)]).value.data;
      return largestShare(bounded, [...exactly]);
    });
    expect(most).toBeLessThanOrEqual(1);
    expect(most).toBeGreaterThan(0.8);
  });

  test('the rectifier cuts errors that reach below zero', () => {
    const bounded = bound(relu([4]), [within([4], [1, 0.5, -0.5, -2], [0.25, 1, 1, 1])]);
    expect([...bounded.value.data]).toEqual([1, 0.5, 0, 0]);
    expect([...bounded.error]).toEqual([0.25, 1, 0.5, 0]);
  });

  test('a maximum is off by the largest error under its window, wherever that is', () => {
    const layer = MOVING[1]!;
    const errors = new Float64Array(96);
    errors[6 * 5 + 2] = 0.125;
    expect([...bound(layer, [within([4, 4, 6], values, errors)]).error]).toEqual([0, 0, 0.125, 0, 0, 0]);
  });
});
