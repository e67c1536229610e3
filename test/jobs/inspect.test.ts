// What `inspect` finds in a file, against what h5py shows of it and what was put there.
import { describe, expect, test } from 'vitest';
import { bytesSource } from '../../src/checkpoint/source.js';
import { tensor } from '../../src/core/tensor.js';
import { convert } from '../../src/jobs/convert.js';
import { inspect, statsOf } from '../../src/jobs/inspect.js';
import { inspectText } from '../../src/report/inspect.js';
import { damagedBytes } from '../helpers/damaged.js';
import { floats, keras, npz, weightsOf, withDanglingName } from './material.js';

/** The article's network as all these files have it. */
const CONFIG = {
  groups: 3,
  scaleFactor: 0.25,
  bottleneckRatio: 0.25,
  numShuffleUnits: [1, 1, 1],
  classes: 10,
  includeTop: true,
};

/** At 32 x 32: h5py's kernel sizes times the positions of the outputs that Keras recorded, summed in Python. */
const MACS = 122_952;

const noteOf = async (result: ReturnType<typeof inspect>, id: string): Promise<string | undefined> =>
  (await result).notes.find((note) => note.id === id)?.text;

describe('a file of weights from Keras 2.1', () => {
  test('is known for what it is, with the settings its shapes give away', async () => {
    const result = await inspect(keras('k21-g3/weights.h5'));
    expect(result).toMatchObject({
      file: { name: 'k21-g3/weights.h5', bytes: 526_760 },
      container: 'keras-hdf5-weights',
      kerasVersion: '2.1.6',
      backend: 'tensorflow',
      scheme: 'article',
      config: { ...CONFIG, pooling: null, inputShape: [null, null, 3] },
      totals: { layers: 129, weightedLayers: 58, weights: 113, parameters: 28_258, macs: null },
    });
    expect(result.layers).toHaveLength(129);
    expect(result.notes.map(({ id }) => id)).toEqual(['pooling-unknown']);
  });

  test("lists layers in the model's order, each weight with role, shape and type", async () => {
    const { layers } = await inspect(keras('k21-g3/weights.h5'));
    expect(layers.slice(1, 3)).toEqual([
      {
        name: 'conv1',
        weights: [{ name: 'conv1/kernel:0', role: 'kernel', shape: [3, 3, 3, 6], dtype: 'float32' }],
      },
      { name: 'maxpool1', weights: [] },
    ]);
    expect(layers.find(({ name }) => name === 'stage2/block2/bn_gconv_1')!.weights).toEqual(
      ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((role) => ({
        name: `stage2/block2/bn_gconv_1/${role}:0`,
        role,
        shape: [15],
        dtype: 'float32',
      })),
    );
  });
});

test('a full model tells its input size and its pooling, so its multiply-adds are known', async () => {
  const result = await inspect(keras('k21-g3-full/model_noopt.h5'));
  expect(result).toMatchObject({
    container: 'keras-hdf5-model',
    config: { ...CONFIG, pooling: 'max', inputShape: [32, 32, 3] },
    totals: { layers: 129, weightedLayers: 58, weights: 113, parameters: 28_258, macs: MACS },
  });
  expect(result.notes.map(({ id }) => id)).toEqual(['lambda-layers']);
});

test('what the caller states goes before what the file says', async () => {
  const { config, totals, notes } = await inspect(keras('k21-g3/weights.h5'), {
    pooling: 'avg',
    slices: 'last',
    inputShape: [32, 32, 3],
  });
  expect(config).toMatchObject({ ...CONFIG, pooling: 'avg', slices: 'last', inputShape: [32, 32, 3] });
  expect(totals.macs).toBe(MACS);
  expect(notes).toEqual([]);
});

test('kernels in another axis order are seen in the one that is stated, and listed as they are stored', async () => {
  const weights = await weightsOf('k21-g3/weights.h5');
  // The values do not matter here: only the shapes are turned, OIHW.
  for (const [name, { data, shape }] of weights) {
    const [height, width, into, out] = shape;
    if (shape.length === 4) weights.set(name, floats([out!, into!, height!, width!], [...data]));
  }
  const result = await inspect(npz(weights), { kernelOrder: 'oihw', pooling: 'max' });
  expect(result.config).toMatchObject(CONFIG);
  // 6 units, 5 of them with 2 convolutions in 3 parts, and conv1: 6 + 2 + 30 + 1.
  const text = "39 convolution kernels read as OIHW, as asked, and turned to Keras's HWIO.";
  expect(result.notes).toEqual([{ id: 'kernel-order', text }]);
  expect(result.layers.find(({ name }) => name === 'conv1')!.weights[0]!.shape).toEqual([6, 3, 3, 3]);
  const unstated = await inspect(npz(weights), { pooling: 'max' });
  expect(unstated.notes.map(({ id }) => id)).toEqual(['mismatched']);
});

test('an axis order that does not exist is a usage error', async () => {
  await expect(inspect(keras('k21-g3/weights.h5'), { kernelOrder: 'whoi' as 'oihw' })).rejects.toMatchObject({
    tag: 'Usage',
    explanation: { found: 'whoi', expected: 'hwio, oihw, iohw, ohwi, hwoi' },
  });
});

test('a scheme that does not exist is a usage error', async () => {
  await expect(inspect(keras('k21-g3/weights.h5'), { scheme: 'camel' })).rejects.toMatchObject({
    tag: 'Usage',
    explanation: { found: 'camel', expected: 'article, underscore, single-underscore, dots' },
  });
});

describe('layers', () => {
  test('are those that a glob asks for, and the totals stay those of the file', async () => {
    const { layers, totals } = await inspect(keras('k21-g3/weights.h5'), { layer: 'stage?/block2/bn_*_1' });
    expect(layers.map(({ name }) => name)).toEqual([
      'stage2/block2/bn_gconv_1',
      'stage2/block2/bn_dwconv_1',
      'stage3/block2/bn_gconv_1',
      'stage3/block2/bn_dwconv_1',
      'stage4/block2/bn_gconv_1',
      'stage4/block2/bn_dwconv_1',
    ]);
    expect(totals.layers).toBe(129);
  });

  test('have numbers about their values when asked, and none otherwise', async () => {
    const source = npz([
      ['a/kernel', floats([2, 2], [1, 2, 3, 6])],
      ['b/kernel', floats([1], [0])],
    ]);
    const { layers } = await inspect(source, { stats: true, layer: 'a' });
    expect(layers).toHaveLength(1);
    expect(layers[0]!.weights[0]!.stats).toEqual({
      min: 1,
      max: 6,
      mean: 3,
      std: Math.sqrt(14 / 4),
      zeros: 0,
      nonFinite: 0,
    });
    expect((await inspect(source)).layers[0]!.weights[0]).not.toHaveProperty('stats');
  });
});

describe('numbers about values', () => {
  test('leave out what is not finite, and count it', () => {
    const values = [0, -0, Number.NaN, 4, Number.POSITIVE_INFINITY, -8, Number.NEGATIVE_INFINITY];
    expect(statsOf(floats([7], values))).toEqual({
      min: -8,
      max: 4,
      mean: -1,
      std: Math.sqrt((1 + 1 + 25 + 49) / 4),
      zeros: 2,
      nonFinite: 3,
    });
  });

  test('are none where no value is finite', () => {
    const none = { min: null, max: null, mean: null, std: null, zeros: 0 };
    expect(statsOf(floats([1], [Number.NaN]))).toEqual({ ...none, nonFinite: 1 });
    expect(statsOf(floats([0], []))).toEqual({ ...none, nonFinite: 0 });
  });
});

describe('a file that is no whole ShuffleNet is listed all the same', () => {
  test('when it is another network, which becomes a note', async () => {
    const source = npz([
      ['dense_1/kernel', floats([2, 3], [1, 2, 3, 4, 5, 6])],
      ['dense_1/bias', floats([3], [1, 2, 3])],
    ]);
    const result = await inspect(source);
    expect(result).toMatchObject({
      container: 'npz',
      kerasVersion: null,
      backend: null,
      scheme: null,
      config: null,
      layers: [{ name: 'dense_1', weights: [{ role: 'kernel', shape: [2, 3] }, { role: 'bias' }] }],
      totals: { layers: 1, weightedLayers: 1, weights: 2, parameters: 9, macs: null },
    });
    expect(result.notes[0]).toMatchObject({ id: 'NotShuffleNet' });
    expect(result.notes[0]!.text).toMatch(/no checkpoint of the article's ShuffleNet.* Found: .*dense_1/);
  });

  test('when its settings contradict those stated, which does not make it another network', async () => {
    const result = await inspect(keras('k21-g3/weights.h5'), { groups: 8 });
    expect(result).toMatchObject({ config: null, totals: { layers: 129 } });
    expect(result.notes.map(({ id }) => id)).toContain('GroupsConflict');
    expect(inspectText(result).split('\n')[1]).toBe('network: see the notes');
  });

  test('when it has no layers', async () => {
    const result = await inspect(bytesSource('empty.h5', damagedBytes('no-layers')));
    expect(result).toMatchObject({ config: null, layers: [], totals: { layers: 0, weights: 0 } });
    expect(result.notes.map(({ id }) => id)).toContain('NoLayers');
    expect(inspectText(result).split('\n')[1]).toBe("not a checkpoint of the article's ShuffleNet");
  });

  test('when weights are missing, of a wrong shape, too many, or of other layers', async () => {
    const weights = await weightsOf('k21-g3/weights.h5');
    weights.delete('stage3/block1/1x1_dwconv_1/depthwise_kernel');
    weights.set('fc/kernel', floats([10, 240], Array(2400).fill(1)));
    weights.set('stage2/block1/1x1_gconv_1/bias', floats([15], Array(15).fill(0)));
    weights.set('head/kernel', floats([1], [1]));
    const result = inspect(npz(weights));
    expect((await result).config).toMatchObject({ groups: 3, scaleFactor: 0.25 });
    expect(await noteOf(result, 'missing')).toBe('1 weight is missing: stage3/block1/1x1_dwconv_1 depthwise_kernel.');
    expect(await noteOf(result, 'mismatched')).toBe(
      '1 weight has the wrong shape: fc kernel (10, 240), expected (240, 10).',
    );
    expect(await noteOf(result, 'unused')).toBe(
      '1 weight has no place in the network: stage2/block1/1x1_gconv_1/bias.',
    );
    expect(await noteOf(result, 'other-layers')).toBe('1 layer is no part of the network: head.');
  });

  test('when a weight is listed with nothing behind its name', async () => {
    const result = await inspect(withDanglingName(), { layer: 'conv1', stats: true });
    expect(result.notes[0]).toMatchObject({ id: 'MissingDataset' });
    expect(result.notes[0]!.text).toContain('conv1: conv1/kernex:0: There is no dataset behind the name');
    expect(result.layers[0]!.weights[0]).toMatchObject({
      name: 'conv1/kernex:0',
      fault: expect.stringContaining('no dataset'),
    });
    expect(result.totals.parameters).toBe(28_258 - 162);
  });

  test('when a value cannot be read, which is a fault of that weight', async () => {
    const big = tensor(new Float32Array(2), [2]);
    const bytes = await npz([['a/kernel', big]]).bytes();
    const stored = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
    const damaged = bytes.slice();
    damaged[stored.indexOf('\n', stored.indexOf('NUMPY')) + 1] = 1; // a value, so that the checksum is wrong
    const { layers } = await inspect(bytesSource('damaged.npz', damaged), { stats: true });
    expect(layers[0]!.weights[0]!.fault).toEqual(expect.any(String));
    expect(layers[0]!.weights[0]).not.toHaveProperty('stats');
  });

  test('when its conv1 is damaged: the input that is expected is not read from the damage', async () => {
    const weights = await weightsOf('k21-g3/weights.h5');
    weights.set('conv1/kernel', floats([3, 3, 7, 5], Array(315).fill(1)));
    const result = inspect(npz(weights));
    expect((await result).config?.inputShape).toEqual([null, null, 3]);
    expect(await noteOf(result, 'mismatched')).toBe(
      '1 weight has the wrong shape: conv1 kernel (3, 3, 7, 5), expected (3, 3, 3, 6).',
    );
  });

  test.each([
    ['stage2/block1/1x1conv_1', 'ShuffleNet V2', 'channels are split into two halves'],
    ['features/stage1/unit1/compress_conv1', 'imgclsmob', 'followed by a batch normalization'],
  ])('when it is a ShuffleNet of its own (%s), with what differs', async (name, network, difference) => {
    const layers = [name, 'conv1', 'fc'].map((layer) => [`${layer}/kernel`, floats([1, 2], [1, 2])] as const);
    const result = await inspect(npz(layers));
    expect(result).toMatchObject({ config: null, scheme: null, totals: { layers: 3, weights: 3 } });
    expect(result.layers.map((layer) => layer.name)).toEqual([name, 'conv1', 'fc']);
    const text = (await noteOf(Promise.resolve(result), 'NotShuffleNet'))!;
    for (const words of [network, difference, 'a network of its own, which is listed whole and not run']) {
      expect(text).toContain(words);
    }
  });

  test('when the settings that are stated build no network', async () => {
    const result = await inspect(keras('k21-g3/weights.h5'), { bottleneckRatio: 0.12 });
    expect(result.totals.macs).toBeNull();
    expect(result.notes.map(({ id }) => id)).toContain('IndivisibleChannels');
  });
});

describe('a converted file', () => {
  test.each(['safetensors', 'npz'] as const)('tells the settings decided at conversion: %s', async (to) => {
    const { files } = await convert(keras('k21-g3/weights.h5'), { to, pooling: 'avg', slices: 'last' });
    const result = await inspect(bytesSource('weights.h5', files[0]!.bytes));
    expect(result).toMatchObject({
      container: to,
      scheme: 'article',
      config: { ...CONFIG, pooling: 'avg', slices: 'last' },
      totals: { weightedLayers: 58, weights: 113, parameters: 28_258 },
      notes: [],
    });
  });
});
