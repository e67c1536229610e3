// Exports in runtimes that are no development dependencies, where they are named (test/helpers/installed.ts): against
// Keras's recordings and the error expected of float32.
import { afterAll, describe, expect, test } from 'vitest';
import type { Tensor } from '../../src/core/tensor.js';
import { exportModel } from '../../src/export/export.js';
import type { ExportOptions } from '../../src/export/options.js';
import { readFixture } from '../../src/parity/fixture.js';
import { checkParity } from '../../src/parity/verify.js';
import type { ShuffleNetModel } from '../../src/shufflenet/load.js';
import { DEFAULT_SETTINGS, type ShuffleNetSettings } from '../../src/shufflenet/settings.js';
import { expectedRun, expectWithin } from '../helpers/expected-run.js';
import { classesOf, digits, RECORDINGS, relativeError, SMALL, TOLERANCE } from '../helpers/exports.js';
import { type Installed, installedRuntimes } from '../helpers/installed.js';
import { fixtureBytes, loadFixture, noise, randomModel } from '../helpers/models.js';

/** Networks that Keras recorded nothing of. */
const NETWORKS: readonly Partial<ShuffleNetSettings>[] = [
  { groups: 1 },
  { groups: 4, scaleFactor: 1, inputShape: [28, 33, 1] },
  { groups: 8, includeTop: false, pooling: null },
  { groups: 3, revision: { ...DEFAULT_SETTINGS.revision, convBias: true }, inputShape: [null, null, 3] },
];

/** Every way a model is written for a runtime. */
const WAYS: Readonly<Record<Installed['format'], readonly ExportOptions[]>> = {
  tfjs: [{}, { fold: false }],
  onnx: [{}, { fold: false }, { inputLayout: 'nchw' }, { fold: false, inputLayout: 'nchw' }],
  keras: [{}],
};

const runtimes = installedRuntimes();
afterAll(() => Promise.all(runtimes.map((runtime) => runtime.close())));

describe.each(runtimes.map((runtime) => [runtime.title, runtime] as const))('%s', (title, { format, open }) => {
  const ways = WAYS[format];
  // For PyTorch the size is stated, which the weights leave open.
  const sized = ({ shape }: Pick<Tensor, 'shape'>) => (format === 'keras' ? { inputShape: shape.slice(1) } : {});
  const executor = async (model: ShuffleNetModel, options: ExportOptions) =>
    open(await exportModel(model, format, options));

  test.each(RECORDINGS)('%s/%s gives the layers of %s', async (folder, file, keys, stated) => {
    const fixture = readFixture(fixtureBytes(`${folder}/${keys}`), keys);
    const model = await loadFixture(`${folder}/${file}`, { ...stated, ...sized(fixture.input) });
    for (const options of ways) {
      const parity = await checkParity(model, fixture, { executor: await executor(model, options) });
      // Its version stands between the words.
      expect(parity.executor.replace(/ [\d.]+/g, '')).toBe(title);
      expect([JSON.stringify(options), parity.failures]).toEqual([JSON.stringify(options), []]);
      expect(parity.layers.length).toBeGreaterThan(10);
    }
  });

  test.each(NETWORKS)('%j gives every layer within what float32 is off by', async (differing) => {
    const model = await randomModel({ ...SMALL, ...differing });
    const [height, width, channels] = model.settings.inputShape;
    // Odd at every halving: PyTorch averages open sizes wrongly otherwise (docs/exports.md).
    const input = noise([2, height ?? 33, width ?? 65, channels!]);
    const expected = expectedRun(model, input);
    for (const options of ways) {
      const made = await executor(model, options);
      const layers = model.network.layers.map((layer) => layer.name).filter((layer) => made.layers.has(layer));
      expect(layers.length).toBeGreaterThan(10);
      expectWithin(await made.run(input, layers), expected);
    }
  });

  test('all 360 digits get the class that Keras gave them', async () => {
    const { images, softmax } = digits();
    const model = await loadFixture('trained-digits-g3/weights.h5', { pooling: 'avg', ...sized(images) });
    for (const options of ways) {
      const found = (await (await executor(model, options)).run(images)).get('softmax')!;
      expect(relativeError(found, softmax)).toBeLessThan(TOLERANCE);
      expect(classesOf(found)).toEqual(classesOf(softmax));
      expect(classesOf(found)).toHaveLength(360);
    }
  });
});

// A file without tests would be an error.
if (runtimes.length === 0) test('no runtime is named', ({ skip }) => skip());
