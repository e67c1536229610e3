// Networks mistaken for the article's: layer names as their authors' code writes them.
import { describe, expect, test } from 'vitest';
import { buildNetwork } from '../../src/shufflenet/build.js';
import { inferSettings } from '../../src/shufflenet/infer.js';
import { NotShuffleNetError } from '../../src/shufflenet/load-errors.js';
import { describeOther } from '../../src/shufflenet/other-networks.js';
import { checkpointOf, type DraftLayer, draftLayers, TINY } from '../helpers/checkpoints.js';

const named = (...names: string[]) =>
  checkpointOf(
    names.map((name) => ({
      name,
      weights: [{ name: `${name}/kernel:0`, role: 'kernel', shape: [1, 1, 3, 4], dtype: 'float32' }],
    })),
  );

test.each([
  ['ShuffleNet V2', ['conv1', 'stage2/block1/1x1conv_1', 'stage2/block1/3x3dwconv']],
  ['ShuffleNet V2', ['conv1', '1x1conv5_out']],
  ['imgclsmob', ['features/init_block/conv/conv', 'features/stage1/unit1/compress_conv1']],
  ['MobileNet V2', ['Conv1', 'bn_Conv1', 'expanded_conv_depthwise', 'block_1_expand']],
  ['MobileNet', ['conv1', 'conv_dw_1', 'conv_pw_1']],
  ['SqueezeNet', ['conv1', 'fire2/squeeze1x1', 'fire2/expand3x3']],
  ['ResNet', ['conv1', 'res2a_branch2a', 'bn2a_branch2a']],
  ['ResNet', ['conv1_conv', 'conv2_block1_1_conv']],
  ['VGG', ['block1_conv1', 'block1_conv2', 'block5_conv3']],
  ['Xception', ['block1_conv1_bn', 'block2_sepconv1']],
  ['automatic names', ['conv2d', 'batch_normalization', 'conv2d_1', 'batch_normalization_1']],
  ['automatic names', ['convolution2d_1', 'batchnormalization_1']],
])('%s: %j', (id, names) => {
  const checkpoint = named(...names);
  expect(describeOther(checkpoint)?.id).toBe(id);
  try {
    inferSettings(checkpoint);
    throw new Error('it was taken for a ShuffleNet');
  } catch (error) {
    expect(error).toBeInstanceOf(NotShuffleNetError);
    expect((error as NotShuffleNetError).looksLike).toBe(id);
    expect((error as NotShuffleNetError).explanation.found).toContain(names[0]);
  }
});

test('a network known by the names of its weights alone is recognised: a model nested in a layer', () => {
  const weights = ['conv_dw_1/depthwise_kernel:0', 'conv_pw_1/kernel:0'].map((name) => ({
    name,
    role: 'kernel',
    shape: [1],
    dtype: 'float32',
  }));
  expect(describeOther(checkpointOf([{ name: 'backbone', weights }]))?.id).toBe('MobileNet');
});

test('what is known of none is called none, and the error says what was looked for', () => {
  expect(describeOther(named('encoder', 'decoder'))).toBeUndefined();
  expect(describeOther(named('conv2d_1'))).toBeUndefined();
  expect(() => inferSettings(named('encoder', 'decoder'))).toThrow(
    expect.objectContaining({
      tag: 'NotShuffleNet',
      looksLike: undefined,
      message: expect.stringContaining('0 of its 2 weighted layers matched a shuffle unit'),
    }),
  );
});

test('the first layer that is missing is named', () => {
  expect(() => inferSettings(named('encoder'))).toThrow('first missing layer: conv1');
  expect(() => inferSettings(named('conv1'))).toThrow('first missing layer: stage2/block1/1x1_gconv_1');
});

describe('a file without names of its own', () => {
  /** Keras's automatic names, numbered on from another model's. */
  const automatic = (change: (layers: DraftLayer[]) => void = () => {}) => {
    const layers = draftLayers(buildNetwork(TINY)).filter(({ weights }) => weights.length > 0);
    const counts: Record<string, number> = { conv2d: 36, depthwise_conv2d: 12, batch_normalization: 54, dense: 1 };
    for (const layer of layers) {
      const roles = layer.weights.map(({ role }) => role);
      const kind = roles.includes('gamma')
        ? 'batch_normalization'
        : roles.includes('depthwise_kernel')
          ? 'depthwise_conv2d'
          : layer.name === 'fc'
            ? 'dense'
            : 'conv2d';
      counts[kind]! += 1;
      layer.name = `${kind}_${counts[kind]}`;
      for (const weight of layer.weights) weight.name = `${layer.name}/${weight.role}:0`;
    }
    change(layers);
    return checkpointOf(layers);
  };

  test('is not loaded by name; when its layers fit by their order, that is advised', () => {
    expect(() => inferSettings(automatic())).toThrow(
      expect.objectContaining({
        tag: 'NotShuffleNet',
        looksLike: 'automatic names',
        explanation: expect.objectContaining({
          what: expect.stringContaining('The file does not name its layers'),
          found: expect.stringContaining('conv2d_37'),
          next: expect.stringContaining('--map order'),
        }),
      }),
    );
    expect(inferSettings(automatic(), { map: 'order' }).settings).toMatchObject({ groups: 3, numShuffleUnits: [1, 0] });
  });

  test('whose layers do not fit by their order either is not advised to map them', () => {
    const one = automatic((layers) => layers.splice(0, 1));
    expect(() => inferSettings(one)).toThrow(
      expect.objectContaining({
        explanation: expect.objectContaining({
          next: expect.stringContaining("do not fit the article's order either"),
        }),
      }),
    );
    expect(() => inferSettings(one)).not.toThrow('--map order');
  });
});

test("the article's own network is none of them", () => {
  expect(describeOther(checkpointOf(draftLayers(buildNetwork(TINY))))).toBeUndefined();
});
