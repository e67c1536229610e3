// Layers that the article's networks lack (biases, valid padding, other windows) in TensorFlow.js, against the
// evaluator, which test/evaluator holds against numpy; and names of layers that look like names of constants.
import { beforeAll, describe, expect, test } from 'vitest';
import { type Tensor, tensor, toFloat64 } from '../../src/core/tensor.js';
import type { WeightRole } from '../../src/core/weights.js';
import { evaluator } from '../../src/evaluator/evaluator.js';
import { exportModel, verifyExport } from '../../src/export/export.js';
import type { LayerWeights } from '../../src/network/model.js';
import {
  activation,
  add,
  averagePooling2d,
  batchNormalization,
  concatenate,
  conv2d,
  dense,
  depthwiseConv2d,
  globalPooling2d,
  input,
  maxPooling2d,
  networkOf,
  type SymbolicTensor,
} from '../../src/network/symbolic.js';
import type { ShuffleNetModel } from '../../src/shufflenet/load.js';
import { DEFAULT_SETTINGS } from '../../src/shufflenet/settings.js';
import { noise } from '../helpers/models.js';
import { kerasLayers, loadTfjs, TFJS_BACKENDS, useBackend } from '../helpers/tfjs.js';

/** Of the largest value in a layer, as in tfjs.test.ts. */
const TOLERANCE = 1e-5;

/** A model of the layers that lead to `output`, with weights of noise; variances are positive. */
function noisyModel(output: SymbolicTensor): ShuffleNetModel {
  const network = networkOf(output, 'toy');
  const weights = new Map(
    network.layers.map(({ name, weights: shapes }, at): [string, LayerWeights] => {
      const entries = Object.entries(shapes).map(([role, shape], i) => {
        const values = noise(shape, 100 * at + i);
        return [
          role,
          role === 'moving_variance'
            ? tensor(
                values.data.map((x) => x + 2),
                shape,
              )
            : values,
        ];
      });
      return [name, Object.fromEntries(entries) as { [role in WeightRole]?: Tensor<Float32Array> }];
    }),
  );
  return { network, weights, settings: DEFAULT_SETTINGS, report: {} as ShuffleNetModel['report'] };
}

async function expectEvaluators(model: ShuffleNetModel, x: Tensor): Promise<void> {
  for (const fold of [true, false]) await expectExported(model, fold, x);
}

async function expectExported(model: ShuffleNetModel, fold: boolean, x: Tensor): Promise<void> {
  const files = await exportModel(model, 'tfjs', { fold });
  await expect(verifyExport(model, 'tfjs', files, { fold })).resolves.toBeUndefined();
  const graph = await loadTfjs(files);
  const found = await kerasLayers(graph, model.network, x);
  expect(found.has(model.network.output)).toBe(true);
  for (const [name, layer] of await evaluator(model).run(x, [...found.keys()])) {
    const [a, b] = [toFloat64(found.get(name)!), toFloat64(layer)];
    expect(found.get(name)!.shape, name).toEqual(layer.shape);
    const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const error = a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
    expect(error / largest, name).toBeLessThan(TOLERANCE);
  }
  graph.dispose();
}

describe.each(TFJS_BACKENDS)('TensorFlow.js on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  test('computes convolutions with biases, windows that are not square, and valid padding', async () => {
    let x = input([null, null, 3], 'in');
    const options = { useBias: true, padding: 'valid' } as const;
    x = conv2d(x, { ...options, name: 'a', filters: 4, kernelSize: [3, 2], strides: [1, 2], activation: 'relu' });
    x = depthwiseConv2d(x, { useBias: true, name: 'b', kernelSize: [2, 3], strides: [2, 2] });
    x = batchNormalization(x, 'norm', 1e-5);
    x = conv2d(x, { useBias: true, name: 'c', filters: 6, kernelSize: [1, 1] });
    x = maxPooling2d(x, { name: 'max', poolSize: [2, 3], strides: [1, 1], padding: 'valid' });
    x = averagePooling2d(x, { name: 'avg', poolSize: [3, 2], strides: [2, 1], padding: 'same' });
    x = globalPooling2d(x, 'avg', 'pool');
    x = activation(dense(x, 5, 'scores'), 'softmax', 'classes');
    await expectEvaluators(noisyModel(x), noise([2, 15, 18, 3], 7));
  });

  test('tells layers from constants and from inner operations of the same name', async () => {
    const x = input([8, 8, 3], 'in');
    const a = conv2d(x, { name: 'a', filters: 3, kernelSize: [3, 3], activation: 'relu' });
    const kernel = conv2d(a, { name: 'a/kernel', filters: 3, kernelSize: [1, 1] });
    const inner = add([kernel, a], 'a/Conv2D');
    const joined = concatenate([inner, a], 'a/kernel/kernel');
    await expectEvaluators(noisyModel(concatenate([joined, x], 'a/kernel_')), noise([1, 8, 8, 3], 8));
  });
});
