// The folded graph model of TensorFlow.js: in how many parts a group runs, dense kernels, orders of channels, and what
// is named how. What it computes is in test/runtimes.

import { describe, expect, test } from 'vitest';
import { tensor } from '../../src/core/tensor.js';
import { ExportReadBackError } from '../../src/export/errors.js';
import { exportModel, verifyExport } from '../../src/export/export.js';
import type { ExportFile } from '../../src/export/files.js';
import { type GraphModelJson, graphOf } from '../../src/export/tfjs/graph.js';
import {
  convolutionCost,
  copyCost,
  denseKernel,
  equalRanges,
  fewestMicroseconds,
  shuffleCost,
} from '../../src/export/tfjs/parts.js';
import { copiesFor } from '../../src/export/tfjs/pieces.js';
import { rangesBetween } from '../../src/export/tfjs/plan.js';
import { shuffleOrder } from '../../src/network/shuffle-order.js';
import { DEFAULT_SETTINGS, type ShuffleNetSettings } from '../../src/shufflenet/settings.js';
import { loadFixture, randomModel } from '../helpers/models.js';
import { shuffleOrders } from '../helpers/numpy-fixtures.js';

const nothing = (): number => 0;

describe('the number of parts', () => {
  test('is the number of groups where multiplying by zero would take longer than more operations', () => {
    const size = { channelsIn: 768, channelsOut: 192, pixels: 196 };
    expect(fewestMicroseconds({ ...size, groups: 8 }, nothing)).toBe(8);
    expect(fewestMicroseconds({ ...size, groups: 1 }, nothing)).toBe(1);
  });

  test('is one where the maps are small', () => {
    expect(fewestMicroseconds({ channelsIn: 60, channelsOut: 15, groups: 3, pixels: 16 }, nothing)).toBe(1);
  });

  test('is a divisor of the groups between, where each part costs much', () => {
    const size = { channelsIn: 384, channelsOut: 96, groups: 8, pixels: 784 };
    expect(fewestMicroseconds(size, (parts) => 600 * parts)).toBe(2);
    expect(fewestMicroseconds({ ...size, groups: 3 }, (parts) => 300 * parts)).toBe(3);
  });

  // Measured in tfjs-wasm 4.22.0: microseconds, least of 60 runs, of the operations named.
  test.each([
    [
      '240 to 60 channels at 28 x 28',
      convolutionCost({ channelsIn: 240, channelsOut: 60, groups: 3, pixels: 784 }, 1),
      1042,
    ],
    [
      'three of 80 to 20 at 28 x 28',
      convolutionCost({ channelsIn: 240, channelsOut: 60, groups: 3, pixels: 784 }, 3),
      525,
    ],
    ['480 to 120 at 14 x 14', convolutionCost({ channelsIn: 480, channelsOut: 120, groups: 3, pixels: 196 }, 1), 872],
    [
      'three of 320 to 80 at 7 x 7',
      convolutionCost({ channelsIn: 960, channelsOut: 240, groups: 3, pixels: 49 }, 3),
      381,
    ],
    ['a slice of 20 of 60 channels at 28 x 28', copyCost(784), 125],
    [
      'a shuffle of 60 channels at 28 x 28',
      shuffleCost({ channelsIn: 240, channelsOut: 60, groups: 3, pixels: 784 }),
      254,
    ],
  ])('rests on costs like those measured: %s', (_, told, measured) => {
    expect(told / measured).toBeGreaterThan(0.6);
    expect(told / measured).toBeLessThan(1.4);
  });
});

describe('a dense kernel', () => {
  /** Four channels in two groups; `kernel[i][o]` is 10 i + o + 1. */
  const grouped = { groups: 2, kernel: tensor(Float32Array.of(1, 2, 3, 4, 11, 12, 13, 14), [1, 1, 2, 4]) };

  test('is zero between groups', () => {
    const { shape, data } = denseKernel(grouped, { begin: 0, end: 4 }, [0, 1, 2, 3]);
    expect(shape).toEqual([1, 1, 4, 4]);
    expect([...data]).toEqual([1, 2, 0, 0, 11, 12, 0, 0, 0, 0, 3, 4, 0, 0, 13, 14]);
  });

  test('of one group is that group’s', () => {
    const { shape, data } = denseKernel(grouped, { begin: 2, end: 4 }, [2, 3]);
    expect([shape, [...data]]).toEqual([
      [1, 1, 2, 2],
      [3, 4, 13, 14],
    ]);
  });

  test('gives its outputs in the order asked for', () => {
    const { data } = denseKernel(grouped, { begin: 0, end: 4 }, [0, 2, 1, 3]);
    expect([...data]).toEqual([1, 0, 2, 0, 11, 0, 12, 0, 0, 3, 0, 4, 0, 13, 0, 14]);
  });

  test('keeps the places of a window', () => {
    const kernel = tensor(Float32Array.of(1, 2, 3, 4), [2, 1, 1, 2]);
    const { shape, data } = denseKernel({ groups: 2, kernel }, { begin: 0, end: 2 }, [0, 1]);
    expect([shape, [...data]]).toEqual([
      [2, 1, 2, 2],
      [1, 0, 0, 2, 3, 0, 0, 4],
    ]);
  });
});

test('the shuffled order is the one that numpy’s reshape and transpose give', () => {
  for (const { channels, groups, order } of shuffleOrders()) expect(shuffleOrder(channels, groups)).toEqual(order);
});

test('ranges are told by their ends', () => {
  expect(equalRanges(6, 3)).toEqual([
    { begin: 0, end: 2 },
    { begin: 2, end: 4 },
    { begin: 4, end: 6 },
  ]);
  expect(rangesBetween([4, 1], 6)).toEqual([
    { begin: 0, end: 1 },
    { begin: 1, end: 4 },
    { begin: 4, end: 6 },
  ]);
});

test('a range in pieces is counted by what is cut and what is joined', () => {
  const pieces = equalRanges(6, 3).map((range) => ({ ...range, node: '', positive: false }));
  const copies = (begin: number, end: number): number => copiesFor({ pieces }, { begin, end });
  expect([copies(2, 4), copies(2, 3), copies(0, 4), copies(1, 4), copies(1, 5)]).toEqual([0, 1, 2, 3, 5]);
});

/** One unit in stage 2 and three in stage 3, wide enough for groups to run in parts. */
const WIDE: ShuffleNetSettings = {
  ...DEFAULT_SETTINGS,
  groups: 3,
  numShuffleUnits: [0, 2],
  classes: 10,
  inputShape: [224, 224, 3],
};

async function nodesOf(differing: Partial<ShuffleNetSettings>) {
  const model = await randomModel({ ...WIDE, ...differing });
  const { nodes, kerasLayers, constants } = graphOf(model);
  const node = (name: string) => nodes.find((candidate) => candidate.name === name);
  return { model, nodes, node, kerasLayers: kerasLayers!, constants };
}

describe('a wide network', () => {
  test('has each group’s convolution fused, and its maps in pieces that the next groups take as they are', async () => {
    const { node, kerasLayers } = await nodesOf({});
    const unit = 'stage3/block3';
    const before = kerasLayers['stage3/block2/relu_out']!;
    expect(before).toHaveLength(3);
    const parts = [0, 40, 80].map((at) => node(`${unit}/relu_gconv_1/channels_${at}_${at + 40}`)!);
    for (const [i, { op, input, attr }] of parts.entries()) {
      expect(op).toBe('_FusedConv2D');
      expect(input[0]).toBe(before[i]);
      expect(attr.fused_ops).toEqual({ list: { s: ['Qmlhc0FkZA==', 'UmVsdQ=='] } });
      expect(attr.num_args).toEqual({ i: '1' });
    }
    expect(node(`${unit}/relu_gconv_1`)!.input.slice(0, -1)).toEqual(parts.map(({ name }) => name));
    expect(kerasLayers[`${unit}/channel_shuffle`]).toEqual([`${unit}/channel_shuffle`]);
    expect(node(`${unit}/bn_dwconv_1`)).toMatchObject({ op: 'FusedDepthwiseConv2dNative' });
  });

  test('has no gather, no batch norm, and no relu of what is above zero', async () => {
    const { nodes, node } = await nodesOf({});
    const operations = new Set(nodes.map(({ op }) => op));
    for (const op of ['GatherV2', 'FusedBatchNormV3', 'BiasAdd', 'Conv2D', 'MatMul']) {
      expect(operations).not.toContain(op);
    }
    expect(operations).toContain('Transpose');
    const relus = nodes.filter(({ op }) => op === 'Relu').flatMap(({ input }) => input.map((name) => node(name)!.op));
    expect(relus).not.toContain('AvgPool');
  });

  test('takes the last slices from the last piece, and shuffles within the kernel', async () => {
    const { nodes, node, kerasLayers } = await nodesOf({ slices: 'last' });
    const shuffled = node('stage3/block3/channel_shuffle')!;
    expect(shuffled.op).toBe('_FusedConv2D');
    expect(shuffled.input[0]).toBe('stage3/block2/relu_out/channels_320_480');
    expect(kerasLayers).not.toHaveProperty('stage3/block3/relu_gconv_1');
    expect(nodes.map(({ op }) => op)).not.toContain('Transpose');
  });

  test('with an open size asks the map for its shape', async () => {
    const { node } = await nodesOf({ inputShape: [null, 224, 3] });
    const shape = node('stage3/block3/channel_shuffle')!.input[1]!;
    expect(node(shape)).toMatchObject({ op: 'Shape', input: ['stage3/block3/relu_gconv_1'] });
  });

  test('keeps the weights that nothing is folded into, bit for bit', async () => {
    const { model, constants } = await nodesOf({});
    for (const layer of ['conv1', 'fc']) {
      const { kernel } = model.weights.get(layer)!;
      expect(constants.get(`${layer}/kernel`)!.data).toEqual(kernel!.data);
    }
    expect([...constants.get('conv1/bias')!.data]).toEqual(Array(24).fill(0));
  });
});

test('the nodes of every layer are there, and nodes stand after what they take', async () => {
  for (const differing of [{}, { groups: 8 }, { slices: 'last' }, { scaleFactor: 0.25 }] as const) {
    const { nodes, kerasLayers } = await nodesOf(differing);
    const names = nodes.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(Object.values(kerasLayers).flat()));
    for (const [at, { input }] of nodes.entries()) {
      for (const name of input) expect(names.slice(0, at)).toContain(name);
    }
  }
});

test('a map as output is one node of its name, also where relu had nothing to do', async () => {
  const { nodes, kerasLayers } = await nodesOf({ includeTop: false, pooling: null });
  expect(kerasLayers['stage3/block3/relu_out']).toEqual(['stage3/block3/relu_out']);
  expect(nodes.at(-1)).toMatchObject({ name: 'stage3/block3/relu_out', op: 'ConcatV2' });
});

describe('what was written', () => {
  test('has the map of layers beside the settings', async () => {
    const { json, model } = await written();
    expect(Object.keys(json.userDefinedMetadata)).toEqual(['shuffleport', 'kerasLayers']);
    expect(json.userDefinedMetadata.kerasLayers).toEqual(graphOf(model).kerasLayers);
    const plain = await exportModel(model, 'tfjs', { fold: false });
    expect(Object.keys(parse(plain).userDefinedMetadata)).toEqual(['shuffleport']);
  });

  test.each([
    ['a map of other layers', '"kerasLayers":{"input_1":["input_1"]', '"kerasLayers":{"input_1":["conv1"]'],
    ['another fused operation', '"UmVsdQ=="', '"UmVsdTY="'],
    ['another stride', '"2","2"', '"1","2"'],
  ])('does not read back with %s', async (_, from, to) => {
    const { files, model } = await written();
    const [index, ...shards] = files as [ExportFile, ...ExportFile[]];
    const before = new TextDecoder().decode(index.bytes);
    expect(before).toContain(from);
    const bytes = new TextEncoder().encode(before.replace(from, to));
    await expect(verifyExport(model, 'tfjs', [{ ...index, bytes }, ...shards])).rejects.toThrow(ExportReadBackError);
  });

  test('does not read back with one bit changed in a folded weight', async () => {
    const { files, model } = await written();
    const [index, shard] = files as [ExportFile, ExportFile];
    for (const at of [0, shard.bytes.length >> 1, shard.bytes.length - 1]) {
      const bytes = new Uint8Array(shard.bytes);
      bytes[at]! ^= 1;
      await expect(verifyExport(model, 'tfjs', [index, { ...shard, bytes }])).rejects.toThrow(ExportReadBackError);
    }
  });

  test('is not what stands there unfolded, nor the other way round', async () => {
    const { files, model } = await written();
    await expect(verifyExport(model, 'tfjs', files)).resolves.toBeUndefined();
    await expect(verifyExport(model, 'tfjs', files, { fold: false })).rejects.toThrow(ExportReadBackError);
  });
});

async function written() {
  const model = await loadFixture('k21-g3/weights.h5', { pooling: 'max', inputShape: [32, 32, 3] });
  const files = await exportModel(model, 'tfjs');
  return { model, files, json: parse(files) };
}

const parse = (files: readonly ExportFile[]): GraphModelJson =>
  JSON.parse(new TextDecoder().decode(files[0]!.bytes)) as GraphModelJson;
