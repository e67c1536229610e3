// Exported models in the runtimes that are installed, and what is said of those that are not.
import util from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { exportModel } from '../../src/export/export.js';
import type { ExportFormat } from '../../src/export/files.js';
import { executorFor, type RuntimeName } from '../../src/node/executors/index.js';
import type { ShuffleNetModel } from '../../src/shufflenet/load.js';
import { expectedRun, expectWithin } from '../helpers/expected-run.js';
import { loadFixture, loadReference } from '../helpers/models.js';
import { layersIn } from '../helpers/ort.js';
import { runningTimers } from '../helpers/timers.js';

let model: ShuffleNetModel;
beforeAll(async () => {
  model = await loadFixture('trained-digits-g3/weights.h5', { pooling: 'avg' });
});

const exported = (format: ExportFormat) => exportModel(model, format);
const images = () => loadReference('trained-digits-g3/reference.npz').get('input')!;

describe('an export', () => {
  test.each([
    ['onnx', { fold: false }, /^onnxruntime-web \d/],
    ['onnx', { inputLayout: 'nchw' }, /^onnxruntime-web \d/],
    ['tfjs', { fold: false }, /^tfjs-wasm \d/],
    ['tfjs', {}, /^tfjs-wasm \d/],
  ] as const)('to %s %j gives every layer that it holds', async (format, options, name) => {
    const files = await exportModel(model, format, options);
    const executor = await executorFor(format, files);
    expect(executor.name).toMatch(name);
    // The first convolution, 3 x 3 over 3 channels, is short; the longest are over all channels of a group, or of all groups.
    if ('fold' in options) expect(executor.biasedTerms).toBe(0);
    else expect(executor.biasedTerms).toBeGreaterThan(27);
    const layers = model.network.layers.map((layer) => layer.name).filter((layer) => executor.layers.has(layer));
    if (format === 'onnx') expect(layers).toEqual(layersIn(files[0]!.bytes, model.network.layers));
    else expect(layers.length).toBeGreaterThan('fold' in options ? 80 : 30);
    const expected = expectedRun(model, images());
    const found = await executor.run(images(), layers);
    expect([...found.keys()]).toEqual(layers);
    expectWithin(found, expected);
    expect([...(await executor.run(images())).keys()]).toEqual(['softmax']);
  });
});

describe('a runtime that is not installed', () => {
  test('is missed by the import itself', async () => {
    const files = await exported('tfjs');
    await expect(executorFor('tfjs', files, { runtime: 'tfjs-node' })).rejects.toThrow('tfjs-node is not installed');
  });

  test('does not run another format', async () => {
    const files = await exported('tfjs');
    await expect(executorFor('tfjs', files, { runtime: 'onnxruntime' })).rejects.toMatchObject({
      tag: 'Usage',
      explanation: { expected: 'tfjs or tfjs-node' },
    });
  });

  test('is not one that is there and fails', async () => {
    const broken = async (name: string) => {
      throw Object.assign(new Error(`Cannot find package 'long' imported from ${name}`), {
        code: 'ERR_MODULE_NOT_FOUND',
      });
    };
    const files = await exported('onnx');
    await expect(executorFor('onnx', files, { load: broken })).rejects.toThrow("Cannot find package 'long'");
  });

  const load = async (name: string): Promise<never> => {
    throw Object.assign(new Error(`Cannot find package '${name}' imported from here`), {
      code: 'ERR_MODULE_NOT_FOUND',
    });
  };

  test.each<[RuntimeName, string]>([
    ['onnxruntime', 'npm install onnxruntime-web'],
    ['tfjs', 'npm install @tensorflow/tfjs-core @tensorflow/tfjs-converter @tensorflow/tfjs-backend-wasm'],
    ['tfjs-node', 'npm install @tensorflow/tfjs-node'],
  ])('%s: what to install is told', async (runtime, next) => {
    const format = runtime === 'onnxruntime' ? 'onnx' : 'tfjs';
    const files = await exported(format);
    await expect(executorFor(format, files, { runtime, load })).rejects.toMatchObject({
      tag: 'RuntimeMissing',
      runtime,
      explanation: { next },
    });
  });
});

describe('of the packages that are there', () => {
  /** Only these packages, as a module of CommonJS is imported. */
  const only =
    (packages: Readonly<Record<string, object>>) =>
    async (name: string): Promise<unknown> => {
      if (packages[name] !== undefined) return { default: packages[name] };
      throw Object.assign(new Error(`Cannot find package '${name}'`), { code: 'MODULE_NOT_FOUND' });
    };
  /** TensorFlow.js with one backend; asked for another, it refuses as the real one does. */
  const tfjs = (backend: string) => ({
    version_core: '4.0.0',
    setBackend: async (name: string) => {
      if (name !== backend) throw new Error(`Backend name '${name}' not found in registry`);
      return true;
    },
  });
  const parts = (backend: string) => ({ '@tensorflow/tfjs-core': tfjs(backend), '@tensorflow/tfjs-converter': {} });
  const ort = (versions: object) => ({ env: { wasm: {}, versions } });

  test.each<[RuntimeName, Readonly<Record<string, object>>, string]>([
    ['tfjs', { ...parts('wasm'), '@tensorflow/tfjs-backend-wasm': {} }, 'tfjs-wasm 4.0.0'],
    ['tfjs', { ...parts('cpu'), '@tensorflow/tfjs-backend-cpu': {} }, 'tfjs-cpu 4.0.0'],
    ['tfjs', { '@tensorflow/tfjs': tfjs('cpu') }, 'tfjs-cpu 4.0.0'],
    ['tfjs-node', { '@tensorflow/tfjs-node': { version: { 'tfjs-node': '4.0.0' } } }, 'tfjs-node 4.0.0'],
    ['onnxruntime', { 'onnxruntime-web': ort({ web: '1.20.0' }) }, 'onnxruntime-web 1.20.0'],
    [
      'onnxruntime',
      { 'onnxruntime-web': ort({ web: '1.20.0' }), 'onnxruntime-node': ort({ node: '1.30.0' }) },
      'onnxruntime-node 1.30.0',
    ],
  ])('%s takes the best: %o', async (runtime, packages, name) => {
    const format = runtime === 'onnxruntime' ? 'onnx' : 'tfjs';
    const files = await exported(format);
    expect(await executorFor(format, files, { runtime, load: only(packages) })).toMatchObject({ name });
  });

  test('the event loop is awake while a runtime may compile', async () => {
    const before = runningTimers();
    const during: number[] = [];
    const failing = async () => {
      await undefined;
      during.push(runningTimers());
      throw new Error('no model');
    };
    const web = { ...ort({ web: '1.20.0' }), InferenceSession: { create: failing } };
    const backend = { ...tfjs('wasm'), setBackend: async () => during.push(runningTimers()) > 0 };
    const packages = { 'onnxruntime-web': web, '@tensorflow/tfjs': backend };
    const executor = await executorFor('onnx', await exported('onnx'), { load: only(packages) });
    await expect(executor.run(images())).rejects.toMatchObject({ tag: 'RuntimeFailed' });
    await executorFor('tfjs', await exported('tfjs'), { load: only(packages) });
    expect(during).toEqual([before + 1, before + 1]);
    expect(runningTimers()).toBe(before);
  });

  test('a backend that does not run here is told', async () => {
    const files = await exported('tfjs');
    const load = only({ '@tensorflow/tfjs': tfjs('webgl') });
    await expect(executorFor('tfjs', files, { load })).rejects.toMatchObject({ tag: 'RuntimeMissing' });
  });

  test('tfjs-node finds the function that Node 23 took away', async () => {
    const files = await exported('tfjs');
    const had = Object.getOwnPropertyDescriptor(util, 'isNullOrUndefined');
    Reflect.deleteProperty(util, 'isNullOrUndefined');
    const load = only({ '@tensorflow/tfjs-node': { version: {} } });
    await executorFor('tfjs', files, { runtime: 'tfjs-node', load });
    const { isNullOrUndefined } = util as { isNullOrUndefined?: (value: unknown) => boolean };
    expect([null, undefined, 0, ''].map((value) => isNullOrUndefined?.(value))).toEqual([true, true, false, false]);
    Reflect.deleteProperty(util, 'isNullOrUndefined');
    if (had !== undefined) Object.defineProperty(util, 'isNullOrUndefined', had);
  });
});
