// Exported models in the runtimes that are installed, and what is said of those that are not.
import { describe, expect, test } from 'vitest';
import { exportModel } from '../../src/export/export.js';
import { executorFor, type RuntimeName } from '../../src/node/executors/index.js';
import { expectedRun, expectWithin } from '../helpers/expected-run.js';
import { loadFixture, loadReference } from '../helpers/models.js';
import { layersIn } from '../helpers/ort.js';

const digits = () => loadFixture('trained-digits-g3/weights.h5', { pooling: 'avg' });
const images = () => loadReference('trained-digits-g3/reference.npz').get('input')!;

describe('an export', () => {
  test.each([
    ['onnx', { fold: false }, /^onnxruntime-web \d/],
    ['onnx', { inputLayout: 'nchw' }, /^onnxruntime-web \d/],
    ['tfjs', {}, /^tfjs-wasm \d/],
  ] as const)('to %s %j gives every layer that it holds', async (format, options, name) => {
    const model = await digits();
    const files = await exportModel(model, format, options);
    const executor = await executorFor(format, files);
    expect(executor.name).toMatch(name);
    const layers = model.network.layers.map((layer) => layer.name).filter((layer) => executor.layers.has(layer));
    if (format === 'onnx') expect(layers).toEqual(layersIn(files[0]!.bytes, model.network.layers));
    else expect(layers).toHaveLength(model.network.layers.length);
    const expected = expectedRun(model, images());
    const found = await executor.run(images(), layers);
    expect([...found.keys()]).toEqual(layers);
    expectWithin(found, expected);
    expect([...(await executor.run(images())).keys()]).toEqual(['softmax']);
  });
});

describe('a runtime that is not installed', () => {
  test('is missed by the import itself', async () => {
    const files = await exportModel(await digits(), 'tfjs');
    await expect(executorFor('tfjs', files, { runtime: 'tfjs-node' })).rejects.toThrow('tfjs-node is not installed');
  });

  test('does not run another format', async () => {
    const files = await exportModel(await digits(), 'tfjs');
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
    const files = await exportModel(await digits(), 'onnx');
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
    const files = await exportModel(await digits(), format);
    await expect(executorFor(format, files, { runtime, load })).rejects.toMatchObject({
      tag: 'RuntimeMissing',
      runtime,
      explanation: { next },
    });
  });
});
