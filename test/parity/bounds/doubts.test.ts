// Weights known within half a unit of what is stored: no weight that rounds to the stored one leaves the bound, and the
// farthest comes close to it; and what is expected of weights that lie anywhere within.
import { describe, expect, test } from 'vitest';
import { tensor } from '../../../src/core/tensor.js';
import type { Layer } from '../../../src/network/layer.js';
import type { LayerWeights, LoadedWeight } from '../../../src/network/model.js';
import { boundLayer } from '../../../src/parity/bounds/bounds.js';
import { nearestOf } from '../../../src/parity/causes/rounding.js';
import { certain } from '../../../src/parity/expected.js';
import { expectDoubtful } from '../../../src/parity/expected-doubtful.js';
import { BFLOAT16, FLOAT16, halfUnit } from '../../../src/parity/number-formats.js';
import { doubtsOf, type LayerFormats, storedFormats } from '../../../src/parity/stored.js';
import { generator, spread } from '../float32.js';
import { average, batchNorm, denseLayer, depthwise, globalAverage, pointwise, recorded, weights } from './layers.js';

describe('half a unit', () => {
  test.each([FLOAT16, BFLOAT16])('of $name holds all that is rounded to a number, and little more', (format) => {
    for (const x of [1, 1.5, -0.1, 3e-7, 0, 2 ** -14, 1000].map((v) => nearestOf(format, v))) {
      const h = halfUnit(format, x);
      expect(nearestOf(format, x + Math.sign(x || 1) * h * 0.999)).toBe(x);
      expect(nearestOf(format, x + Math.sign(x || 1) * h * 1.001)).not.toBe(x);
      expect(nearestOf(format, x - Math.sign(x || 1) * h * 1.001)).not.toBe(x);
    }
  });
});

const ALL: LayerFormats = Object.fromEntries(
  ['kernel', 'depthwise_kernel', 'bias', 'gamma', 'beta', 'moving_mean', 'moving_variance'].map((role) => [
    role,
    FLOAT16,
  ]),
);

type Values = Record<string, number[]>;

/** Weights as stored, and as they may have been: `at` is where within their doubt, from -1 to 1. */
function pairOf(layer: Layer, values: Values, at: () => number): { stored: LayerWeights; used: Values } {
  const rounded = Object.entries(values).map(([role, all]) => [role, all.map((w) => nearestOf(FLOAT16, w))] as const);
  const used = rounded.map(([role, all]) => [role, all.map((w) => w + at() * halfUnit(FLOAT16, w))]);
  return { stored: weights(layer, Object.fromEntries(rounded)), used: Object.fromEntries(used) };
}

/** What the share of the bound is that `used` needs, which is computed in float64. */
function shareOf(layer: Layer, shape: number[], x: readonly number[], stored: LayerWeights, found: readonly number[]) {
  const { value, error } = boundLayer(layer, [recorded(shape, x)], stored, undefined, doubtsOf(stored, ALL));
  return Math.max(...found.map((v, i) => Math.abs(v - value.data[i]!) / error[i]!));
}

const bn = (x: number, { gamma, beta, moving_mean: m, moving_variance: v }: Values): number =>
  (gamma![0]! * (x - m![0]!)) / Math.sqrt(v![0]! + 1e-3) + beta![0]!;

describe('bounds with doubtful weights', () => {
  const random = generator(21);
  const some = (n: number): number[] => [...spread(random, n)];
  const dot = (x: readonly number[], { kernel, bias }: Values): number =>
    x.reduce((sum, v, k) => sum + v * kernel![k]!, bias?.[0] ?? 0);

  test('hold for sums of products, and are used up where every weight is as far off as it can be', () => {
    let most = 0;
    for (let run = 0; run < 300; run++) {
      const n = 1 + Math.floor(random() * 30);
      const layer = denseLayer(n, 1);
      const x = some(n);
      const { stored, used } = pairOf(layer, { kernel: some(n), bias: some(1) }, () => 2 * random() - 1);
      most = Math.max(most, shareOf(layer, [n], x, stored, [dot(x, used)]));
      let k = 0;
      const signs = [...x.map(Math.sign), 1];
      const far = pairOf(layer, { kernel: [...stored.kernel!.data], bias: [...stored.bias!.data] }, () => signs[k++]!);
      const share = shareOf(layer, [n], x, stored, [dot(x, far.used)]);
      expect(share).toBeGreaterThan(0.95);
      expect(share).toBeLessThanOrEqual(1);
    }
    expect(most).toBeLessThanOrEqual(1);
  });

  test('hold for batch normalisation, and are nearly used up at a corner', () => {
    let [most, farthest] = [0, 0];
    for (let run = 0; run < 2000; run++) {
      const layer = batchNorm(1);
      const [gamma, beta, mean] = some(3);
      const values = { gamma: [gamma!], beta: [beta!], moving_mean: [mean!], moving_variance: [random() ** 4] };
      const x = some(1);
      const inside = pairOf(layer, values, () => 2 * random() - 1);
      const corner = pairOf(layer, values, () => (random() < 0.5 ? -1 : 1));
      most = Math.max(most, shareOf(layer, [1, 1, 1], x, inside.stored, [bn(x[0]!, inside.used)]));
      farthest = Math.max(farthest, shareOf(layer, [1, 1, 1], x, corner.stored, [bn(x[0]!, corner.used)]));
    }
    expect(most).toBeLessThanOrEqual(1);
    expect(farthest).toBeLessThanOrEqual(1);
    expect(farthest).toBeGreaterThan(0.9);
  });

  test('are those of known weights where none is doubtful', () => {
    const layer = pointwise(4, 2);
    const own = weights(layer, { kernel: some(8) });
    const x = recorded([1, 1, 4], some(4));
    expect(boundLayer(layer, [x], own, undefined, doubtsOf(own))).toEqual(boundLayer(layer, [x], own));
  });
});

describe('what is expected of doubtful weights', () => {
  const random = generator(22);
  const some = (n: number): number[] => [...spread(random, n)];
  /** Root mean square of error / sigma. */
  const ratio = (runs: number, run: () => { error: number; variance: number }): number => {
    let sum = 0;
    for (let i = 0; i < runs; i++) {
      const { error, variance } = run();
      sum += error ** 2 / variance;
    }
    return Math.sqrt(sum / runs);
  };
  const within = (): number => 2 * random() - 1;

  test('is of the size of what weights within them do', () => {
    const dense = ratio(1000, () => {
      const layer = denseLayer(20, 1);
      const x = some(20);
      const { stored, used } = pairOf(layer, { kernel: some(20), bias: some(1) }, within);
      const map = certain({ data: Float64Array.from(x), shape: [20] });
      const { value, variance } = expectDoubtful(layer, [map], stored, doubtsOf(stored, ALL));
      const found = x.reduce((sum, v, k) => sum + v * used.kernel![k]!, used.bias![0]!);
      return { error: found - value.data[0]!, variance: variance[0]! };
    });
    const norm = ratio(3000, () => {
      const layer = batchNorm(1);
      const [gamma, beta, mean] = some(3);
      const values = { gamma: [gamma!], beta: [beta!], moving_mean: [mean!], moving_variance: [random()] };
      const { stored, used } = pairOf(layer, values, within);
      const [x] = some(1);
      const map = certain({ data: Float64Array.of(x!), shape: [1, 1, 1] });
      const { value, variance } = expectDoubtful(layer, [map], stored, doubtsOf(stored, ALL));
      return { error: bn(x!, used) - value.data[0]!, variance: variance[0]! };
    });
    for (const found of [dense, norm]) {
      expect(found).toBeGreaterThan(0.6);
      expect(found).toBeLessThan(1.1);
    }
  });

  test('does not cancel over a window: deviations are added', () => {
    const uncertain = (size: number, channels: number) => ({
      value: { data: new Float64Array(size * size * channels), shape: [size, size, channels] },
      variance: new Float64Array(size * size * channels).fill(4),
    });
    expect(expectDoubtful(average(1), [uncertain(3, 1)], {}, {}).variance[0]).toBeCloseTo(4, 9);
    expect(expectDoubtful(globalAverage(3, 1), [uncertain(3, 1)], {}, {}).variance[0]).toBeCloseTo(4, 9);
    const layer = depthwise(1);
    const own = weights(layer, { depthwise_kernel: [1, -1, 1, 0, 0, 0, 0, 0, 0.5] });
    expect(expectDoubtful(layer, [uncertain(3, 1)], own, {}).variance[0]).toBeCloseTo((3.5 * 2) ** 2, 9);
    // Over channels it cancels: each has weights of its own.
    const across = weights(pointwise(3, 1), { kernel: [1, -1, 1] });
    expect(expectDoubtful(pointwise(3, 1), [uncertain(1, 3)], across, {}).variance[0]).toBeCloseTo(12, 9);
  });
});

test('formats are told by the types that a file stores', () => {
  const weight = (role: LoadedWeight['role'], dtype: string): LoadedWeight => ({
    layer: 'fc',
    role,
    shape: [1],
    dtype,
    from: 'fc',
  });
  const formats = storedFormats([weight('kernel', 'float16'), weight('bias', 'bfloat16'), weight('gamma', 'float32')]);
  expect(formats).toEqual(new Map([['fc', { kernel: FLOAT16, bias: BFLOAT16 }]]));
  expect(storedFormats([weight('kernel', 'float64')]).size).toBe(0);
  const one = tensor(Float32Array.of(1), [1]);
  expect(doubtsOf({ kernel: one, gamma: one }, formats.get('fc'))).toEqual({
    kernel: tensor(Float32Array.of(2 ** -11), [1]),
  });
});
