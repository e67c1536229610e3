// Batch normalisations folded into convolutions: the same function, in fewer steps.
import { describe, expect, test } from 'vitest';
import { tensor, toFloat64 } from '../../src/core/tensor.js';
import { evaluator } from '../../src/evaluator/evaluator.js';
import { foldBatchNorms } from '../../src/network/fold.js';
import { type Convolution, groupedSteps, type Step } from '../../src/network/grouped.js';
import { wholeKernel } from '../../src/network/kernel.js';
import type { LayerWeights } from '../../src/network/model.js';
import {
  activation,
  add,
  batchNormalization,
  conv2d,
  input,
  networkOf,
  type SymbolicTensor,
} from '../../src/network/symbolic.js';
import { DEFAULT_SETTINGS } from '../../src/shufflenet/settings.js';
import { noise, randomModel } from '../helpers/models.js';
import { runConvolution } from '../helpers/steps.js';

const nameOf = (step: Step): string => (step.kind === 'layer' ? step.layer.name : step.name);
const vector = (...values: number[]) => tensor(Float32Array.from(values), [values.length]);

/** A convolution of one cell and one channel, which multiplies, and what follows. */
function stepsOf(output: SymbolicTensor, useBias = false): Step[] {
  const network = networkOf(output, 'n');
  const weights = new Map<string, LayerWeights>([
    ['conv', { kernel: tensor(Float32Array.of(3), [1, 1, 1, 1]), ...(useBias && { bias: vector(5) }) }],
    ['bn', { gamma: vector(2), beta: vector(7), moving_mean: vector(4), moving_variance: vector(15) }],
  ]);
  return foldBatchNorms(groupedSteps({ network, weights }), network.output);
}

const x = input([2, 2, 1], 'x');
const conv = (options: object = {}): SymbolicTensor =>
  conv2d(x, { name: 'conv', filters: 1, kernelSize: [1, 1], useBias: false, ...options });
const normalised = (from: SymbolicTensor): SymbolicTensor => batchNormalization(from, 'bn', 1);

describe('a batch normalisation', () => {
  test('becomes part of the convolution before it: 2 (3x - 4) / sqrt(15 + 1) + 7 = 1.5x + 5', () => {
    const [, step, ...others] = stepsOf(normalised(conv())) as [Step, Convolution];
    expect(others).toEqual([]);
    expect([step.name, step.layers, wholeKernel(step.kernel).data, step.bias!.data]).toEqual([
      'bn',
      ['conv', 'bn'],
      Float32Array.of(1.5),
      Float32Array.of(5),
    ]);
  });

  test('takes the bias along: 2 (3x + 5 - 4) / 4 + 7 = 1.5x + 7.5', () => {
    const [, step] = stepsOf(normalised(conv({ useBias: true })), true) as [Step, Convolution];
    expect([wholeKernel(step.kernel).data, step.bias!.data]).toEqual([Float32Array.of(1.5), Float32Array.of(7.5)]);
  });

  test.each<[string, SymbolicTensor]>([
    ['after an activation inside the convolution', normalised(conv({ activation: 'relu' }))],
    ['after a layer that is no convolution', normalised(activation(conv(), 'relu', 'relu'))],
  ])('stays %s', (_, output) => {
    expect(stepsOf(output).map(nameOf)).toContain('conv');
    expect(stepsOf(output).map(nameOf).at(-1)).toBe('bn');
  });

  test('stays where another layer takes what the convolution gives', () => {
    const shared = conv();
    expect(stepsOf(add([normalised(shared), shared], 'sum')).map(nameOf)).toEqual(['x', 'conv', 'bn', 'sum']);
  });
});

test('every one of the article is folded, and gives the same within the rounding of float32 weights', async () => {
  const model = await randomModel({
    ...DEFAULT_SETTINGS,
    numShuffleUnits: [1, 0],
    inputShape: [33, 28, 3],
    classes: 5,
  });
  const steps = foldBatchNorms(groupedSteps(model), model.network.output);
  expect(steps.filter((step) => step.kind === 'layer' && step.layer.op === 'BatchNormalization')).toEqual([]);
  const image = noise([1, 33, 28, 3], 9);
  const names = model.network.layers.map(({ name }) => name);
  const outputs = await evaluator(model, { output: 'float64' }).run(image, names);
  const convolutions = steps.filter((step) => step.kind !== 'layer');
  expect(convolutions).toHaveLength(1 + 3 * 3);
  for (const step of convolutions) {
    const [, ...shape] = outputs.get(step.input)!.shape;
    const found = runConvolution(step, { data: toFloat64(outputs.get(step.input)!), shape }).data;
    const expected = toFloat64(outputs.get(step.name)!);
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largest).toBeGreaterThan(0.1);
    const off = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i]!)), 0);
    // Each product by 2^-24 of itself: 27 of them or fewer than 300 here, none larger than the largest sum by much.
    expect(off / largest).toBeLessThan(300 * 2 ** -24);
  }
});
