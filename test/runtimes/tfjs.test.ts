// Exports in the runtime they are made for: TensorFlow.js itself, against Keras's recordings and the evaluator.
import { beforeAll, describe, expect, test } from 'vitest';
import { type Tensor, tensor, toFloat64 } from '../../src/core/tensor.js';
import { evaluator } from '../../src/evaluator/evaluator.js';
import { exportModel } from '../../src/export/export.js';
import { toGraphModel } from '../../src/export/tfjs/graph.js';
import { settingsFromMetadata } from '../../src/shufflenet/metadata.js';
import { DEFAULT_SETTINGS, type ShuffleNetSettings } from '../../src/shufflenet/settings.js';
import { loadFixture, loadReference, noise, randomModel } from '../helpers/models.js';
import { type GraphModel, loadTfjs, TFJS_BACKENDS, tfjsExecutor, useBackend } from '../helpers/tfjs.js';

/**
 * Of each layer's largest value. Keras's own float32 differs from the exact result by up to 2.3e-6 in these networks
 * (every layer of 33 recorded cases), and two float32 runtimes may err in opposite directions.
 */
const TOLERANCE = 1e-5;

/** A network that is quick to run. */
const SMALL: ShuffleNetSettings = {
  ...DEFAULT_SETTINGS,
  groups: 3,
  scaleFactor: 0.25,
  numShuffleUnits: [1, 1],
  classes: 10,
  inputShape: [32, 32, 3],
};

/** Largest difference of two layers as a fraction of the largest value; shapes must agree. */
function relativeError(found: Tensor, expected: Tensor): number {
  expect(found.shape).toEqual(expected.shape);
  const [a, b] = [toFloat64(found), toFloat64(expected)];
  const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  // NaN must not pass for small: the comparison is written so that it fails.
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0) / (largest || 1);
}

function expectLayers(found: ReadonlyMap<string, Tensor>, expected: ReadonlyMap<string, Tensor>): void {
  expect([...found.keys()]).toEqual([...expected.keys()]);
  for (const [name, layer] of expected) expect(relativeError(found.get(name)!, layer), name).toBeLessThan(TOLERANCE);
}

/** What Keras recorded: the input, and every layer by name. */
function keras(file: string): { input: Tensor; layers: Map<string, Tensor> } {
  const layers = loadReference(file);
  const input = layers.get('input')!;
  layers.delete('input');
  return { input, layers };
}

/** The position of the largest value in each row of `(rows, classes)`. */
function classesOf(scores: Tensor): number[] {
  const values = toFloat64(scores);
  const [rows = 0, classes = 0] = scores.shape;
  return Array.from({ length: rows }, (_, row) => {
    const own = values.subarray(row * classes, (row + 1) * classes);
    return own.indexOf(Math.max(...own));
  });
}

describe.each(TFJS_BACKENDS)('TensorFlow.js on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  test.each([
    ['k21-g3', 'weights.h5', 'reference.npz', { pooling: 'max' }],
    ['k21-g3', 'weights.h5', 'reference_lastslice.npz', { pooling: 'max', slices: 'last' }],
    ['k21-g3-odd', 'weights.h5', 'reference.npz', { pooling: 'avg' }],
    ['k21-g8', 'weights.h5', 'reference.npz', { pooling: 'max' }],
    ['k21-g3-full', 'model_noopt.h5', 'reference.npz', {}],
    ['k215-g3', 'weights.h5', 'reference.npz', { pooling: 'max' }],
    ['trained-digits-g3', 'weights.h5', 'reference.npz', { pooling: 'avg' }],
  ] as const)('%s/%s computes every layer of %s as Keras did', async (folder, weights, reference, stated) => {
    const { input, layers } = keras(`${folder}/${reference}`);
    const graph = await loadTfjs(await exportModel(await loadFixture(`${folder}/${weights}`, stated), 'tfjs'));
    expectLayers(await tfjsExecutor(graph).run(input, [...layers.keys()]), layers);
    graph.dispose();
  });

  test('every layer of the network, slices and group convolutions included, is the evaluator’s', async () => {
    const model = await loadFixture('k21-g8/weights.h5', { pooling: 'avg' });
    const { input } = keras('k21-g8/reference.npz');
    const names = model.network.layers.map(({ name }) => name);
    const graph = await loadTfjs(await exportModel(model, 'tfjs'));
    expectLayers(await tfjsExecutor(graph).run(input, names), await evaluator(model).run(input, names));
    graph.dispose();
  });

  test.each([
    [28, 28],
    [61, 40],
  ])('a network of unknown size runs at %i x %i', async (height, width) => {
    const model = await loadFixture('k21-g3/weights.h5', { pooling: 'max', inputShape: [null, null, 3] });
    const input = noise([1, height, width, 3]);
    const names = model.network.layers.map(({ name }) => name);
    const graph = await loadTfjs(await exportModel(model, 'tfjs'));
    expect(graph.inputs[0]!.shape).toEqual([-1, -1, -1, 3]);
    expectLayers(await tfjsExecutor(graph).run(input, names), await evaluator(model).run(input, names));
    graph.dispose();
  });

  test.each<[string, Partial<ShuffleNetSettings>]>([
    ['one group', { groups: 1 }],
    ['convolutions with a bias', { revision: { ...DEFAULT_SETTINGS.revision, convBias: true } }],
    ['no top', { includeTop: false }],
    ['no top and no pooling', { includeTop: false, pooling: null }],
  ])('a network with %s is the evaluator’s', async (_, differing) => {
    const model = await randomModel({ ...SMALL, ...differing });
    const input = noise([2, 32, 32, 3]);
    const names = model.network.layers.map(({ name }) => name);
    const graph = await loadTfjs(await exportModel(model, 'tfjs'));
    expectLayers(await tfjsExecutor(graph).run(input, names), await evaluator(model).run(input, names));
    graph.dispose();
  });

  test('weights that lie across shards arrive whole', async () => {
    const model = await loadFixture('k21-g3/weights.h5', { pooling: 'max' });
    const { input } = keras('k21-g3/reference.npz');
    const [whole, cut] = await Promise.all([
      loadTfjs(await exportModel(model, 'tfjs')),
      loadTfjs(toGraphModel(model, 999)),
    ]);
    expect(await tfjsExecutor(cut).run(input)).toEqual(await tfjsExecutor(whole).run(input));
    for (const graph of [whole, cut]) graph.dispose();
  });

  describe('the digits', () => {
    let graph: GraphModel;
    beforeAll(async () => {
      graph = await loadTfjs(
        await exportModel(await loadFixture('trained-digits-g3/weights.h5', { pooling: 'avg' }), 'tfjs'),
      );
    });

    test('all 360 get the class that Keras gave them, 349 of them the right one', async () => {
      const digits = loadReference('trained-digits-g3/test360.npz');
      const images = digits.get('images_u8')!;
      const pixels = Float32Array.from(images.data, (byte) => Math.fround(byte / 127.5) - 1);
      const found = (await tfjsExecutor(graph).run(tensor(pixels, images.shape))).get('softmax')!;
      const expected = digits.get('softmax')!;
      expect(relativeError(found, expected)).toBeLessThan(TOLERANCE);
      expect(classesOf(found)).toEqual(classesOf(expected));
      const labels = toFloat64(digits.get('labels')!);
      expect(classesOf(found).filter((digit, i) => digit === labels[i])).toHaveLength(349);
    });

    test('the model says what it takes, gives and is', () => {
      expect(graph.inputs).toEqual([
        expect.objectContaining({ name: 'input_1', shape: [-1, -1, -1, 3], dtype: 'float32' }),
      ]);
      expect(graph.outputs).toEqual([expect.objectContaining({ name: 'softmax' })]);
      const { shuffleport } = graph.metadata as { shuffleport: unknown };
      expect(settingsFromMetadata(shuffleport)).toMatchObject({
        groups: 3,
        scaleFactor: 0.25,
        classes: 10,
        pooling: 'avg',
      });
    });
  });
});
