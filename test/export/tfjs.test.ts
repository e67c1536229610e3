// The graph model of TensorFlow.js as files: names, shards and constants. What it computes is in test/runtimes.
import { beforeAll, describe, expect, test } from 'vitest';
import { bytesOf, concatBytes, equalBytes } from '../../src/core/bytes.js';
import { ExportReadBackError } from '../../src/export/errors.js';
import { exportModel, verifyExport } from '../../src/export/export.js';
import type { ExportFile } from '../../src/export/files.js';
import { type GraphModelJson, graphOf, toGraphModel } from '../../src/export/tfjs/graph.js';
import type { GraphNode } from '../../src/export/tfjs/nodes.js';
import { input, networkOf, shuffleChannels } from '../../src/network/symbolic.js';
import type { ShuffleNetModel } from '../../src/shufflenet/load.js';
import { loadFixture } from '../helpers/models.js';
import { shuffleOrders } from '../helpers/numpy-fixtures.js';

/** Every Keras layer a node of its own. */
const PLAIN = { fold: false } as const;

let model: ShuffleNetModel;
let files: ExportFile[];
let json: GraphModelJson;
beforeAll(async () => {
  model = await loadFixture('k21-g3/weights.h5', { pooling: 'max', inputShape: [32, null, 3] });
  files = await exportModel(model, 'tfjs', PLAIN);
  json = parse(files);
});

describe('model.json', () => {
  test('stands before the shards and is a graph model made by this program', () => {
    expect(files.map(({ name }) => name)).toEqual(['model.json', 'group1-shard1of1.bin']);
    expect(json).toMatchObject({ format: 'graph-model', generatedBy: 'shuffleport', convertedBy: null });
    expect(json.modelTopology.versions).toEqual({ producer: 1 });
  });

  test('gives every Keras layer a node of its own name, after the nodes it takes', () => {
    const names = json.modelTopology.node.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(model.network.layers.map(({ name }) => name)));
    for (const [at, { input: taken }] of json.modelTopology.node.entries()) {
      for (const name of taken) expect(names.indexOf(name)).toBeLessThan(at);
      for (const name of taken) expect(names).toContain(name);
    }
  });

  test('ends conv1, which has its activation inside, in a relu', () => {
    expect(node('conv1')).toMatchObject({ op: 'Relu', input: ['conv1/Conv2D'] });
    expect(node('conv1/Conv2D')).toMatchObject({ op: 'Conv2D', input: ['input_1', 'conv1/kernel'] });
  });

  test('writes integers as text and text as base64, as protobuf does', () => {
    expect(node('maxpool1').attr).toEqual({
      ksize: { list: { i: ['1', '3', '3', '1'] } },
      strides: { list: { i: ['1', '2', '2', '1'] } },
      padding: { s: 'U0FNRQ==' },
      data_format: { s: 'TkhXQw==' },
    });
    expect(node('input_1').attr).toEqual({
      dtype: { type: 'DT_FLOAT' },
      shape: { shape: { dim: [{ size: '-1' }, { size: '32' }, { size: '-1' }, { size: '3' }] } },
    });
  });

  test('runs batch normalization as inference with Keras’s epsilon', () => {
    const normalization = node('stage2/block1/bn_gconv_1');
    expect(normalization).toMatchObject({
      op: 'FusedBatchNormV3',
      attr: { is_training: { b: false }, epsilon: { f: 1e-3 } },
    });
    const weights = ['gamma', 'beta', 'moving_mean', 'moving_variance'];
    expect(normalization.input.slice(1)).toEqual(weights.map((role) => `stage2/block1/bn_gconv_1/${role}`));
  });

  test('names input and output in its signature', () => {
    expect(json.signature).toEqual({
      inputs: { input_1: { name: 'input_1:0', dtype: 'DT_FLOAT', tensorShape: node('input_1').attr.shape!.shape } },
      outputs: {
        softmax: { name: 'softmax:0', dtype: 'DT_FLOAT', tensorShape: { dim: [{ size: '-1' }, { size: '10' }] } },
      },
    });
  });

  test('carries the settings', () => {
    expect(json.userDefinedMetadata.shuffleport).toEqual({
      version: 1,
      network: 'ShuffleNet v1',
      settings: JSON.parse(JSON.stringify(model.settings)),
    });
  });
});

test('the shuffle is a gather in the order that numpy’s reshape and transpose give', () => {
  const orders = shuffleOrders();
  expect(orders.length).toBeGreaterThan(10);
  for (const { channels, groups, order } of orders) {
    const network = networkOf(shuffleChannels(input([4, 4, channels], 'in'), groups, 'shuffle'), 'shuffle');
    const { constants } = graphOf({ network, weights: new Map() }, PLAIN);
    expect([...constants.get('shuffle/permutation')!.data]).toEqual(order);
    expect([...constants.get('shuffle/axis')!.data]).toEqual([3]);
  }
});

describe('the shards', () => {
  test('hold the constants one after the other, in the order of the manifest', () => {
    const { weights, paths } = json.weightsManifest[0]!;
    expect(paths).toEqual(['group1-shard1of1.bin']);
    expect(weights[0]).toEqual({ name: 'conv1/kernel', shape: [3, 3, 3, 6], dtype: 'float32' });
    const kernel = bytesOf(model.weights.get('conv1')!.kernel!.data);
    expect(equalBytes(files[1]!.bytes.subarray(0, kernel.length), kernel)).toBe(true);
    const constants = json.modelTopology.node.filter(({ op }) => op === 'Const').map(({ name }) => name);
    expect(weights.map(({ name }) => name)).toEqual(constants);
    const elements = weights.reduce((sum, { shape }) => sum + shape.reduce((size, dim) => size * dim, 1), 0);
    expect(files[1]!.bytes).toHaveLength(4 * elements);
  });

  test('are cut at the size asked for, wherever a weight ends, and hold the same bytes', async () => {
    const [whole] = files.slice(1);
    const [index, ...shards] = toGraphModel(model, PLAIN, 10_000);
    const count = Math.ceil(whole!.bytes.length / 10_000);
    expect(count).toBeGreaterThan(5);
    expect(shards.map(({ name }) => name)).toEqual(
      Array.from({ length: count }, (_, i) => `group1-shard${i + 1}of${count}.bin`),
    );
    expect(shards.slice(0, -1).every(({ bytes }) => bytes.length === 10_000)).toBe(true);
    expect(equalBytes(concatBytes(shards.map(({ bytes }) => bytes)), whole!.bytes)).toBe(true);
    expect(parse([index!]).weightsManifest[0]!.paths).toEqual(shards.map(({ name }) => name));
    await expect(verifyExport(model, 'tfjs', [index!, ...shards], PLAIN)).resolves.toBeUndefined();
  });

  test('are of 4 MiB unless told', () => {
    const big = { ...model, weights: new Map(model.weights) };
    const kernel = { data: new Float32Array(2 ** 20), shape: [1, 1, 1024, 1024], stride: [1, 1, 1, 1], offset: 0 };
    big.weights.set('conv1', { kernel: { ...kernel, stride: [2 ** 20, 2 ** 20, 1024, 1] } });
    const shards = toGraphModel(big, PLAIN).slice(1);
    expect(shards.map(({ bytes }) => bytes.length)[0]).toBe(4_194_304);
    expect(shards).toHaveLength(2);
  });

  test('may not be missing, nor swapped', async () => {
    const written = toGraphModel(model, PLAIN, 40_000);
    await expect(verifyExport(model, 'tfjs', written.slice(0, -1), PLAIN)).rejects.toThrow(ExportReadBackError);
    const [index, first, second, ...rest] = written as [ExportFile, ExportFile, ExportFile, ...ExportFile[]];
    const swapped = [index, { ...first, bytes: second.bytes }, { ...second, bytes: first.bytes }, ...rest];
    await expect(verifyExport(model, 'tfjs', swapped, PLAIN)).rejects.toThrow(ExportReadBackError);
  });

  test('may not be longer than the manifest', async () => {
    const [index, shard] = files as [ExportFile, ExportFile];
    const longer = { name: shard.name, bytes: concatBytes([shard.bytes, new Uint8Array(4)]) };
    await expect(verifyExport(model, 'tfjs', [index, longer], PLAIN)).rejects.toThrow(ExportReadBackError);
  });
});

describe('a changed model.json does not read back:', () => {
  const changed = (from: string | RegExp, to: string): ExportFile[] => {
    const [index, ...shards] = files as [ExportFile, ...ExportFile[]];
    const before = new TextDecoder().decode(index.bytes);
    const after = before.replace(from, to);
    if (after === before) throw new Error(`${from} is not in model.json`);
    return [{ name: index.name, bytes: new TextEncoder().encode(after) }, ...shards];
  };

  test.each([
    ['another stride', '"2","2"', '"1","2"'],
    ['another input of a node', '"input":["input_1","conv1/kernel"]', '"input":["conv1/kernel","input_1"]'],
    ['another output', '"softmax:0"', '"fc:0"'],
    ['another format', '"graph-model"', '"layers-model"'],
    ['another shape of a weight', '"shape":[3,3,3,6]', '"shape":[3,3,6,3]'],
    ['another name of a weight', '"name":"fc/bias","shape"', '"name":"fc/bia","shape"'],
    ['another setting', '"classes":10', '"classes":11'],
    ['no settings', /"userDefinedMetadata":.*?"weightsManifest"/, '"userDefinedMetadata":{},"weightsManifest"'],
    ['half a file', /,"signature".*/, ''],
  ])('%s', async (_, from, to) => {
    await expect(verifyExport(model, 'tfjs', changed(from, to), PLAIN)).rejects.toThrow(ExportReadBackError);
  });

  test('a channel taken from elsewhere in the shuffle', async () => {
    const [index, shard] = files as [ExportFile, ExportFile];
    const at = offsetOf('stage2/block2/channel_shuffle/permutation');
    const bytes = new Uint8Array(shard.bytes);
    bytes[at]! ^= 1;
    await expect(verifyExport(model, 'tfjs', [index, { name: shard.name, bytes }], PLAIN)).rejects.toThrow(
      /permutation/,
    );
  });
});

function parse(written: readonly ExportFile[]): GraphModelJson {
  return JSON.parse(new TextDecoder().decode(written[0]!.bytes)) as GraphModelJson;
}

function node(name: string): GraphNode & { attr: Record<string, { shape?: unknown }> } {
  return json.modelTopology.node.find((candidate) => candidate.name === name) as GraphNode & {
    attr: Record<string, { shape?: unknown }>;
  };
}

/** Where a constant begins in the only shard. */
function offsetOf(name: string): number {
  let at = 0;
  for (const spec of json.weightsManifest[0]!.weights) {
    if (spec.name === name) return at;
    at += 4 * spec.shape.reduce((size, dim) => size * dim, 1);
  }
  throw new Error(`no constant ${name}`);
}
