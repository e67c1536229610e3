// `verify` on exported models, and on weights in a runtime of choice: the real runtimes, the digits that Keras recorded.
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeText } from '../../src/core/bytes.js';
import { sizeOf } from '../../src/core/tensor.js';
import { exportModel } from '../../src/export/export.js';
import type { ExportFile } from '../../src/export/files.js';
import { type GraphProto, integer, MODEL, type NodeProto, type TensorProto } from '../../src/export/onnx/messages.js';
import { encodeMessage } from '../../src/export/onnx/protobuf.js';
import { writeNpz } from '../../src/formats/npz.js';
import type { ShuffleNetModel } from '../../src/shufflenet/load.js';
import { loadFixture, loadReference } from '../helpers/models.js';
import { onnxProto } from '../helpers/ort.js';
import { type Folder, keras, newFolder, shuffleport } from './shell.js';

const WEIGHTS = keras('trained-digits-g3/weights.h5');
const REFERENCE = keras('trained-digits-g3/reference.npz');
const KERNEL = 'stage3/block2/1x1_gconv_1/concat';

let folder: Folder;
let model: ShuffleNetModel;
beforeAll(async () => {
  folder = newFolder();
  model = await loadFixture('trained-digits-g3/weights.h5', { pooling: 'avg' });
});
afterAll(() => folder.remove());

/** What `verify` answers as JSON, its exit code with it. */
async function verified(file: string, ...flags: string[]) {
  const { code, out } = await shuffleport(['verify', file, '-r', REFERENCE, '--json', ...flags]);
  return { code, ...JSON.parse(out) };
}

async function onnx(fold: boolean): Promise<Uint8Array> {
  return (await exportModel(model, 'onnx', { fold }))[0]!.bytes;
}

function writeGraph(name: string, files: readonly ExportFile[]): string {
  mkdirSync(folder.at(name));
  for (const file of files) writeFileSync(join(folder.at(name), file.name), file.bytes);
  return folder.at(name);
}

/** Where a constant begins: one lies behind the other. */
function placeOf(json: ExportFile, name: string): number {
  const { weightsManifest } = JSON.parse(decodeText(json.bytes));
  const specs: { name: string; shape: number[] }[] = weightsManifest[0].weights;
  const at = specs.findIndex((spec) => spec.name === name);
  expect(at).toBeGreaterThan(0);
  return specs.slice(0, at).reduce((bytes, { shape }) => bytes + 4 * sizeOf(shape), 0);
}

/** The model with another graph. */
function regraphed(bytes: Uint8Array, change: (graph: GraphProto) => GraphProto): Uint8Array {
  const proto = onnxProto(bytes);
  return encodeMessage(MODEL, { ...proto, graph: change(proto.graph!) });
}

/** One of `items` replaced; it must be there. */
function replaced<T extends { readonly name?: string }>(
  items: readonly T[],
  name: string,
  change: (item: T) => T,
): T[] {
  expect(items.filter((item) => item.name === name)).toHaveLength(1);
  return items.map((item) => (item.name === name ? change(item) : item));
}

/** The constant with one value a tenth larger. */
function heavier(constant: TensorProto): TensorProto {
  const bytes = constant.raw_data!.slice();
  const view = new DataView(bytes.buffer);
  view.setFloat32(20, view.getFloat32(20, true) * 1.1, true);
  return { ...constant, raw_data: bytes };
}

describe('an exported model', () => {
  test.each([
    [true, 50],
    [false, 68],
  ])('in ONNX, folded: %s, passes in its layers', async (fold, count) => {
    const file = folder.write(`model-${fold}.onnx`, await onnx(fold));
    const result = await verified(file);
    expect(result).toMatchObject({ code: 0, verdict: 'pass', pooling: { decision: 'avg', source: 'metadata' } });
    expect(result.executor).toMatch(/^onnxruntime-web \d/);
    expect(result.layers).toHaveLength(count);
    expect(result.notes.map(({ id }: { id: string }) => id).includes('not-in-export')).toBe(fold);
    expect(result.certificate.hashes.checkpoint).toEqual([{ name: file, sha256: expect.stringMatching(/^\w{64}$/) }]);
  });

  test('in TensorFlow.js, named by its folder, passes in every layer', async () => {
    const path = writeGraph('tfjs', await exportModel(model, 'tfjs', { fold: false }));
    const { code, out } = await shuffleport(['verify', path, '-r', REFERENCE]);
    expect([code, out]).toEqual([0, expect.stringMatching(/^PASS .*model\.json: 68 layers compared/)]);
    expect(out).toMatch(/^run by tfjs-wasm 4\S+: \d.* of 12 sigma at most \(/m);
    const { executor, layers, certificate } = await verified(path, '--executor', 'evaluator');
    expect([executor, layers.length]).toEqual(['evaluator', 68]);
    expect(certificate.hashes.checkpoint.map(({ name }: { name: string }) => basename(name))).toEqual([
      'model.json',
      'group1-shard1of1.bin',
    ]);
  });

  test('in the engine is what its weights give, in the layers that are still there', async () => {
    const result = await verified(folder.write('folded.onnx', await onnx(true)), '--executor', 'engine');
    expect(result).toMatchObject({ code: 0, verdict: 'pass', executor: expect.stringMatching(/^engine/) });
    expect(result.layers).toHaveLength(50);
  });

  test('in TensorFlow.js, folded, passes in the layers that it names', async () => {
    const result = await verified(writeGraph('folded', await exportModel(model, 'tfjs')));
    expect(result).toMatchObject({ code: 0, verdict: 'pass', executor: expect.stringMatching(/^tfjs-wasm/) });
    expect(result.layers.length).toBeGreaterThan(30);
    expect(result.notes.map(({ id }: { id: string }) => id)).toContain('not-in-export');
  });

  test.each([
    [false, 'stage3/block2/1x1_dwconv_1'],
    [true, 'stage3/block2/bn_dwconv_1'],
  ])('in TensorFlow.js that holds another weight, folded: %s, is found out at its layer', async (fold, layer) => {
    const [json, shard] = await exportModel(model, 'tfjs', { fold });
    const damaged = shard!.bytes.slice();
    new DataView(damaged.buffer).setFloat32(placeOf(json!, `${layer}/depthwise_kernel`), 1, true);
    const path = writeGraph(`damaged-${fold}`, [json!, { ...shard!, bytes: damaged }]);
    const result = await verified(path);
    expect(result).toMatchObject({ code: 1, verdict: 'fail', sources: [layer], firstFailure: { check: 'own' } });
  });

  test.each([
    [false, `${KERNEL}/kernel`, KERNEL],
    [true, 'stage3/block2/bn_gconv_1/kernel', 'stage3/block2/bn_gconv_1'],
  ])('that holds another weight, folded: %s, is found out at its layer', async (fold, constant, layer) => {
    const bytes = regraphed(await onnx(fold), (graph) => {
      return { ...graph, initializer: replaced(graph.initializer!, constant, heavier) };
    });
    const result = await verified(folder.write(`weight-${fold}.onnx`, bytes));
    expect(result).toMatchObject({ code: 1, verdict: 'fail', sources: [layer], firstFailure: { check: 'own' } });
  });

  test('that computes something else from right weights is found out at its layer', async () => {
    const counting = (node: NodeProto): NodeProto => ({
      ...node,
      attribute: [
        ...node.attribute!.filter(({ name }) => name !== 'count_include_pad'),
        integer('count_include_pad', 1),
      ],
    });
    const bytes = regraphed(await onnx(true), (graph) => {
      return { ...graph, node: replaced(graph.node!, 'stage3/block1/avg_pool', counting) };
    });
    const file = folder.write('pool.onnx', bytes);
    const result = await verified(file);
    const firstFailure = { layer: 'stage3/block1/avg_pool', check: 'free-run' };
    expect(result).toMatchObject({ code: 1, verdict: 'fail', firstFailure });
    expect(await verified(file, '--executor', 'evaluator')).toMatchObject({ code: 0, verdict: 'pass' });
  });

  test('that has none of the recorded layers is told, not passed', async () => {
    const arrays = loadReference('trained-digits-g3/reference.npz');
    const folded = 'stage2/block1/1x1_gconv_1';
    const some = writeNpz(['input', folded].map((key) => [key, arrays.get(key)!] as const));
    const flags = ['verify', folder.write('none.onnx', await onnx(true)), '-r', folder.write('some.npz', some)];
    const { code, out } = await shuffleport([...flags, '--json']);
    expect([code, JSON.parse(out).error]).toMatchObject([3, { tag: 'NothingCompared', found: folded }]);
  });

  test('that the runtime refuses is told', async () => {
    const bytes = regraphed(await onnx(true), (graph) => ({
      ...graph,
      node: replaced(graph.node!, 'softmax', (node) => ({ ...node, op_type: 'Softmaxi' })),
    }));
    const { code, err } = await shuffleport(['verify', folder.write('odd.onnx', bytes), '-r', REFERENCE]);
    expect([code, err]).toEqual([3, expect.stringMatching(/onnxruntime-web \S+ cannot run the model.*Softmaxi/s)]);
  });

  test.each([
    [['-r', REFERENCE, '--executor', 'tfjs'], 'tfjs does not run onnx'],
    [['-r', REFERENCE, '--repro', 'repro.npz'], '--repro shows what the evaluator computes'],
    [[], 'held against recorded outputs only'],
  ])('with %j is refused', async (flags, words) => {
    const file = folder.write('refused.onnx', await onnx(true));
    const { code, err } = await shuffleport(['verify', file, ...flags]);
    expect([code, err]).toEqual([2, expect.stringContaining(words)]);
  });
});

describe('weights', () => {
  test.each([
    ['evaluator', /^evaluator$/],
    ['engine', /^engine, (relaxed )?SIMD, 1 thread$/],
    ['onnxruntime', /^onnxruntime-web \d/],
    ['tfjs', /^tfjs-wasm \d/],
  ])('run by %s in every recorded layer', async (executor, name) => {
    const result = await verified(WEIGHTS, '--pooling', 'avg', '--executor', executor);
    expect(result).toMatchObject({ code: 0, verdict: 'pass', executor: expect.stringMatching(name) });
    expect(result.layers).toHaveLength(68);
    expect(result.certificate.options).toMatchObject({ executor });
    expect(result.notes.map(({ id }: { id: string }) => id)).not.toContain('not-in-export');
  });

  test('are tried with both poolings where nobody states one', async () => {
    const weights = keras('k21-g3-odd/weights.h5');
    const flags = ['-r', keras('k21-g3-odd/reference.npz'), '--executor', 'tfjs', '--json'];
    const { code, out } = await shuffleport(['verify', weights, ...flags]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ verdict: 'pass', pooling: { decision: 'avg', source: 'reference' } });
  });

  test('with a runtime that is not installed, or nothing recorded, are refused', async () => {
    const missing = await shuffleport(['verify', WEIGHTS, '-r', REFERENCE, '--executor', 'tfjs-node']);
    expect([missing.code, missing.err]).toEqual([2, expect.stringContaining('npm install @tensorflow/tfjs-node')]);
    const alone = await shuffleport(['verify', WEIGHTS, '--executor', 'tfjs']);
    expect([alone.code, alone.err]).toEqual([2, expect.stringContaining('--executor needs recorded outputs')]);
  });
});
