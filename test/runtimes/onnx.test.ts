// ONNX exports in ONNX Runtime's WebAssembly build, against Keras's recordings and the error expected of float32.
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Tensor } from '../../src/core/tensor.js';
import { exportModel, verifyExport } from '../../src/export/export.js';
import type { ExportOptions } from '../../src/export/options.js';
import type { ShuffleNetModel } from '../../src/shufflenet/load.js';
import { DEFAULT_SETTINGS, type ShuffleNetSettings } from '../../src/shufflenet/settings.js';
import { expectedRun, expectWithin } from '../helpers/expected-run.js';
import { anySmallNetwork, classesOf, digits, RECORDINGS, relativeError, SMALL, TOLERANCE } from '../helpers/exports.js';
import { loadFixture, loadReference, noise, randomModel } from '../helpers/models.js';
import { layersIn, ortExecutor } from '../helpers/ort.js';

/** The bytes, after the check that `convert` makes of them. */
async function onnx(model: ShuffleNetModel, options: ExportOptions): Promise<Uint8Array> {
  const files = await exportModel(model, 'onnx', options);
  await verifyExport(model, 'onnx', files, options);
  return files[0]!.bytes;
}

/** The file as it is, then every layer that is left in it, against the error expected. */
async function expectRuns(model: ShuffleNetModel, options: ExportOptions, input: Tensor): Promise<void> {
  const bytes = await onnx(model, options);
  const expected = expectedRun(model, input);
  expectWithin(await ortExecutor(bytes).run(input), expected);
  const names = layersIn(bytes, model.network.layers);
  expect(names.at(-1)).toBe(model.network.output);
  expectWithin(await ortExecutor(bytes).run(input, names), expected);
}

describe.each([true, false])('with batch norms folded: %s', (fold) => {
  test.each(RECORDINGS)('%s/%s computes every layer of %s as Keras did', async (folder, weights, reference, stated) => {
    const recorded = loadReference(`${folder}/${reference}`);
    const model = await loadFixture(`${folder}/${weights}`, stated);
    const bytes = await onnx(model, { fold });
    const names = layersIn(bytes, model.network.layers).filter((name) => recorded.has(name));
    // Without the layers that were folded away there are 50 of 68.
    expect(names).toHaveLength(fold ? 50 : 68);
    const found = await ortExecutor(bytes).run(recorded.get('input')!, names);
    for (const name of names) {
      expect(relativeError(found.get(name)!, recorded.get(name)!), name).toBeLessThan(TOLERANCE);
    }
  });

  test.each<[string, Partial<ShuffleNetSettings>, ExportOptions, number]>([
    ['one group', { groups: 1, scaleFactor: 0.5 }, {}, 1],
    ['two groups, no top', { groups: 2, scaleFactor: 1, includeTop: false }, {}, 3],
    ['three groups, average pooling, NCHW', { groups: 3, pooling: 'avg' }, { inputLayout: 'nchw' }, 3],
    ['four groups, grey', { groups: 4, scaleFactor: 1, inputShape: [33, 28, 1] }, {}, 1],
    ['eight groups', { groups: 8, inputShape: [32, 32, 3] }, {}, 3],
    ['late slices', { groups: 3, slices: 'last', inputShape: [28, 33, 3] }, {}, 3],
    ['maps as output', { groups: 8, includeTop: false, pooling: null }, {}, 3],
    ['maps as output, NCHW', { groups: 3, includeTop: false, pooling: null }, { inputLayout: 'nchw' }, 1],
    ['unknown height and width', { groups: 3, inputShape: [null, null, 3] }, {}, 3],
    [
      'unknown width, maps as output',
      { groups: 3, inputShape: [33, null, 3], includeTop: false, pooling: null },
      {},
      3,
    ],
    ['biases', { groups: 3, revision: { ...DEFAULT_SETTINGS.revision, convBias: true } }, {}, 1],
  ])('a network with %s is off by no more than float32', async (_, differing, options, batch) => {
    const model = await randomModel({ ...SMALL, ...differing });
    const [height, width, channels] = model.settings.inputShape;
    await expectRuns(model, { ...options, fold }, noise([batch, height ?? 33, width ?? 28, channels!]));
  });
});

test('any network is off by no more than float32', async () => {
  const options = fc.record({ fold: fc.boolean(), inputLayout: fc.constantFrom('nhwc', 'nchw') });
  await fc.assert(
    fc.asyncProperty(anySmallNetwork(40), options, fc.constantFrom(1, 3), async (settings, chosen, batch) => {
      await expectRuns(await randomModel(settings), chosen, noise([batch, ...settings.inputShape]));
    }),
    { numRuns: 8 },
  );
});

describe('the digits', () => {
  let model: ShuffleNetModel;
  beforeAll(async () => {
    model = await loadFixture('trained-digits-g3/weights.h5', { pooling: 'avg' });
  });

  test.each<ExportOptions>([{}, { fold: false }, { inputLayout: 'nchw' }])(
    'all 360 get the class that Keras gave them: %j',
    async (options) => {
      const { images, softmax } = digits();
      const found = (await ortExecutor(await onnx(model, options)).run(images)).get('softmax')!;
      expect(relativeError(found, softmax)).toBeLessThan(TOLERANCE);
      expect(classesOf(found)).toEqual(classesOf(softmax));
    },
  );
});
