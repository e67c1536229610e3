// ONNX exports in ONNX Runtime's WebAssembly build, against Keras's recordings and the error expected of float32.
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Tensor, tensor, toFloat64 } from '../../src/core/tensor.js';
import { exportModel, verifyExport } from '../../src/export/export.js';
import type { ExportOptions } from '../../src/export/options.js';
import type { ShuffleNetModel } from '../../src/shufflenet/load.js';
import { DEFAULT_SETTINGS, type ShuffleNetSettings } from '../../src/shufflenet/settings.js';
import { expectedRun, expectWithin } from '../helpers/expected-run.js';
import { loadFixture, loadReference, noise, randomModel } from '../helpers/models.js';
import { layersIn, ortExecutor } from '../helpers/ort.js';

/** Of each layer's largest value, as in tfjs.test.ts: Keras's own float32 is off by up to 2.3e-6. */
const TOLERANCE = 1e-5;

/** The bytes, after the check that `convert` makes of them. */
async function onnx(model: ShuffleNetModel, options: ExportOptions): Promise<Uint8Array> {
  const files = await exportModel(model, 'onnx', options);
  await verifyExport(model, 'onnx', files, options);
  return files[0]!.bytes;
}

/** Largest difference of two layers as a fraction of the largest value; shapes must agree. */
function relativeError(found: Tensor, expected: Tensor): number {
  expect(found.shape).toEqual(expected.shape);
  const [a, b] = [toFloat64(found), toFloat64(expected)];
  const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  // NaN must not pass for small: the comparison is written so that it fails.
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0) / (largest || 1);
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
  test.each([
    ['k21-g3', 'weights.h5', 'reference.npz', { pooling: 'max' }],
    ['k21-g3', 'weights.h5', 'reference_lastslice.npz', { pooling: 'max', slices: 'last' }],
    ['k21-g3-odd', 'weights.h5', 'reference.npz', { pooling: 'avg' }],
    ['k21-g8', 'weights.h5', 'reference.npz', { pooling: 'max' }],
    ['k21-g3-full', 'model_noopt.h5', 'reference.npz', {}],
    ['k215-g3', 'weights.h5', 'reference.npz', { pooling: 'max' }],
  ] as const)('%s/%s computes every layer of %s as Keras did', async (folder, weights, reference, stated) => {
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

/** A network that is quick to run, of a size that no stride divides. */
const SMALL: ShuffleNetSettings = {
  ...DEFAULT_SETTINGS,
  scaleFactor: 0.25,
  numShuffleUnits: [1, 1],
  classes: 10,
  inputShape: [33, 28, 3],
};

test('any network is off by no more than float32', async () => {
  const scale = { 1: [0.25, 0.5], 2: [1], 3: [0.25, 0.5], 4: [1], 8: [0.25, 0.5] } as const;
  const groups = fc.constantFrom(1, 2, 3, 4, 8) as fc.Arbitrary<keyof typeof scale>;
  const networks = groups.chain((count) =>
    fc.record({
      groups: fc.constant(count),
      scaleFactor: fc.constantFrom(...scale[count]),
      numShuffleUnits: fc.array(fc.nat(1), { minLength: 1, maxLength: 3 }),
      end: fc.constantFrom('top', 'pooled', 'maps'),
      pooling: fc.constantFrom('max', 'avg'),
      slices: fc.constantFrom('own', 'last'),
      inputShape: fc.tuple(fc.integer({ min: 28, max: 40 }), fc.integer({ min: 28, max: 40 }), fc.constantFrom(1, 3)),
    }),
  );
  const options = fc.record({ fold: fc.boolean(), inputLayout: fc.constantFrom('nhwc', 'nchw') });
  await fc.assert(
    fc.asyncProperty(
      networks,
      options,
      fc.constantFrom(1, 3),
      async ({ end, pooling, ...differing }, chosen, batch) => {
        const top = { includeTop: end === 'top', pooling: end === 'maps' ? null : pooling };
        const model = await randomModel({ ...SMALL, ...differing, ...top });
        await expectRuns(model, chosen, noise([batch, ...differing.inputShape]));
      },
    ),
    { numRuns: 8 },
  );
});

describe('the digits', () => {
  let digits: Map<string, Tensor>;
  let model: ShuffleNetModel;
  beforeAll(async () => {
    digits = loadReference('trained-digits-g3/test360.npz');
    model = await loadFixture('trained-digits-g3/weights.h5', { pooling: 'avg' });
  });

  test.each<ExportOptions>([{}, { fold: false }, { inputLayout: 'nchw' }])(
    'all 360 get the class that Keras gave them: %j',
    async (options) => {
      const images = digits.get('images_u8')!;
      const pixels = Float32Array.from(images.data, (byte) => Math.fround(byte / 127.5) - 1);
      const found = await ortExecutor(await onnx(model, options)).run(tensor(pixels, images.shape));
      const expected = digits.get('softmax')!;
      expect(relativeError(found.get('softmax')!, expected)).toBeLessThan(TOLERANCE);
      expect(classesOf(found.get('softmax')!)).toEqual(classesOf(expected));
    },
  );
});

/** The position of the largest value in each row of `(rows, classes)`. */
function classesOf(scores: Tensor): number[] {
  const values = toFloat64(scores);
  const [rows = 0, classes = 0] = scores.shape;
  return Array.from({ length: rows }, (_, row) => {
    const own = values.subarray(row * classes, (row + 1) * classes);
    return own.indexOf(Math.max(...own));
  });
}
