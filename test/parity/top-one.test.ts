// The first class of an image: its margin and its sigma by hand and by sampling, and what was recorded of it.
import { describe, expect, test } from 'vitest';
import { type Tensor, tensor } from '../../src/core/tensor.js';
import type { LayerOf } from '../../src/network/layer.js';
import type { LayerWeights } from '../../src/network/model.js';
import { activation, add, dense, input, networkOf } from '../../src/network/symbolic.js';
import { certain } from '../../src/parity/expected.js';
import { type ClassMargin, classMargin, ranksClasses, topOne } from '../../src/parity/top-one.js';
import { generator, spread } from './float32.js';

const U = 2 ** -24;
const x = input([2], 'x');
const fc = dense(x, 3, 'fc');
const NETWORK = networkOf(activation(fc, 'softmax', 'softmax'), 'n');
const FC = NETWORK.layers.find(({ name }) => name === 'fc') as LayerOf<'Dense'>;

const weights = (kernel: readonly number[], bias: readonly number[]): LayerWeights => ({
  kernel: tensor(Float32Array.from(kernel), [kernel.length / bias.length, bias.length]),
  bias: tensor(Float32Array.from(bias), [bias.length]),
});
const given = (values: readonly number[], variance?: readonly number[]) => {
  const known = certain({ data: Float64Array.from(values), shape: [values.length] });
  return variance === undefined ? known : { ...known, variance: Float64Array.from(variance) };
};

describe('an image', () => {
  test('has the two largest logits, their difference and its deviation', () => {
    // Logits 1 2 + 2 3 + 1, 0 2 + 1 3 + 8, -1 2 + 0 3: 9, 11, -2.
    const w = weights([1, 0, -1, 2, 1, 0], [1, 8, 0]);
    const found = classMargin(FC, given([2, 3], [4, 1]), w);
    expect(found).toMatchObject({ top: 1, runnerUp: 0, margin: 2, certain: false });
    // (1 - 0)^2 4 + (2 - 1)^2 1, beside which roundings are nothing.
    expect(found.sigma).toBeCloseTo(Math.sqrt(5), 6);
  });

  test('has only the roundings of its own layer and of the softmax where its inputs are known', () => {
    const found = classMargin(FC, given([2, 3]), weights([1, 0, -1, 2, 1, 0], [1, 8, 0]));
    // Two terms: (1 + 2 / 2) times the sum of their squares, and the bias's square; two exponentials of 4 each.
    const roundings = 2 * (2 ** 2 + 6 ** 2) + 1 + 2 * 3 ** 2 + 64 + 8;
    expect(found.sigma / (U * Math.sqrt(roundings / 3))).toBeCloseTo(1, 6);
    expect(found.certain).toBe(true);
  });

  test('is not certain where another class than the runner-up comes near, nor where two are equal', () => {
    // The runner-up moves with the first one; the third, further below, does not.
    const wide = classMargin(FC, given([1, 1], [0, 1]), weights([10, 5, 0, 1, 1, 0], [0, 0, 0]));
    expect(wide).toMatchObject({ top: 0, runnerUp: 1, margin: 5, certain: false });
    expect(wide.sigma).toBeLessThan(1e-5);
    const equal = classMargin(FC, given([1, 1]), weights([0, 1, 1, 0, 0, 0], [0, 0, 0]));
    expect(equal).toMatchObject({ top: 1, runnerUp: 2, margin: 0, certain: false });
  });

  test('is not certain of what is no number', () => {
    const found = classMargin(FC, given([Number.NaN, 1]), weights([1, 1, 1, 1, 1, 1], [0, 0, 0]));
    expect(found).toMatchObject({ margin: Number.NaN, certain: false });
  });

  test('has a sigma of the size of what inputs make of the difference', () => {
    const random = generator(3);
    const n = 40;
    const layer = { ...FC, weights: { kernel: [n, 2], bias: [2] } };
    let [squares, expected] = [0, 0];
    for (let run = 0; run < 400; run++) {
      const kernel = [...spread(random, 2 * n)];
      const values = [...spread(random, n)];
      const deviations = [...spread(random, n)].map(Math.abs);
      const { top, runnerUp, margin, sigma } = classMargin(
        layer,
        given(
          values,
          deviations.map((s) => s * s),
        ),
        weights(kernel, [0, 0]),
      );
      // Uniform between -sqrt(3) and sqrt(3): a variance of 1.
      const moved = values.map((v, k) => v + deviations[k]! * Math.sqrt(3) * (2 * random() - 1));
      const logit = (c: number): number => moved.reduce((sum, v, k) => sum + v * kernel[2 * k + c]!, 0);
      squares += ((logit(top) - logit(runnerUp) - margin) / sigma) ** 2;
      expected++;
    }
    expect(Math.sqrt(squares / expected)).toBeGreaterThan(0.9);
    expect(Math.sqrt(squares / expected)).toBeLessThan(1.1);
  });
});

describe('classes are ranked', () => {
  const ranks = (network: typeof NETWORK): string[] =>
    network.layers.filter((layer) => ranksClasses(network, layer)).map(({ name }) => name);

  test('by a dense layer at the end, or before a softmax', () => {
    expect(ranks(NETWORK)).toEqual(['fc']);
    expect(ranks(networkOf(fc, 'n'))).toEqual(['fc']);
  });

  test('by none that is no end, nor by one output', () => {
    expect(ranks(networkOf(add([fc, fc], 'sum'), 'n'))).toEqual([]);
    expect(ranks(networkOf(activation(fc, 'relu', 'relu'), 'n'))).toEqual([]);
    expect(ranks(networkOf(activation(dense(x, 1, 'fc'), 'softmax', 'softmax'), 'n'))).toEqual([]);
  });
});

describe('beside what was recorded', () => {
  const MARGINS: ClassMargin[] = [2, 0].map((top) => ({ top, runnerUp: 1, margin: 1, sigma: 0.01, certain: true }));
  const recording = (arrays: Readonly<Record<string, Tensor>>) =>
    new Map(Object.entries(arrays).map(([layer, t]) => [layer, { layer, key: layer, shape: t.shape, read: () => t }]));
  const floats = (shape: readonly number[], ...values: number[]) => tensor(Float32Array.from(values), shape);
  const classes = (arrays: Readonly<Record<string, Tensor>>) =>
    topOne(NETWORK, MARGINS, recording(arrays))!.images.map(({ recorded, agrees }) => [recorded, agrees]);

  test('a class agrees or does not', () => {
    expect(classes({ softmax: floats([2, 3], 0, 0.1, 0.9, 0.2, 0.5, 0.3) })).toEqual([
      [2, true],
      [1, false],
    ]);
  });

  test('the output counts before the logits, and of equals the one that was found', () => {
    const fcOutput = floats([2, 3], 9, 0, 0, 0, 9, 0);
    expect(classes({ fc: fcOutput, softmax: floats([2, 3], 0, 0.5, 0.5, 0.4, 0.2, 0.4) })).toEqual([
      [2, true],
      [0, true],
    ]);
    expect(classes({ fc: fcOutput })).toEqual([
      [0, false],
      [1, false],
    ]);
  });

  test('nothing recorded, another shape and what is no number tell nothing', () => {
    const none = [
      [null, null],
      [null, null],
    ];
    expect(classes({})).toEqual(none);
    expect(classes({ softmax: floats([3, 2], 0, 1, 2, 3, 4, 5) })).toEqual(none);
    expect(classes({ softmax: floats([2, 3], Number.NaN, 0, 1, 9, 0, 0) })).toEqual([none[0], [0, true]]);
  });

  test('a network that ranks nothing has none', () => {
    const plain = networkOf(activation(x, 'relu', 'relu'), 'n');
    expect(topOne(plain, undefined, recording({}))).toBeNull();
  });
});
