// The error expected of a float32 run, against the errors of float32 runs.
import { describe, expect, test } from 'vitest';
import type { Layer } from '../../src/network/layer.js';
import type { LayerWeights } from '../../src/network/model.js';
import { averagePooling2d, input } from '../../src/network/symbolic.js';
import { certain, type ExpectedMap, expectLayer, SIGMA_LIMIT } from '../../src/parity/expected.js';
import {
  average,
  batchNorm,
  denseLayer,
  depthwise,
  globalAverage,
  MOVING,
  pointwise,
  relu,
  softmax,
  sum,
  weights,
  whole3x3,
} from './bounds/layers.js';
import { BATCH_NORMS, dot, generator, shuffled, softmax32, spread } from './float32.js';

const known = (shape: readonly number[], values: Iterable<number>): ExpectedMap =>
  certain({ data: Float64Array.from(values), shape });

const uncertain = (shape: readonly number[], values: Iterable<number>, variance: Iterable<number>): ExpectedMap => ({
  value: { data: Float64Array.from(values), shape },
  variance: Float64Array.from(variance),
});

/** Root mean square of error / sigma over runs, and the largest of them. */
function ratios(runs: number, run: () => { expected: ExpectedMap; found: readonly number[] }) {
  let [sumOfSquares, count, largest] = [0, 0, 0];
  for (let i = 0; i < runs; i++) {
    const { expected, found } = run();
    found.forEach((value, at) => {
      const square = (value - expected.value.data[at]!) ** 2 / expected.variance[at]!;
      sumOfSquares += square;
      largest = Math.max(largest, Math.sqrt(square));
      count++;
    });
  }
  return { rms: Math.sqrt(sumOfSquares / count), largest };
}

/** Errors of about the size expected, and none beyond the limit. */
function expectLikely({ rms, largest }: { rms: number; largest: number }): void {
  expect(rms).toBeGreaterThan(0.25);
  expect(rms).toBeLessThan(1.9);
  expect(largest).toBeLessThan(SIGMA_LIMIT);
}

const run = (layer: Layer, inputs: readonly ExpectedMap[], w: LayerWeights = {}): ExpectedMap =>
  expectLayer(layer, inputs, w);

describe('errors of float32 runs are of the size expected', () => {
  const random = generator(1);

  test.each([9, 27, 90, 320])('of sums of %d products', (n) => {
    const layer = pointwise(n, 1);
    expectLikely(
      ratios(400, () => {
        const [x, w] = [spread(random, n), spread(random, n)];
        const expected = run(layer, [known([1, 1, n], x)], weights(layer, { kernel: w }));
        return { expected, found: [dot([...x], [...w], 'in a row')] };
      }),
    );
  });

  test('of batch normalisation', () => {
    const layer = batchNorm(1);
    expectLikely(
      ratios(2000, () => {
        const [gamma, beta, mean, x] = [...spread(random, 4)] as [number, number, number, number];
        const variance = Math.fround(random() * 2);
        const vectors = { gamma: [gamma], beta: [beta], moving_mean: [mean], moving_variance: [variance] };
        const bn = { gamma, beta, mean, variance, epsilon: 1e-3 };
        const expected = run(layer, [known([1, 1, 1], [x])], weights(layer, vectors));
        return { expected, found: [BATCH_NORMS[0]!(x, bn)] };
      }),
    );
  });

  test('of addition', () => {
    expectLikely(
      ratios(2000, () => {
        const [a, b] = [...spread(random, 2)] as [number, number];
        return { expected: run(sum(1), [known([1], [a]), known([1], [b])]), found: [Math.fround(a + b)] };
      }),
    );
  });

  test.each([
    ['averages', average(1), 9, 3],
    ['global averages', globalAverage(7, 1), 49, 7],
  ] as const)('of %s', (_, layer, n, size) => {
    expectLikely(
      ratios(1000, () => {
        const x = spread(random, n);
        const total = dot([...x], Array(n).fill(1), 'in a row');
        return { expected: run(layer, [known([size, size, 1], x)]), found: [Math.fround(total / n)] };
      }),
    );
  });

  test.each([1, 5, 30])('of softmax, of logits up to %d', (scale) => {
    expectLikely(
      ratios(1000, () => {
        const x = Array.from(spread(random, 10), (value) => Math.fround(value * scale));
        return { expected: run(softmax(10), [known([10], x)]), found: softmax32(x, shuffled(10, random)) };
      }),
    );
  });
});

describe('the variance of inputs goes through', () => {
  // Far above what rounding adds.
  const V = 1e-6;

  test('sums of products: times the square of each weight', () => {
    const layer = pointwise(3, 2);
    const w = weights(layer, { kernel: [1, 10, 2, 20, 3, 30] });
    const { variance } = run(layer, [uncertain([1, 1, 3], [1, 1, 1], [V, V, 2 * V])], w);
    expect(variance[0]! / V).toBeCloseTo(1 + 4 + 18, 4);
    expect(variance[1]! / V).toBeCloseTo(2300, 2);
  });

  test('dense layers and depthwise and 3x3 convolutions alike', () => {
    const nine = Array.from({ length: 9 }, (_, i) => i + 1);
    const squares = nine.reduce((total, value) => total + value * value, 0);
    const x = uncertain([3, 3, 1], nine, Array(9).fill(V));
    const [dw, conv, full] = [depthwise(1), whole3x3(1, 1), denseLayer(9, 1)];
    const vector = { ...x, value: { ...x.value, shape: [9] } };
    for (const { variance } of [
      run(dw, [x], weights(dw, { depthwise_kernel: nine })),
      run(conv, [x], weights(conv, { kernel: nine })),
      run(full, [vector], weights(full, { kernel: nine, bias: [100] })),
    ])
      expect(variance[0]! / V).toBeCloseTo(squares, 1);
  });

  test('batch normalisation: times the square of its scale', () => {
    const layer = batchNorm(2, 0.5);
    const vectors = { gamma: [2, 3], beta: [0, 0], moving_mean: [0, 0], moving_variance: [0.5, 3.5] };
    const { variance } = run(layer, [uncertain([1, 1, 2], [1, 1], [V, V])], weights(layer, vectors));
    expect(variance[0]! / V).toBeCloseTo(4, 4);
    expect(variance[1]! / V).toBeCloseTo(9 / 4, 4);
  });

  test('addition: summed', () => {
    const { variance } = run(sum(1), [uncertain([1], [1], [V]), uncertain([1], [1], [2 * V])]);
    expect(variance[0]! / V).toBeCloseTo(3, 4);
  });

  test('means: divided by the number of cells that are averaged, fewer at borders', () => {
    const global = run(globalAverage(7, 1), [uncertain([7, 7, 1], Array(49).fill(1), Array(49).fill(V))]);
    expect(global.variance[0]! / (V / 49)).toBeCloseTo(1, 4);
    const same = { name: 'avg', poolSize: [3, 3], strides: [2, 2], padding: 'same' } as const;
    const layer = averagePooling2d(input([4, 5, 1], 'x'), same).layer;
    const { variance } = run(layer, [uncertain([4, 5, 1], Array(20).fill(1), Array(20).fill(V))]);
    // 4 rows: 0-2, 2-3; 5 columns: 0-1, 1-3, 3-4.
    expect([...variance].map((value) => Math.round(V / value))).toEqual([6, 9, 6, 4, 6, 4]);
  });

  test('the rectifier: gone where the value is surely below zero', () => {
    const sigma = Math.sqrt(V);
    const values = [1, -SIGMA_LIMIT * sigma * 0.99, -SIGMA_LIMIT * sigma * 1.01, 0];
    const { variance } = run(relu([4]), [uncertain([4], values, [V, V, V, V])]);
    expect([...variance]).toEqual([V, V, 0, V]);
  });

  test('softmax: of one sure class hardly at all, of two equal ones by a quarter each', () => {
    const two = run(softmax(2), [uncertain([2], [0, 0], [V, V])]);
    // dy = y (1 - y) (dx_0 - dx_1): 2 V / 16.
    expect(two.variance[0]! / V).toBeCloseTo(1 / 8, 4);
    expect(two.variance[1]! / V).toBeCloseTo(1 / 8, 4);
    const sure = run(softmax(2), [uncertain([2], [50, 0], [V, V])]);
    expect(sure.variance[0]!).toBeLessThan(1e-12 * 1e-1);
    const rows = run(softmax(2), [uncertain([2, 2], [0, 0, 50, 0], [V, V, V, V])]);
    expect([...rows.variance]).toEqual([...two.variance, ...sure.variance]);
  });

  test.each(MOVING.filter(({ op }) => op !== 'Activation').map((layer) => [layer.op, layer] as const))(
    'what moves values, with them or with the largest: %s',
    (_, layer) => {
      const variance = Array.from({ length: 96 }, (_, i) => (i + 1) * V);
      const value = { data: Float64Array.from(variance), shape: [4, 4, 6] };
      const moved = run(layer, [{ value, variance: Float64Array.from(variance) }]);
      // Values equal to their variances must go where those go.
      expect([...moved.variance]).toEqual([...moved.value.data]);
      expect(moved.variance.length).toBeGreaterThan(0);
    },
  );
});
