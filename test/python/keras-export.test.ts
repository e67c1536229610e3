// `.keras` exports loaded by real Keras, on every backend that is there, where SHUFFLEPORT_KERAS_PYTHON names a Python that
// has it (.ci/steps/80-keras.sh): what they compute, and that they are the same network once Keras has saved them again.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { bytesSource } from '../../src/checkpoint/source.js';
import type { Tensor } from '../../src/core/tensor.js';
import { exportModel } from '../../src/export/export.js';
import { readNpy, writeNpy } from '../../src/formats/npy.js';
import { loadModel } from '../../src/jobs/model.js';
import type { ShuffleNetModel } from '../../src/shufflenet/load.js';
import { DEFAULT_SETTINGS, type ShuffleNetSettings } from '../../src/shufflenet/settings.js';
import { expectedRun, expectWithin } from '../helpers/expected-run.js';
import { classesOf, digits, SMALL } from '../helpers/exports.js';
import { backendsOf } from '../helpers/installed.js';
import { loadFixture, noise, randomModel } from '../helpers/models.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { findPython } from './run.js';

const named = process.env.SHUFFLEPORT_KERAS_PYTHON;
const found = named === undefined ? 'SHUFFLEPORT_KERAS_PYTHON names none' : findPython(named, ['keras', 'numpy']);
const python = typeof found === 'string' ? { command: '', name: `no Keras: ${found}` } : found;
const backends = typeof found === 'string' ? [] : backendsOf(python.command);

/** A network, and how many images it is run on, by the file's name. */
const CASES: Readonly<Record<string, [Partial<ShuffleNetSettings>, number]>> = {
  g1: [{ groups: 1, scaleFactor: 0.5 }, 1],
  'g2-no-top': [{ groups: 2, scaleFactor: 1, includeTop: false }, 3],
  g3: [{ groups: 3, pooling: 'avg' }, 3],
  'g3-late': [{ groups: 3, slices: 'last' }, 1],
  'g4-grey': [{ groups: 4, scaleFactor: 1, inputShape: [28, 33, 1] }, 1],
  'g8-maps': [{ groups: 8, includeTop: false, pooling: null }, 3],
  'g3-any-size': [{ groups: 3, inputShape: [null, null, 3] }, 3],
  'g8-any-width-maps': [{ groups: 8, inputShape: [33, null, 3], includeTop: false, pooling: null }, 1],
  'g3-biases': [{ groups: 3, revision: { ...DEFAULT_SETTINGS.revision, convBias: true } }, 1],
};

const models = new Map<string, ShuffleNetModel>();
const inputs = new Map<string, Tensor<Float32Array>>();
beforeAll(async () => {
  if (backends.length === 0) return;
  for (const [name, [differing, batch]] of Object.entries(CASES)) {
    const model = await randomModel({ ...SMALL, ...differing });
    models.set(name, model);
    const [height, width, channels] = model.settings.inputShape;
    // Odd at every halving: PyTorch averages open sizes wrongly otherwise (docs/exports.md).
    inputs.set(name, noise([batch, height ?? 33, width ?? 33, channels!]));
  }
  models.set('digits', await loadFixture('trained-digits-g3/weights.h5', { pooling: 'avg', inputShape: [32, 32, 3] }));
  inputs.set('digits', digits().images);
});

// A file without tests would be an error.
test.runIf(backends.length > 0)(`there is a Keras to load them: ${python.name}`, () => {
  expect(backends).toContain('tensorflow');
});

describe.each(backends)(`${python.name} on %s`, (backend) => {
  const folder = temporaryFolder('keras');
  const told = new Map<string, { backend: string; name: string; classes: string[] }>();
  const written = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder(), name)));

  beforeAll(async () => {
    for (const [name, model] of models) {
      writeFileSync(join(folder(), `${name}.keras`), (await exportModel(model, 'keras'))[0]!.bytes);
      writeFileSync(join(folder(), `${name}.npy`), writeNpy(inputs.get(name)!));
    }
    const script = fileURLToPath(new URL('check_keras.py', import.meta.url));
    const env = { ...process.env, KERAS_BACKEND: backend, TF_CPP_MIN_LOG_LEVEL: '3' };
    const { status, stdout, stderr } = spawnSync(python.command, [script, folder()], { encoding: 'utf8', env });
    expect([status, stderr]).toEqual([0, expect.not.stringContaining('Traceback')]);
    for (const line of stdout.split('\n').filter((text) => text.startsWith('{'))) {
      const { file, ...rest } = JSON.parse(line);
      told.set(file, rest);
    }
  }, 600_000);

  test.each(Object.keys(CASES))('%s loads in safe mode, of built-in layers, and computes what it should', (name) => {
    const model = models.get(name)!;
    expect(told.get(`${name}.keras`)).toMatchObject({ backend, name: model.network.name });
    expect(told.get(`${name}.keras`)!.classes.filter((layer) => !layer.startsWith('keras.'))).toEqual([]);
    const output = readNpy(written(`${name}.out.npy`), name).tensor;
    expectWithin(new Map([[model.network.output, output]]), expectedRun(model, inputs.get(name)!));
  });

  test.each([...Object.keys(CASES), 'digits'])('%s is the same network once Keras has saved it again', async (name) => {
    const { settings, weights } = models.get(name)!;
    const source = bytesSource('again.keras', written(`${name}.again.keras`));
    const again = await loadModel(source, {});
    // The groups of late slices are told by the architecture alone now: Keras keeps no settings of ours.
    // Without a top nothing tells the number of classes.
    expect({ ...again.settings, ...(settings.includeTop ? {} : { classes: 10 }) }).toEqual(settings);
    expect([...again.weights]).toEqual([...weights]);
  });

  test('all 360 digits are classified as Keras 2.1 did', () => {
    const classes = classesOf(readNpy(written('digits.out.npy'), 'digits').tensor);
    expect(classes).toEqual(classesOf(digits().softmax));
    expect(classes).toHaveLength(360);
  });
});
