// Settings read back out of names and shapes: from networks built with known settings, and from Keras's own files.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { MissingDatasetError } from '../../src/checkpoint/errors.js';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { bytesSource } from '../../src/checkpoint/source.js';
import { buildNetwork } from '../../src/shufflenet/build.js';
import { inferSettings, type Overrides } from '../../src/shufflenet/infer.js';
import { GroupsConflictError } from '../../src/shufflenet/load-errors.js';
import { settingsRecord } from '../../src/shufflenet/metadata.js';
import { NAMING_SCHEMES, namingScheme } from '../../src/shufflenet/names.js';
import {
  ARTICLE_REVISION,
  DEFAULT_SETTINGS,
  type Revision,
  type ShuffleNetSettings,
  STAGE_TWO_CHANNELS,
} from '../../src/shufflenet/settings.js';
import { checkpointOf, type DraftLayer, draftLayers, layerIn, TINY, weightIn } from '../helpers/checkpoints.js';
import { fixtureBytes } from '../helpers/models.js';

/** What a file of these settings tells: neither pooling nor sizes. */
const told = (settings: ShuffleNetSettings) => ({
  ...settings,
  pooling: undefined,
  slices: 'own',
  inputShape: [null, null, settings.inputShape[2]],
  classes: settings.includeTop ? settings.classes : 1000,
});

function infer(settings: ShuffleNetSettings, change: (layers: DraftLayer[]) => void = () => {}, overrides?: Overrides) {
  const layers = draftLayers(buildNetwork(settings));
  change(layers);
  return inferSettings(checkpointOf(layers), overrides);
}

async function inferFixture(name: string, overrides?: Overrides) {
  const checkpoint = await openCheckpoint(bytesSource(name, fixtureBytes(name)));
  try {
    return inferSettings(checkpoint, overrides);
  } finally {
    checkpoint.close();
  }
}

describe('names and shapes', () => {
  // Scales at which each group count divides every layer (fixtures/keras/settings-table.json).
  test.each([
    [1, 0.25],
    [2, 1],
    [3, 0.25],
    [4, 1],
    [8, 0.25],
    [3, 2],
    [1, 1.75],
  ])('tell %d groups at scale %d', (groups, scaleFactor) => {
    const settings = { ...DEFAULT_SETTINGS, groups, scaleFactor };
    expect(infer(settings).settings).toEqual(told(settings));
  });

  test.each([0.125, 0.25, 0.5, 0.75, 1, 2, 1 / 3])('tell the ratio %d', (bottleneckRatio) => {
    const settings = { ...DEFAULT_SETTINGS, bottleneckRatio };
    expect(infer(settings).settings).toEqual(told(settings));
  });

  test.each([[[0]], [[3]], [[0, 0, 0]], [[1, 2, 3]], [[3, 7, 3, 1]]])('tell the units %j', (numShuffleUnits) => {
    const settings = { ...TINY, numShuffleUnits };
    expect(infer(settings).settings).toEqual(told(settings));
  });

  test('tell the top, its classes, and the channels of the input', () => {
    for (const classes of [1, 2, 1000, 1001]) {
      expect(infer({ ...TINY, classes }).settings).toMatchObject({ classes, includeTop: true });
    }
    expect(infer({ ...TINY, includeTop: false }).settings).toMatchObject({ includeTop: false });
    for (const channels of [1, 3, 4]) {
      const inferred = infer({ ...TINY, inputShape: [32, 48, channels] });
      expect(inferred.settings.inputShape).toEqual([null, null, channels]);
    }
  });

  test.each<Partial<Revision>>([
    {},
    { convBias: true },
    { firstGconv2Grouped: true },
    { bottleneckFrom: 'out-in' },
    { convBias: true, firstGconv2Grouped: true, bottleneckFrom: 'out-in' },
  ])('tell the revision of the article: %j', (changes) => {
    const revision = { ...ARTICLE_REVISION, ...changes };
    const settings = { ...DEFAULT_SETTINGS, groups: 2, scaleFactor: 1, bottleneckRatio: 0.5, revision };
    expect(infer(settings).settings).toEqual(told(settings));
  });

  test.each(NAMING_SCHEMES)('tell it under the scheme $id, and nested behind a prefix', (scheme) => {
    for (const prefix of ['', 'backbone/', 'net_']) {
      const { settings, layers } = infer(TINY, (drafts) => {
        for (const layer of drafts) layer.name = prefix + scheme.encode(layer.name);
      });
      expect(layers.scheme.id).toBe(scheme.id);
      expect(settings).toEqual(told(TINY));
    }
  });

  test('of a model nested in a layer', () => {
    const { settings, notes } = infer(TINY, (drafts) => {
      const weights = drafts.splice(0).flatMap((layer) => layer.weights);
      drafts.push({ name: 'model_1', weights });
    });
    expect(settings).toEqual(told(TINY));
    expect(notes).toMatchObject([{ id: 'nested-model' }]);
  });

  test.each([2, 3, 8])('of grouped kernels stored as one, in %d groups', (groups) => {
    const settings = { ...DEFAULT_SETTINGS, groups, numShuffleUnits: [1, 1] };
    const fuse = (drafts: DraftLayer[]) => {
      const parts = drafts.filter(({ name }) => /_\/g\d$/.test(name));
      for (const part of parts.filter(({ name }) => name.endsWith('g0'))) {
        const kernel = part.weights[0]!;
        kernel.shape[3] = kernel.shape[3]! * groups;
        drafts.push({ name: part.name.replace('_/g0', ''), weights: [kernel] });
      }
      for (const part of parts) drafts.splice(drafts.indexOf(part), 1);
    };
    expect(infer(settings, fuse).settings).toEqual(told(settings));
    expect(infer(settings, fuse, { groups }).settings).toEqual(told(settings));
    expect(() => infer(settings, fuse, { groups: 4 })).toThrow(GroupsConflictError);
  });

  test('are read for the most part: one damaged layer does not decide', () => {
    const { settings } = infer({ ...DEFAULT_SETTINGS, groups: 3 }, (drafts) => {
      for (const weight of layerIn(drafts, 'stage3/block2/bn_gconv_1').weights) weight.shape = [61];
      for (const weight of layerIn(drafts, 'stage3/block3/bn_gconv_2').weights) weight.shape = [];
      drafts.splice(drafts.indexOf(layerIn(drafts, 'conv1')), 1);
      drafts.splice(drafts.indexOf(layerIn(drafts, 'stage2/block1/bn_gconv_1')), 1);
      layerIn(drafts, 'fc').weights.pop();
    });
    expect(settings).toEqual(told({ ...DEFAULT_SETTINGS, groups: 3 }));
  });
});

describe('the law: what was built is what is inferred', () => {
  const drawn = fc.record({
    groups: fc.constantFrom(...STAGE_TWO_CHANNELS.keys()),
    scaleFactor: fc.integer({ min: 1, max: 16 }).map((quarters) => quarters / 4),
    bottleneckRatio: fc.constantFrom(0.125, 0.25, 0.5, 0.75, 1),
    numShuffleUnits: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 }),
    classes: fc.integer({ min: 1, max: 2000 }),
    includeTop: fc.boolean(),
    channels: fc.integer({ min: 1, max: 5 }),
    convBias: fc.boolean(),
    firstGconv2Grouped: fc.boolean(),
    outIn: fc.boolean(),
    scheme: fc.constantFrom(...NAMING_SCHEMES),
  });

  test('for random settings that build', () => {
    let built = 0;
    fc.assert(
      fc.property(drawn, ({ channels, convBias, firstGconv2Grouped, outIn, scheme, ...rest }) => {
        const revision: Revision = {
          convBias,
          // One group is a plain convolution either way.
          firstGconv2Grouped: firstGconv2Grouped && rest.groups > 1,
          // Strided units alone cannot tell a quarter of `out - in` from a smaller part of `out`.
          bottleneckFrom: outIn && rest.numShuffleUnits.some((units) => units > 0) ? 'out-in' : 'out',
        };
        const settings: ShuffleNetSettings = {
          ...DEFAULT_SETTINGS,
          ...rest,
          inputShape: [null, null, channels],
          revision,
        };
        let network: ReturnType<typeof buildNetwork>;
        try {
          network = buildNetwork(settings);
        } catch {
          fc.pre(false);
          return;
        }
        built++;
        const layers = draftLayers(network);
        for (const layer of layers) layer.name = scheme.encode(layer.name);
        expect(inferSettings(checkpointOf(layers)).settings).toEqual(told(settings));
      }),
      { numRuns: 60 },
    );
    expect(built).toBe(60);
  });
});

describe('pooling', () => {
  const layer = (className: string, name: string) => ({ class_name: className, name, config: { name } });
  const withConfig = (...layers: object[]): Partial<Checkpoint> => ({
    modelConfig: { class_name: 'Model', config: { layers } },
  });
  const inferWith = (extra: Partial<Checkpoint>, overrides?: Overrides, settings = TINY) =>
    inferSettings(checkpointOf(draftLayers(buildNetwork(settings)), extra), overrides);

  test.each([
    ['GlobalMaxPooling2D', 'max'],
    ['GlobalAveragePooling2D', 'avg'],
  ] as const)('is read from the architecture: %s is %s', (className, pooling) => {
    const inferred = inferWith(withConfig(layer('Conv2D', 'conv1'), layer(className, 'global_pool')));
    expect(inferred).toMatchObject({ settings: { pooling }, poolingSource: 'config' });
  });

  test('is never reached where the architecture says channels_first', () => {
    const conv1 = { ...layer('Conv2D', 'conv1'), config: { name: 'conv1', data_format: 'channels_first' } };
    expect(() => inferWith(withConfig(layer('InputLayer', 'input_1'), conv1))).toThrow(
      expect.objectContaining({ tag: 'ChannelsFirst', layer: 'conv1' }),
    );
  });

  test('of another layer is not that of the network', () => {
    const inferred = inferWith(withConfig(layer('GlobalMaxPooling2D', 'head_pool')));
    expect(inferred.settings.pooling).toBeUndefined();
  });

  test("is nobody's word where the architecture has a top and no pooling", () => {
    const inferred = inferWith(withConfig(layer('Conv2D', 'conv1'), layer('Dense', 'fc')));
    expect(inferred).toMatchObject({ settings: { pooling: undefined, includeTop: true }, poolingSource: 'none' });
  });

  test('is none in an architecture without a top and without pooling', () => {
    const inferred = inferWith(withConfig(layer('Conv2D', 'conv1')), {}, { ...TINY, includeTop: false });
    expect(inferred).toMatchObject({ settings: { pooling: null, includeTop: false }, poolingSource: 'config' });
  });

  test('is named as the file names its layers', () => {
    const layers = draftLayers(buildNetwork(TINY));
    for (const draft of layers) draft.name = `net/${draft.name}`;
    const checkpoint = checkpointOf(layers, withConfig(layer('GlobalAveragePooling2D', 'net/global_pool')));
    expect(inferSettings(checkpoint).settings.pooling).toBe('avg');
  });

  test('is not known without an architecture', () => {
    expect(inferWith({})).toMatchObject({ settings: { pooling: undefined }, poolingSource: 'none' });
  });

  test('that is stated comes first, then that of a converted file, then the architecture', () => {
    const extra = {
      ...withConfig(layer('GlobalMaxPooling2D', 'global_pool')),
      metadata: settingsRecord({ ...TINY, pooling: 'avg' }),
    };
    expect(inferWith(extra)).toMatchObject({ settings: { pooling: 'avg' }, poolingSource: 'metadata' });
    expect(inferWith(extra, { pooling: 'max' })).toMatchObject({ settings: { pooling: 'max' }, poolingSource: 'flag' });
    const { metadata: _, ...config } = extra;
    expect(inferWith(config)).toMatchObject({ settings: { pooling: 'max' }, poolingSource: 'config' });
  });
});

describe("the input's channels", () => {
  const withKernel = (shape: number[], overrides?: Overrides, extra: Partial<Checkpoint> = {}) => {
    const layers = draftLayers(buildNetwork(TINY));
    weightIn(layers, 'conv1', 'kernel').shape = shape;
    return inferSettings(checkpointOf(layers, extra), overrides);
  };
  const ofInput = (shape: (number | null)[]): Partial<Checkpoint> => ({
    modelConfig: {
      class_name: 'Model',
      config: {
        layers: [{ class_name: 'InputLayer', name: 'i', config: { name: 'i', batch_input_shape: [null, ...shape] } }],
      },
    },
  });

  // The tiny network's conv1 is (3, 3, channels, 6).
  test.each([
    [[3, 3, 1, 6], 1],
    [[3, 3, 4, 6], 4],
    [[3, 3, 12, 6], 12],
  ])('are those of a kernel that is right otherwise: %j', (shape, channels) => {
    expect(withKernel(shape).settings.inputShape).toEqual([null, null, channels]);
  });

  test.each([
    ['its output axis is wrong too', [3, 3, 7, 5]],
    ['it is of another size', [5, 5, 1, 6]],
    ['it has no input at all', [3, 3, 0, 6]],
    ['it has another rank', [3, 3, 6]],
    ['none of its axes fits', [7, 7, 7, 7]],
  ])('are three where the kernel is damaged: %s', (_, shape) => {
    const { settings, notes } = withKernel(shape);
    expect(settings.inputShape).toEqual([null, null, 3]);
    expect(notes).toEqual([]);
  });

  test('are three where the kernel cannot be read', () => {
    const layers = draftLayers(buildNetwork(TINY));
    Object.assign(weightIn(layers, 'conv1', 'kernel'), {
      shape: [3, 3, 9, 6],
      fault: new MissingDatasetError('/a', 'a group'),
    });
    expect(inferSettings(checkpointOf(layers)).settings.inputShape).toEqual([null, null, 3]);
  });

  test.each([
    [[6, 1, 3, 3], 1],
    [[6, 3, 3, 1], 1],
    [[4, 6, 3, 3], 4],
    [[3, 3, 6, 2], 2],
  ])('are those of a kernel in another axis order, so that the order is what is reported: %j', (shape, channels) => {
    expect(withKernel(shape).settings.inputShape).toEqual([null, null, channels]);
  });

  test('that no image has are noted, unless somebody states them', () => {
    const text =
      'By the kernel of conv1 the input has 12 channels, and images have 4 at most: if this network is for images, conv1 is damaged.';
    const { notes } = withKernel([3, 3, 12, 6]);
    expect(notes).toEqual([{ id: 'input-channels', text }]);
    expect(withKernel([3, 3, 4, 6]).notes).toEqual([]);
    expect(withKernel([3, 3, 12, 6], { inputShape: [32, 32, 12] }).notes).toEqual([]);
    expect(withKernel([3, 3, 12, 6], {}, ofInput([null, null, 12])).notes).toEqual([]);
    const metadata = settingsRecord({ ...TINY, inputShape: [32, 32, 12] });
    expect(withKernel([3, 3, 12, 6], {}, { metadata }).notes).toEqual([]);
  });

  test('are those of the architecture where there is one, whatever the kernel says', () => {
    expect(withKernel([3, 3, 12, 6], {}, ofInput([48, 48, 3])).settings.inputShape).toEqual([48, 48, 3]);
    expect(withKernel([3, 3, 4, 6], {}, ofInput([48, 48, null])).settings.inputShape).toEqual([null, null, 4]);
  });
});

describe('a converted file', () => {
  const SETTINGS: ShuffleNetSettings = { ...TINY, pooling: 'avg', slices: 'last', inputShape: [33, 47, 3] };

  test('tells all its settings', () => {
    const checkpoint = checkpointOf(draftLayers(buildNetwork(SETTINGS)), { metadata: settingsRecord(SETTINGS) });
    expect(inferSettings(checkpoint).settings).toEqual(SETTINGS);
  });

  test('is overruled by what is stated', () => {
    const checkpoint = checkpointOf(draftLayers(buildNetwork(SETTINGS)), { metadata: settingsRecord(SETTINGS) });
    expect(inferSettings(checkpoint, { slices: 'own' }).settings).toEqual({ ...SETTINGS, slices: 'own' });
  });

  test('with settings that are none of ours is like any other file', () => {
    const metadata = { version: 99 };
    const checkpoint = checkpointOf(draftLayers(buildNetwork(SETTINGS)), { metadata });
    expect(inferSettings(checkpoint).settings).toEqual(told(SETTINGS));
  });
});

describe('what is stated', () => {
  test('overrules what is inferred', () => {
    const stated: Overrides = { classes: 7, includeTop: false, inputShape: [48, 48, 3], slices: 'last' };
    expect(infer(TINY, () => {}, stated).settings).toEqual({ ...told(TINY), ...stated });
  });

  test('may be the scheme', () => {
    const { layers } = infer(TINY, () => {}, { scheme: namingScheme('article')! });
    expect(layers.scheme.id).toBe('article');
    expect(() => infer(TINY, () => {}, { scheme: namingScheme('dots')! })).toThrow('no checkpoint of the article');
  });

  test('helps with the rest: a ratio that is stated is not looked for', () => {
    const { settings } = infer(TINY, () => {}, { bottleneckRatio: 0.26, numShuffleUnits: [1, 0], scaleFactor: 0.25 });
    expect(settings).toMatchObject({ bottleneckRatio: 0.26, numShuffleUnits: [1, 0], scaleFactor: 0.25, groups: 3 });
  });
});

test('Lambda layers are noted: their code is not run', () => {
  const lambda = { class_name: 'Lambda', name: 'l', config: { function: ['4wEAAAA', null, null] } };
  const checkpoint = checkpointOf(draftLayers(buildNetwork(TINY)), {
    modelConfig: { class_name: 'Model', config: { layers: [lambda, { ...lambda, name: 'm' }] } },
  });
  const { notes } = inferSettings(checkpoint);
  const text =
    "The file holds 2 Lambda layers; their code is not run. Outputs made by reloading this file in Keras are no valid reference if its slices are the article's lambdas: each would read the last group.";
  expect(notes).toEqual([{ id: 'lambda-layers', text }]);
});

describe('files that Keras wrote', () => {
  // fixtures/keras/README.md: all 0.25x, ratio 0.25, one further unit a stage, 10 classes.
  const common = {
    scaleFactor: 0.25,
    bottleneckRatio: 0.25,
    numShuffleUnits: [1, 1, 1],
    classes: 10,
    includeTop: true,
  };

  test.each([
    ['k21-g3/weights.h5', 3],
    ['k21-g3-odd/weights.h5', 3],
    ['k21-g8/weights.h5', 8],
    ['k215-g3/weights.h5', 3],
    ['trained-digits-g3/weights.h5', 3],
  ])('%s, weights only', async (name, groups) => {
    const { settings, poolingSource, notes, layers } = await inferFixture(name);
    const rest = { pooling: undefined, inputShape: [null, null, 3], slices: 'own', revision: ARTICLE_REVISION };
    expect(settings).toEqual({ ...common, groups, ...rest });
    expect({ poolingSource, notes, scheme: layers.scheme.id }).toEqual({
      poolingSource: 'none',
      notes: [],
      scheme: 'article',
    });
  });

  test('k21-g3-full/model_noopt.h5, with its architecture', async () => {
    const { settings, poolingSource, notes } = await inferFixture('k21-g3-full/model_noopt.h5');
    expect(settings).toMatchObject({ ...common, groups: 3, pooling: 'max', inputShape: [32, 32, 3] });
    expect(poolingSource).toBe('config');
    // 5 grouped units of 2 convolutions and 3 slices each, and a channel shuffle in all 6.
    expect(notes).toMatchObject([{ id: 'lambda-layers', text: expect.stringContaining('36 Lambda layers') }]);
  });
});

describe('names that number more units than there are', () => {
  const unitAt = (stage: number, block: number): DraftLayer => ({
    name: `stage${stage}/block${block}/bn_gconv_1`,
    weights: [{ name: 'gamma', role: 'gamma', shape: [4], dtype: 'float32' }],
  });

  test('are refused before a network of a million layers is built: a few layers can name it', () => {
    const few = [unitAt(2, 999), unitAt(3, 999)];
    expect(() => inferSettings(checkpointOf(few))).toThrow(
      expect.objectContaining({
        tag: 'TooManyUnits',
        kind: 'file',
        message: expect.stringContaining('names up to 1,998 units, and layers of 2 of them'),
      }),
    );
    expect(() => inferSettings(checkpointOf([unitAt(999, 1), unitAt(2, 999)]))).toThrow('names up to 1,996 units');
  });

  test('are read up to a thousand', () => {
    expect(inferSettings(checkpointOf([unitAt(2, 999), unitAt(3, 1)])).settings.numShuffleUnits).toEqual([998, 0]);
  });

  test('are not believed of a converted file either', () => {
    const metadata = settingsRecord({ ...TINY, numShuffleUnits: [1e9] });
    const checkpoint = checkpointOf(draftLayers(buildNetwork(TINY)), { metadata });
    expect(inferSettings(checkpoint).settings).toEqual(told(TINY));
  });

  test('cannot be stated', () => {
    for (const numShuffleUnits of [[1000], [0, 999], Array(1001).fill(0)]) {
      expect(() => buildNetwork({ ...TINY, groups: 1, numShuffleUnits })).toThrow('1000 units in all at most');
    }
  });
});

test('a file without weights is told as that, and not as another network', () => {
  const layers = [{ name: 'conv1', weights: [] }];
  expect(() => inferSettings(checkpointOf(layers))).toThrow(expect.objectContaining({ tag: 'NoLayers' }));
  const [conv1] = draftLayers(buildNetwork(TINY)).filter(({ name }) => name === 'conv1');
  expect(() => inferSettings(checkpointOf([...layers, conv1!]))).toThrow(
    expect.objectContaining({ tag: 'NotShuffleNet' }),
  );
});

test('the slices are those of an architecture that tells them', () => {
  const crop = {
    class_name: 'Cropping2D',
    name: 'c',
    config: {
      data_format: 'channels_first',
      cropping: [
        [0, 0],
        [8, 0],
      ],
    },
  };
  const modelConfig = { class_name: 'Model', config: { layers: [crop] } };
  const checkpoint = checkpointOf(draftLayers(buildNetwork(TINY)), { modelConfig });
  expect(inferSettings(checkpoint).settings.slices).toBe('last');
  expect(inferSettings(checkpoint, { slices: 'own' }).settings.slices).toBe('own');
});

test('a weight without a known shape does not stop the others', () => {
  const { settings } = infer(TINY, (drafts) => {
    weightIn(drafts, 'conv1', 'kernel').shape = [];
    weightIn(drafts, 'fc', 'bias').shape = [];
  });
  expect(settings).toEqual(told(TINY));
});
