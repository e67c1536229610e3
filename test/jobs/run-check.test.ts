// `convert` with a run: the bytes as written are what is run, by a runtime that is given or by our own evaluation.
import { describe, expect, test } from 'vitest';
import { bytesSource } from '../../src/checkpoint/source.js';
import { type Tensor, tensor } from '../../src/core/tensor.js';
import { evaluator } from '../../src/evaluator/evaluator.js';
import { writeNpz } from '../../src/formats/npz.js';
import { type ConvertOptions, convert } from '../../src/jobs/convert.js';
import { loadModel } from '../../src/jobs/model.js';
import type { OpenRuntime } from '../../src/jobs/run-check.js';
import { executorFor } from '../../src/node/executors/index.js';
import { loadReference } from '../helpers/models.js';
import { asArrays, keras } from './material.js';

const G3 = await asArrays('k21-g3/weights.h5');
const ODD = await asArrays('k21-g3-odd/weights.h5');
const SIZED = { pooling: 'max', inputShape: [32, 32, 3] } as const;
const openRuntime: OpenRuntime = (format, files) => executorFor(format, files);

/** Converted, and checked in memory. */
async function checked(options: ConvertOptions, source = G3) {
  const conversion = await convert(source, options);
  return conversion.check(conversion.files);
}

/** A runtime that computes what the network computes, but for one layer. */
function runtime(change: (values: Float32Array) => void, only?: readonly string[]): OpenRuntime {
  return async () => {
    const executor = evaluator(await loadModel(G3, SIZED));
    const run = async (input: Tensor, observe: readonly string[] = []): Promise<Map<string, Tensor>> => {
      const outputs = new Map(await executor.run(input, observe));
      const fc = outputs.get('fc')!;
      const values = Float32Array.from(fc.data);
      change(values);
      outputs.set('fc', tensor(values, fc.shape));
      return only === undefined ? outputs : new Map([...outputs].filter(([name]) => only.includes(name)));
    };
    return { name: 'a runtime', run };
  };
}

describe('a run', () => {
  test.each([
    ['safetensors', 128],
    ['npz', 128],
    ['keras', 128],
    ['tfjs', 39],
    ['onnx', 50],
  ] as const)('of %s is of the layers that are left, within what float32 may be off by', async (to, count) => {
    const { level, verdict, run } = await checked({ ...SIZED, to, check: 'run', openRuntime });
    expect([level, verdict]).toEqual(['run', 'pass']);
    expect(run).toMatchObject({ input: 'noise', shape: [1, 32, 32, 3], gone: 128 - count, reference: null });
    expect(run!.layers).toHaveLength(count);
    expect(run!.executor).toMatch({ tfjs: /^tfjs-/, onnx: /^onnxruntime-/ }[to as 'tfjs'] ?? /^evaluator$/);
    expect(run!.worst!.share).toBe(Math.max(...run!.layers.map(({ share }) => share)));
    expect(run!.worst!.share).toBeLessThanOrEqual(1);
    expect(run!.worst!.share).toBeGreaterThan(0);
  });

  test('is of the layers that `verify` compares: of those that the graph says it has, whole or in pieces', async () => {
    const conversion = await convert(G3, { ...SIZED, to: 'tfjs', check: 'run', openRuntime });
    const executor = await executorFor('tfjs', conversion.files);
    const { run } = await conversion.check(conversion.files);
    expect(new Set(['input_1', ...run!.layers.map(({ layer }) => layer)])).toEqual(executor.layers);
  });

  test("in a runtime of the caller's is held as the check holds its own", async () => {
    const conversion = await convert(G3, { ...SIZED, to: 'onnx', check: 'run', openRuntime });
    const { run } = await conversion.check(conversion.files);
    expect(await conversion.heldRun(await executorFor('onnx', conversion.files))).toEqual(run);
    const off = await runtime((values) => {
      values[4]! += 1e-3;
    })('onnx', conversion.files);
    expect((await conversion.heldRun(off)).worst).toMatchObject({ layer: 'fc' });
  });

  test('fails where one layer is off, and says which; a passing one of the same runtime is not', async () => {
    const options = { ...SIZED, to: 'tfjs', check: 'run' } as const;
    const off = runtime((values) => {
      values[4]! += 1e-3;
    });
    const { verdict, run } = await checked({ ...options, openRuntime: off });
    expect([verdict, run!.worst!.layer]).toEqual(['fail', 'fc']);
    expect(run!.worst!.maxAbsError).toBeCloseTo(1e-3, 6);
    expect((await checked({ ...options, openRuntime: runtime(() => {}) })).verdict).toBe('pass');
  });

  test('that gives no layer shows nothing, and does not pass', async () => {
    const { verdict, run } = await checked({ ...SIZED, to: 'tfjs', check: 'run', openRuntime: runtime(() => {}, []) });
    expect([verdict, run!.worst]).toEqual(['fail', null]);
  });

  test('is not made where nothing can make it', async () => {
    await expect(checked({ ...SIZED, to: 'onnx', check: 'run' })).rejects.toMatchObject({ tag: 'Usage' });
  });

  test('takes pictures of the size of the article where the network takes any', async () => {
    const { run } = await checked({ pooling: 'max', to: 'npz', check: 'run' });
    expect(run!.shape).toEqual([1, 224, 224, 3]);
  });
});

describe('without a run', () => {
  test('nothing is read for the level none, and damage is an error for weights', async () => {
    const none = await convert(G3, { ...SIZED, to: 'npz', check: 'none' });
    expect(await none.check([])).toEqual({ level: 'none', verdict: 'pass', run: null });
    const weights = await convert(G3, { ...SIZED, to: 'npz', check: 'weights' });
    await expect(weights.check([])).rejects.toMatchObject({ tag: 'ExportReadBack' });
  });
});

describe('with a reference', () => {
  const arrays = loadReference('k21-g3-odd/reference.npz');

  test('its input is run, its layers are compared, and it tells the pooling', async () => {
    const reference = keras('k21-g3-odd/reference.npz');
    const conversion = await convert(ODD, { to: 'onnx', reference, openRuntime });
    expect(conversion.config.pooling).toBe('avg');
    const { level, verdict, run } = await conversion.check(conversion.files);
    expect([level, verdict]).toEqual(['run', 'pass']);
    expect(run).toMatchObject({ input: 'reference', shape: [2, 33, 47, 3] });
    // Folded layers are in the file no more, so Keras's 68 are not all compared.
    expect(run!.reference).toMatchObject({ verdict: 'pass', reason: null });
    expect(run!.reference!.layers).toHaveLength(50);
  });

  test('a layer that was recorded otherwise fails, although the file is the network', async () => {
    const fc = arrays.get('fc')!;
    const wrong = tensor(
      Float32Array.from(fc.data, (value) => value + 0.1),
      fc.shape,
    );
    const recorded = ['input', 'global_pool'].map((key) => [key, arrays.get(key)!] as const);
    const reference = bytesSource('wrong.npz', writeNpz([...recorded, ['fc', wrong]]));
    const { verdict, run } = await checked({ to: 'npz', pooling: 'avg', reference }, ODD);
    expect(verdict).toBe('fail');
    expect(run!.worst!.share).toBeLessThan(1);
    expect(run!.reference).toMatchObject({ verdict: 'fail', reason: expect.stringMatching(/^fc: /) });
  });

  test('the pooling is asked where it does not tell', async () => {
    const recorded = ['input', 'conv1'].map((key) => [key, arrays.get(key)!] as const);
    const reference = bytesSource('some.npz', writeNpz(recorded));
    await expect(convert(ODD, { to: 'npz', reference })).rejects.toMatchObject({ tag: 'Undecided' });
  });
});
