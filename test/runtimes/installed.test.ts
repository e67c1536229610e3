// Exports in runtimes that are no development dependencies, where SHUFFLEPORT_TFJS_NODE and SHUFFLEPORT_ONNXRUNTIME_NODE
// name the folders they are installed in (test/runtimes/run.sh): against Keras's recordings and the error expected of float32.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exportModel } from '../../src/export/export.js';
import type { ExportOptions } from '../../src/export/options.js';
import { executorFor, type RunnableFormat, type RuntimeName } from '../../src/node/executors/index.js';
import { readFixture } from '../../src/parity/fixture.js';
import { checkParity } from '../../src/parity/verify.js';
import type { ShuffleNetModel } from '../../src/shufflenet/load.js';
import { DEFAULT_SETTINGS, type ShuffleNetSettings } from '../../src/shufflenet/settings.js';
import { expectedRun, expectWithin } from '../helpers/expected-run.js';
import { RECORDINGS, SMALL } from '../helpers/exports.js';
import { fixtureBytes, loadFixture, noise, randomModel } from '../helpers/models.js';

/** Networks that Keras recorded nothing of. */
const NETWORKS: readonly Partial<ShuffleNetSettings>[] = [
  { groups: 1 },
  { groups: 4, scaleFactor: 1, inputShape: [28, 33, 1] },
  { groups: 8, includeTop: false, pooling: null },
  { groups: 3, revision: { ...DEFAULT_SETTINGS.revision, convBias: true }, inputShape: [null, null, 3] },
];

/** A runtime, the folder it is in, and every way a model is written for it. */
const RUNS: readonly [RuntimeName, RegExp, string | undefined, RunnableFormat, readonly ExportOptions[]][] = [
  ['tfjs-node', /^tfjs-node 4/, process.env.SHUFFLEPORT_TFJS_NODE, 'tfjs', [{}, { fold: false }]],
  [
    'onnxruntime',
    /^onnxruntime-node 1/,
    process.env.SHUFFLEPORT_ONNXRUNTIME_NODE,
    'onnx',
    [{}, { fold: false }, { inputLayout: 'nchw' }, { fold: false, inputLayout: 'nchw' }],
  ],
];

describe.each(RUNS)('%s', (runtime, name, home, format, ways) => {
  const load = async (wanted: string): Promise<unknown> => createRequire(join(home!, 'package.json'))(wanted);
  const executor = async (model: ShuffleNetModel, options: ExportOptions) =>
    executorFor(format, await exportModel(model, format, options), { runtime, load });

  test.skipIf(home === undefined).each(RECORDINGS)(
    '%s/%s gives the layers of %s',
    async (folder, file, keys, stated) => {
      const model = await loadFixture(`${folder}/${file}`, stated);
      const fixture = readFixture(fixtureBytes(`${folder}/${keys}`), keys);
      for (const options of ways) {
        const parity = await checkParity(model, fixture, { executor: await executor(model, options) });
        expect(parity.executor).toMatch(name);
        expect([JSON.stringify(options), parity.failures]).toEqual([JSON.stringify(options), []]);
        expect(parity.layers.length).toBeGreaterThan(10);
      }
    },
  );

  test.skipIf(home === undefined).each(NETWORKS)(
    '%j gives every layer within what float32 is off by',
    async (differing) => {
      const model = await randomModel({ ...SMALL, ...differing });
      const [height, width, channels] = model.settings.inputShape;
      const input = noise([2, height ?? 40, width ?? 29, channels!]);
      const expected = expectedRun(model, input);
      for (const options of ways) {
        const made = await executor(model, options);
        const layers = model.network.layers.map((layer) => layer.name).filter((layer) => made.layers.has(layer));
        expect(layers.length).toBeGreaterThan(10);
        expectWithin(await made.run(input, layers), expected);
      }
    },
  );
});
