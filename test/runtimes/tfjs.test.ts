// Exports in the runtime they are made for: TensorFlow.js itself, against Keras's recordings and the evaluator.
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Tensor, toFloat64 } from '../../src/core/tensor.js';
import { evaluator } from '../../src/evaluator/evaluator.js';
import { exportModel, verifyExport } from '../../src/export/export.js';
import { toGraphModel } from '../../src/export/tfjs/graph.js';
import type { ShuffleNetModel } from '../../src/shufflenet/load.js';
import { settingsFromMetadata } from '../../src/shufflenet/metadata.js';
import { DEFAULT_SETTINGS, type ShuffleNetSettings } from '../../src/shufflenet/settings.js';
import { expectedRun, expectWithin } from '../helpers/expected-run.js';
import { anySmallNetwork, classesOf, digits, RECORDINGS, relativeError, SMALL, TOLERANCE } from '../helpers/exports.js';
import { loadFixture, loadReference, noise, randomModel } from '../helpers/models.js';
import { type GraphModel, kerasLayers, loadTfjs, TFJS_BACKENDS, tfjsExecutor, useBackend } from '../helpers/tfjs.js';

/** Every layer under its own name. */
const PLAIN = { fold: false } as const;

/** The same of the usual size, and with groups. */
const SQUARE: ShuffleNetSettings = { ...SMALL, groups: 3, inputShape: [32, 32, 3] };

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

/**
 * XNNPACK begins a sum with the bias, which folding made large: each of up to 96 terms is then rounded at the size of the
 * result, however small the terms are, where the network as it is written rounds the sum first and adds last. Each is off
 * by up to a unit roundoff, at random: 12 sigma of 96 of them are 68 roundoffs.
 */
const ROUNDINGS = 68;

/** The default export, after the check that `convert` makes of it. */
async function folded(model: ShuffleNetModel) {
  const files = await exportModel(model, 'tfjs');
  await verifyExport(model, 'tfjs', files);
  return files;
}

/** The output, then every layer that is left, against the error expected. */
async function expectRuns(settings: ShuffleNetSettings, batch: number): Promise<void> {
  const model = await randomModel(settings);
  const [height, width, channels] = settings.inputShape;
  const input = noise([batch, height ?? 33, width ?? 28, channels!]);
  const expected = expectedRun(model, input);
  const graph = await loadTfjs(await folded(model));
  expectWithin(await tfjsExecutor(graph).run(input), expected, ROUNDINGS);
  const layers = await kerasLayers(graph, model.network, input);
  expect([...layers.keys()].at(-1)).toBe(model.network.output);
  expectWithin(layers, expected, ROUNDINGS);
  graph.dispose();
}

describe.each(TFJS_BACKENDS)('TensorFlow.js on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  test.each(RECORDINGS)('%s/%s computes every layer of %s as Keras did', async (folder, weights, reference, stated) => {
    const { input, layers } = keras(`${folder}/${reference}`);
    const graph = await loadTfjs(await exportModel(await loadFixture(`${folder}/${weights}`, stated), 'tfjs', PLAIN));
    expectLayers(await tfjsExecutor(graph).run(input, [...layers.keys()]), layers);
    graph.dispose();
  });

  test('every layer of the network, slices and group convolutions included, is the evaluator’s', async () => {
    const model = await loadFixture('k21-g8/weights.h5', { pooling: 'avg' });
    const { input } = keras('k21-g8/reference.npz');
    const names = model.network.layers.map(({ name }) => name);
    const graph = await loadTfjs(await exportModel(model, 'tfjs', PLAIN));
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
    const graph = await loadTfjs(await exportModel(model, 'tfjs', PLAIN));
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
    const model = await randomModel({ ...SQUARE, ...differing });
    const input = noise([2, 32, 32, 3]);
    const names = model.network.layers.map(({ name }) => name);
    const graph = await loadTfjs(await exportModel(model, 'tfjs', PLAIN));
    expectLayers(await tfjsExecutor(graph).run(input, names), await evaluator(model).run(input, names));
    graph.dispose();
  });

  test('weights that lie across shards arrive whole', async () => {
    const model = await loadFixture('k21-g3/weights.h5', { pooling: 'max' });
    const { input } = keras('k21-g3/reference.npz');
    const [whole, cut] = await Promise.all([
      loadTfjs(await exportModel(model, 'tfjs', PLAIN)),
      loadTfjs(toGraphModel(model, PLAIN, 999)),
    ]);
    expect(await tfjsExecutor(cut).run(input)).toEqual(await tfjsExecutor(whole).run(input));
    for (const graph of [whole, cut]) graph.dispose();
  });

  test.each(RECORDINGS)(
    '%s/%s, folded, computes what is left of %s as Keras did',
    async (folder, weights, file, stated) => {
      const { input, layers } = keras(`${folder}/${file}`);
      const model = await loadFixture(`${folder}/${weights}`, stated);
      const graph = await loadTfjs(await folded(model));
      const found = await kerasLayers(graph, model.network, input);
      const names = [...found.keys()].filter((name) => layers.has(name));
      // Of 68: without what was folded away, and without the activation before a shuffle that is part of a kernel.
      expect(names).toHaveLength(39);
      for (const name of names)
        expect(relativeError(found.get(name)!, layers.get(name)!), name).toBeLessThan(TOLERANCE);
      graph.dispose();
    },
  );

  test.each<[string, Partial<ShuffleNetSettings>, number]>([
    ['one group', { groups: 1, scaleFactor: 0.5 }, 1],
    ['two groups, no top', { groups: 2, scaleFactor: 1, includeTop: false }, 3],
    ['three groups, average pooling', { pooling: 'avg' }, 3],
    ['four groups, grey', { groups: 4, scaleFactor: 1, inputShape: [33, 28, 1] }, 1],
    ['eight groups, wide', { groups: 8, scaleFactor: 1 }, 3],
    ['late slices', { slices: 'last', inputShape: [28, 33, 3] }, 3],
    ['late slices of eight groups, wide', { groups: 8, scaleFactor: 1, slices: 'last' }, 1],
    ['maps as output', { groups: 8, includeTop: false, pooling: null }, 3],
    ['maps as output, in pieces', { groups: 8, scaleFactor: 1, includeTop: false, pooling: null }, 1],
    ['unknown height and width', { scaleFactor: 1, inputShape: [null, null, 3] }, 3],
    ['unknown width', { scaleFactor: 1, inputShape: [33, null, 3] }, 1],
    ['biases', { revision: { ...DEFAULT_SETTINGS.revision, convBias: true } }, 1],
  ])('a folded network with %s is off by no more than float32', async (_, differing, batch) => {
    await expectRuns({ ...SMALL, groups: 3, ...differing }, batch);
  });

  test('any folded network is off by no more than float32', async () => {
    await fc.assert(fc.asyncProperty(anySmallNetwork(33), fc.constantFrom(1, 3), expectRuns), { numRuns: 4 });
  });

  describe.each([true, false])('the digits, with batch norms folded: %s', (fold) => {
    let graph: GraphModel;
    beforeAll(async () => {
      graph = await loadTfjs(
        await exportModel(await loadFixture('trained-digits-g3/weights.h5', { pooling: 'avg' }), 'tfjs', {
          fold,
        }),
      );
    });

    test('all 360 get the class that Keras gave them, 349 of them the right one', async () => {
      const { images, softmax, labels } = digits();
      const found = (await tfjsExecutor(graph).run(images)).get('softmax')!;
      expect(relativeError(found, softmax)).toBeLessThan(TOLERANCE);
      expect(classesOf(found)).toEqual(classesOf(softmax));
      const right = toFloat64(labels);
      expect(classesOf(found).filter((digit, i) => digit === right[i])).toHaveLength(349);
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
