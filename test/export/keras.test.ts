// A `.keras` file of built-in layers: what stands in it, and that it opens again as the same model. Real Keras loads it in
// test/python/keras.test.ts.
import { describe, expect, test, vi } from 'vitest';
import { openHdf5 } from '../../src/checkpoint/hdf5.js';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { bytesSource } from '../../src/checkpoint/source.js';
import { decodeText } from '../../src/core/bytes.js';
import { kerasModel, toKeras } from '../../src/export/keras/keras.js';
import type { KerasLayer } from '../../src/export/keras/layer.js';
import { readZip } from '../../src/formats/zip.js';
import { statedSlices } from '../../src/jobs/inference.js';
import { inferSettings } from '../../src/shufflenet/infer.js';
import type { ShuffleNetModel } from '../../src/shufflenet/load.js';
import { DEFAULT_SETTINGS, type ShuffleNetSettings } from '../../src/shufflenet/settings.js';
import { loadBytes, loadFixture, randomModel } from '../helpers/models.js';

const SMALL: ShuffleNetSettings = {
  ...DEFAULT_SETTINGS,
  groups: 3,
  scaleFactor: 0.25,
  numShuffleUnits: [1],
  inputShape: [32, 32, 3],
  classes: 4,
};

const member = (bytes: Uint8Array, name: string): Uint8Array =>
  readZip(bytes, 'x')
    .find((entry) => entry.name === name)!
    .read();

/** The weights by layer and role. */
const values = ({ weights }: ShuffleNetModel): unknown =>
  [...weights].map(([name, layer]) => [
    name,
    Object.entries(layer).map(([role, { data, shape }]) => [role, shape, data]),
  ]);

test.each<[string, () => Promise<ShuffleNetModel>]>([
  [
    'the digits network',
    () => loadFixture('trained-digits-g3/weights.h5', { pooling: 'avg', inputShape: [32, 32, 3] }),
  ],
  ['one of eight groups', () => loadFixture('k21-g8/weights.h5', { pooling: 'max', inputShape: [32, 32, 3] })],
  ['one group', () => randomModel({ ...SMALL, groups: 1 })],
  ['no top and no pooling, an odd size', () => randomModel({ ...SMALL, includeTop: false, pooling: null, inputShape: [33, 47, 1] })], // biome-ignore format: one line
  ['an open size', () => randomModel({ ...SMALL, inputShape: [null, null, 3] })],
  ['late slices', () => randomModel({ ...SMALL, slices: 'last' })],
  ['biases of the first revisions', () => randomModel({ ...SMALL, revision: { ...SMALL.revision, convBias: true } })],
])('%s opens again as the same model', async (_, load) => {
  const model = await load();
  const bytes = await toKeras(model);
  const again = await loadBytes('x.keras', bytes, { slices: model.settings.slices });
  expect(again.settings).toEqual(model.settings);
  expect(values(again)).toEqual(values(model));
});

test('the same model makes the same bytes, at any time of the day', async () => {
  const model = await randomModel(SMALL);
  const first = await toKeras(model);
  vi.setSystemTime(new Date(2031, 4, 5, 6, 7, 8));
  const second = await toKeras(model);
  vi.useRealTimers();
  expect(second).toEqual(first);
  expect(Date.now()).toBeGreaterThan(Date.UTC(2020));
});

test('the settings travel, and the architecture tells the slices without them', async () => {
  const checkpoint = await openCheckpoint(
    bytesSource('x', await toKeras(await randomModel({ ...SMALL, slices: 'last' }))),
  );
  checkpoint.close();
  expect(checkpoint.container).toBe('keras-v3-zip');
  expect(checkpoint.metadata).toMatchObject({ network: 'ShuffleNet v1', settings: { slices: 'last' } });
  expect(statedSlices(checkpoint, 'auto')).toEqual({ slices: 'last', source: 'metadata' });
  const { modelConfig } = checkpoint;
  expect(statedSlices({ modelConfig }, 'auto')).toEqual({ slices: 'last', source: 'config' });
  expect(inferSettings({ ...checkpoint, metadata: undefined }).settings.slices).toBe('last');
});

describe('the architecture', () => {
  const named = async (name: string, settings: Partial<ShuffleNetSettings> = {}): Promise<KerasLayer> =>
    kerasModel(await randomModel({ ...SMALL, ...settings })).find((layer) => layer.name === name)!;

  test('has built-in layers alone, under names that Keras 3 allows', async () => {
    const layers = kerasModel(await randomModel(SMALL));
    const built = [
      'InputLayer',
      'Conv2D',
      'DepthwiseConv2D',
      'BatchNormalization',
      'Activation',
      'Reshape',
      'Permute',
      'ZeroPadding2D',
      'Cropping2D',
    ];
    const merging = ['Add', 'Concatenate', 'MaxPooling2D', 'AveragePooling2D', 'GlobalMaxPooling2D', 'Dense'];
    expect(new Set(layers.map(({ className }) => className))).toEqual(new Set([...built, ...merging]));
    const names = layers.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => /[^\w.-]/.test(name))).toEqual([]);
  });

  test('has one convolution with groups where the article has slices and a concat', async () => {
    expect(await named('stage2_block2_1x1_gconv_1')).toMatchObject({
      className: 'Conv2D',
      config: { filters: 15, groups: 3, kernel_size: [1, 1], use_bias: false, activation: 'linear' },
      inputs: ['stage2_block1_relu_out'],
    });
  });

  test('shuffles channels by Reshape, Permute and Reshape', async () => {
    const stem = 'stage2_block2_channel_shuffle';
    expect(await named(`${stem}_split`)).toMatchObject({ config: { target_shape: [4, 4, 3, 5] } });
    expect(await named(`${stem}_permute`)).toMatchObject({
      config: { dims: [1, 2, 4, 3] },
      outputShape: [4, 4, 5, 3],
    });
    expect(await named(stem)).toMatchObject({ config: { target_shape: [4, 4, 15] }, inputs: [`${stem}_permute`] });
  });

  test('takes the channels in their order where height or width is open', async () => {
    const inputShape = [33, null, 3];
    const shuffle = await named('stage2_block2_channel_shuffle', { inputShape });
    expect(shuffle).toMatchObject({ className: 'Take', config: { axis: -1 }, outputShape: [5, null, 15] });
    expect(shuffle.operands).toEqual([[0, 5, 10, 1, 6, 11, 2, 7, 12, 3, 8, 13, 4, 9, 14]]);
    const json = JSON.parse(
      decodeText(member(await toKeras(await randomModel({ ...SMALL, inputShape })), 'config.json')),
    );
    const { module, config, inbound_nodes } = json.config.layers.find(
      ({ name }: { name: string }) => name === shuffle.name,
    );
    // No name in it: the operations of Keras up to 3.6 take none.
    expect([module, config]).toEqual(['keras.src.ops.numpy', { axis: -1 }]);
    expect(inbound_nodes[0].args.slice(1)).toEqual(shuffle.operands);
  });

  test('averages an even number of rows with one more above, so that all backends pad alike', async () => {
    const stem = 'stage2_block1_avg_pool';
    const inputShape = [32, 44, 3];
    // Of 8 rows and 11 columns.
    expect(await named(`${stem}_padded`, { inputShape })).toMatchObject({
      config: { padding: [[1, 0], [0, 0]] },
      outputShape: [9, 11, 6],
    }); // biome-ignore format: one line
    expect(await named(`${stem}_whole`, { inputShape })).toMatchObject({
      className: 'AveragePooling2D',
      config: { pool_size: [3, 3], strides: [2, 2], padding: 'same' },
      outputShape: [5, 6, 6],
    });
    expect(await named(stem, { inputShape })).toMatchObject({
      className: 'Cropping2D',
      config: { cropping: [[1, 0], [0, 0]] },
      inputs: [`${stem}_whole`],
      outputShape: [4, 6, 6],
    }); // biome-ignore format: one line
    expect(await named(stem, { inputShape: [44, 44, 3] })).toMatchObject({ className: 'AveragePooling2D' });
  });

  test('cuts the last channels off for every group where slices are late', async () => {
    const name = 'stage2_block2_1x1_gconv_1';
    const slice = await named(`${name}_slice`, { slices: 'last' });
    expect(slice).toMatchObject({ config: { data_format: 'channels_first' }, outputShape: [4, 4, 20] });
    expect(slice.config.cropping).toEqual([[0, 0], [40, 0]]); // biome-ignore format: one line
    expect(await named(name, { slices: 'last' })).toMatchObject({ config: { groups: 1 }, inputs: [`${name}_slice`] });
  });

  test('states every tensor with its shape, and lists what is merged as one argument', async () => {
    const json = JSON.parse(decodeText(member(await toKeras(await randomModel(SMALL)), 'config.json')));
    const layer = json.config.layers.find(({ name }: { name: string }) => name === 'stage2_block1_concat');
    const tensor = (name: string, shape: unknown) => ({
      class_name: '__keras_tensor__',
      config: { shape, dtype: 'float32', keras_history: [name, 0, 0] },
    });
    expect(layer.inbound_nodes).toEqual([{ args: [[expect.anything(), expect.anything()]], kwargs: {} }]);
    expect(layer.inbound_nodes[0].args[0]).toContainEqual(tensor('stage2_block1_bn_gconv_2', [null, 4, 4, 54]));
    expect([json.config.name, json.config.input_layers, json.config.output_layers]).toEqual([
      'ShuffleNet_0.25X_g3_br_0.25_1',
      [['input_1', 0, 0]],
      [['softmax', 0, 0]],
    ]);
  });
});

test('the store has a group for variables of the model itself, which the first versions of Keras 3 open', async () => {
  const store = await openHdf5(member(await toKeras(await randomModel(SMALL)), 'model.weights.h5'), 'store');
  expect(new Set(store.members('/'))).toEqual(new Set(['layers', 'vars']));
  expect(store.members('/vars')).toEqual([]);
  store.close();
});
