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
  ['imgclsmob', ['features/init_block/conv', 'features/stage1/unit1/compress_conv1']],
  ['another network of imgclsmob', ['features/init_block/conv/conv', 'features/stage1/unit1/body/conv1/conv']],
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

/** Units after the first of each stage, as all of these have them at full size. */
const REPEATS = [3, 7, 3];

const conv = (name: string, shape: number[], role = 'kernel'): DraftLayer => ({
  name,
  weights: [{ name: `${name}/${role}:0`, role, shape, dtype: 'float32' }],
});

const normalization = (name: string): DraftLayer => ({
  name,
  weights: ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((role) => ({
    name: `${name}/${role}:0`,
    role,
    shape: [24],
    dtype: 'float32',
  })),
});

const depthwise = (name: string, channels = 24): DraftLayer => conv(name, [3, 3, channels, 1], 'depthwise_kernel');

/** For each unit of each stage: `unit(stage, unit)`, both from 1. */
const units = (unit: (stage: number, unit: number) => DraftLayer[]): DraftLayer[] =>
  REPEATS.flatMap((repeat, s) => Array.from({ length: repeat + 1 }, (_, u) => unit(s + 1, u + 1)).flat());

/** opconty/keras-shufflenetV2, utils.py: `conv1` and `fc` are called as in the article. */
const V2_OPCONTY = [
  conv('conv1', [3, 3, 3, 24]),
  ...units((stage, block) => {
    const at = `stage${stage + 1}/block${block}`;
    const layers = [
      conv(`${at}/1x1conv_1`, [1, 1, 58, 58]),
      normalization(`${at}/bn_1x1conv_1`),
      depthwise(`${at}/3x3dwconv`),
      normalization(`${at}/bn_3x3dwconv`),
      conv(`${at}/1x1conv_2`, [1, 1, 58, 58]),
      normalization(`${at}/bn_1x1conv_2`),
    ];
    const second = [depthwise(`${at}/3x3dwconv_2`), conv(`${at}/1x1_conv_3`, [1, 1, 58, 58])];
    return block === 1 ? [...layers, ...second] : layers;
  }),
  conv('1x1conv5_out', [1, 1, 464, 1024]),
  conv('fc', [1024, 1000]),
];

/** osmr/imgclsmob, shufflenet.py, g = 3. */
const IMGCLSMOB = [
  conv('features/init_block/conv', [3, 3, 3, 24]),
  normalization('features/init_block/bn'),
  ...units((stage, unit) => {
    const at = `features/stage${stage}/unit${unit}`;
    return [
      ...[1, 2, 3].map((g) => conv(`${at}/compress_conv1/convgroup${g}`, [1, 1, 80, 20])),
      normalization(`${at}/compress_bn1`),
      depthwise(`${at}/dw_conv2`),
      normalization(`${at}/dw_bn2`),
      ...[1, 2, 3].map((g) => conv(`${at}/expand_conv3/convgroup${g}`, [1, 1, 20, 80])),
      normalization(`${at}/expand_bn3`),
    ];
  }),
  conv('output', [960, 1000]),
];

/** The same repository, shufflenetv2.py. */
const V2_IMGCLSMOB = [
  conv('features/init_block/conv/conv', [3, 3, 3, 24]),
  normalization('features/init_block/conv/bn'),
  ...units((stage, unit) => {
    const at = `features/stage${stage}/unit${unit}`;
    const layers = ['compress_conv1', 'expand_conv3'].map((name) => conv(`${at}/${name}`, [1, 1, 58, 58]));
    const second = [depthwise(`${at}/dw_conv4`), conv(`${at}/expand_conv5`, [1, 1, 24, 58])];
    return [...layers, depthwise(`${at}/dw_conv2`), ...(unit === 1 ? second : [])];
  }),
  conv('features/final_block/conv', [1, 1, 464, 1024]),
  conv('output', [1024, 1000]),
];

/** arthurdouillard/keras-shufflenet: nothing is named; conv1 is normalised and every pointwise convolution grouped. */
function auto(groups: number, stageTwo: number, first = stageTwo / 4): DraftLayer[] {
  const counts: Record<string, number> = {};
  const named = (kind: string, make: (name: string) => DraftLayer): DraftLayer => {
    counts[kind] = (counts[kind] ?? 0) + 1;
    return make(`${kind}_${counts[kind]}`);
  };
  const pointwise = () => Array.from({ length: groups }, () => named('conv2d', (name) => conv(name, [1, 1, 8, 8])));
  const bn = () => named('batch_normalization', normalization);
  return [
    named('conv2d', (name) => conv(name, [3, 3, 3, 24])),
    bn(),
    ...units((stage) => [
      ...pointwise(),
      bn(),
      named('depthwise_conv2d', (name) => depthwise(name, first * 2 ** (stage - 1))),
      bn(),
      ...pointwise(),
      bn(),
    ]),
    named('dense', (name) => conv(name, [960, 1000])),
  ];
}

describe('a ShuffleNet that is a network of its own', () => {
  // users.md's account of each: layers that tell it apart, and what is computed otherwise.
  test.each([
    ['ShuffleNet V2', V2_OPCONTY, ['not a V1 checkpoint', 'split into two halves', '1x1conv5_out', 'have a bias']],
    ['ShuffleNet V2', V2_IMGCLSMOB, ['not a V1 checkpoint', 'split into two halves', 'features/final_block']],
    [
      'imgclsmob',
      IMGCLSMOB,
      ['followed by a batch normalization', 'expand_conv3 is grouped', '1e-5', 'pad both sides'],
    ],
    ['auto', auto(8, 384), ['followed by a batch normalization', '(n, groups)', '[pooled, branch]', 'grouped, as all']],
    ['auto', auto(3, 240), ['arthurdouillard/keras-shufflenet']],
    ['auto', auto(1, 144), ['arthurdouillard/keras-shufflenet']],
  ])('%s is known, with what differs, and is no broken file of the article', (id, layers, told) => {
    const checkpoint = checkpointOf(layers);
    for (const overrides of [{}, { map: 'order' } as const]) {
      try {
        inferSettings(checkpoint, overrides);
        throw new Error('it was taken for a ShuffleNet of the article');
      } catch (error) {
        expect(error).toBeInstanceOf(NotShuffleNetError);
        const { looksLike, differences, explanation } = error as NotShuffleNetError;
        expect(looksLike).toBe(id);
        expect(differences.length).toBeGreaterThanOrEqual(4);
        for (const words of told) expect(explanation.found).toContain(words);
        for (const words of differences) expect(explanation.found).toContain(words);
        expect(explanation.what).toContain('a network of its own, which is listed whole and not run');
        expect(explanation.next).toContain('`inspect` lists this one whole');
        expect(explanation.next).not.toContain('--map order');
      }
    }
  });

  test('whose names lost their slashes is known too', () => {
    const underscored = IMGCLSMOB.map((layer) => ({ ...layer, name: layer.name.replaceAll('/', '_') }));
    expect(describeOther(checkpointOf(underscored))?.id).toBe('imgclsmob');
  });

  test('is not claimed of a MobileNet V2 without names, which has as many layers of each class', () => {
    // Its first depthwise convolution has 32 channels; the ShuffleNet's with one group has 36.
    expect(describeOther(checkpointOf(auto(1, 144, 32)))?.id).toBe('automatic names');
  });

  test.each([
    ['a normalisation', 'batch_normalization_2'],
    ['a convolution', 'conv2d_2'],
    ['all depthwise convolutions but one', /^depthwise_conv2d_([2-9]|\d\d)$/],
  ])('is not claimed where %s is missing', (_, gone) => {
    const rest = auto(3, 240).filter(({ name }) => (typeof gone === 'string' ? name !== gone : !gone.test(name)));
    expect(describeOther(checkpointOf(rest))?.id).toBe('automatic names');
  });

  test('is not claimed where a second dense layer follows', () => {
    const layers = [...auto(3, 240), conv('dense_2', [1000, 2])];
    expect(describeOther(checkpointOf(layers))?.id).toBe('automatic names');
  });

  test.each([1, 3, 8])("is not the article's without its names: %d groups", (groups) => {
    const network = buildNetwork({ ...TINY, groups, scaleFactor: 1, numShuffleUnits: [3, 7, 3] });
    const counts: Record<string, number> = {};
    const layers = draftLayers(network).map((layer, i) => {
      const kind = network.layers[i]!.op.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
      counts[kind] = (counts[kind] ?? 0) + 1;
      return { ...layer, name: `${kind}_${counts[kind]}` };
    });
    expect(layers.map(({ name }) => name)).toContain('depthwise_conv2d_16');
    expect(describeOther(checkpointOf(layers))?.id).toBe('automatic names');
  });
});

test('any other network differs in nothing that is told: it has no relation to the article', () => {
  try {
    inferSettings(named('conv1', 'conv_dw_1', 'conv_pw_1'));
    throw new Error('it was taken for a ShuffleNet');
  } catch (error) {
    expect((error as NotShuffleNetError).differences).toEqual([]);
    expect((error as NotShuffleNetError).explanation.what).not.toContain('network of its own');
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
