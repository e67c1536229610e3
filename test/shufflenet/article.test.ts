// Each argument and each message of the article's functions, as far as it shows without weights. Expected numbers and
// sentences are what the article's code gave when it was run under Keras 2.1.6; shapes and names are its text.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { bytesSource } from '../../src/checkpoint/source.js';
import { tensor } from '../../src/core/tensor.js';
import { networkParameters } from '../../src/network/cost.js';
import type { Network, Pair, Shape } from '../../src/network/layer.js';
import { input, maxPooling2d, networkOf, type SymbolicTensor } from '../../src/network/symbolic.js';
import { block } from '../../src/shufflenet/block.js';
import { channelShuffle } from '../../src/shufflenet/channel-shuffle.js';
import { groupConv } from '../../src/shufflenet/group-conv.js';
import { shuffleUnit } from '../../src/shufflenet/shuffle-unit.js';
import { type ShuffleNetArguments, shuffleNet } from '../../src/shufflenet/shufflenet.js';
import { forwardFixtures } from '../helpers/numpy-fixtures.js';

type Args = Omit<ShuffleNetArguments, 'loadModel'>;

/** A call of the article's function under Keras 2.1.6: the model it made, or the exception it threw. */
interface Quirk {
  call: string;
  arguments: Args;
  name?: string;
  parameters?: number;
  error?: string;
}

const quirksFile = new URL('../../fixtures/keras/argument-quirks.json', import.meta.url);
const { rows: QUIRKS } = JSON.parse(readFileSync(quirksFile, 'utf8')) as { rows: Quirk[] };
// What the article and Keras's check of the input size raise on purpose; the other exceptions come from deep inside.
const WORDED = /^ValueError: ((?:Invalid (?:number of groups|value for)|Input size|If `include_top`).*?)$/;

const layer = (network: Network, name: string) => network.layers.find((found) => found.name === name);
const output = (network: Network) => layer(network, network.output)!;
const weightsOf = (x: SymbolicTensor) => networkOf(x, 'test').layers.map(({ name, weights }) => [name, weights]);

describe('shuffleNet', () => {
  test('without arguments is the 1x network of one group for 224x224 images and 1000 classes', () => {
    const network = shuffleNet();
    expect(network.name).toBe('ShuffleNet_1X_g1_br_0.25_373');
    expect(network.inputShape).toEqual([224, 224, 3]);
    expect(output(network)).toMatchObject({ name: 'softmax', outputShape: [1000] });
    expect(networkParameters(network)).toBe(1546528);
    expect(layer(network, 'global_pool')!.op).toBe('GlobalMaxPooling2D');
  });

  test.each(QUIRKS.filter(({ name }) => name !== undefined))('builds what Keras builds: $call', (row) => {
    const network = shuffleNet(row.arguments);
    expect(network.name).toBe(row.name);
    expect(networkParameters(network)).toBe(row.parameters);
  });

  test.each(QUIRKS.filter(({ error }) => error !== undefined && WORDED.test(error)))(
    'refuses what the article refuses, in its words: $call',
    (row) => {
      const sentence = WORDED.exec(row.error!)![1]!;
      expect(() => shuffleNet(row.arguments)).toThrow(startingWith(sentence));
    },
  );

  test('the article fails without a sentence of its own in four more calls', () => {
    const others = QUIRKS.filter(({ error }) => error !== undefined && !WORDED.test(error));
    expect(others.map(({ call }) => call)).toEqual([
      'load_model="w.h5"', // any value fails there: the article loads from ''
      'ShuffleNet(groups=3, input_shape=(None, None, 3), include_top=False)', // builds here
      'ShuffleNet(groups=3, scale_factor=0)', // refused here, in words
      'ShuffleNet(groups=3, scale_factor=-1)',
    ]);
    const [, unknownSize, nothing, negative] = others;
    expect(output(shuffleNet(unknownSize!.arguments)).outputShape).toEqual([960]);
    for (const row of [nothing!, negative!]) {
      expect(() => shuffleNet(row.arguments)).toThrow('Invalid value for scale_factor. Should be x over 4.');
    }
  });

  // Left: the number. Right: what Python's '%.2g' makes of it.
  test.each([
    [0.75, '0.75'],
    [1.25, '1.2'],
    [1.75, '1.8'],
    [2.25, '2.2'],
    [2.75, '2.8'],
    [9.75, '9.8'],
    [10.25, '10'],
    [100, '1e+02'],
  ])('names scale factor %d as %s', (scaleFactor, printed) => {
    const network = shuffleNet({ scaleFactor, numShuffleUnits: [] });
    expect(network.name).toBe(`ShuffleNet_${printed}X_g1_br_0.25_`);
  });

  test.each([
    [0.125, '0.12'],
    [0.375, '0.38'],
    [1 / 3, '0.33'],
    [0.345, '0.34'],
    [0.995, '0.99'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [1, '1'],
  ])('names bottleneck ratio %d as %s', (bottleneckRatio, printed) => {
    const network = shuffleNet({ bottleneckRatio, numShuffleUnits: [] });
    expect(network.name).toBe(`ShuffleNet_1X_g1_br_${printed}_`);
  });

  test.each<[string, Args, string]>([
    ['5 groups', { groups: 5 }, 'Invalid number of groups.'],
    ['no pooling under a top', { pooling: null }, 'Invalid value for pooling.'],
    ['an unknown pooling', { pooling: 'mean' as 'avg' }, 'Invalid value for pooling.'],
    ['an unknown pooling without a top', { pooling: 'mean' as 'avg', includeTop: false }, 'Invalid value for pooling.'],
    ['scale factor 0.3', { scaleFactor: 0.3 }, 'Invalid value for scale_factor. Should be x over 4.'],
    ['scale factor 0', { scaleFactor: 0 }, 'Invalid value for scale_factor. Should be x over 4.'],
    ['scale factor -1', { scaleFactor: -1 }, 'Invalid value for scale_factor. Should be x over 4.'],
    ['27 rows', { inputShape: [27, 32, 3] }, 'Input size must be at least 28x28; got `input_shape=(27, 32, 3)`'],
    ['27 columns', { inputShape: [32, 27, 3] }, 'Input size must be at least 28x28; got `input_shape=(32, 27, 3)`'],
    [
      'an unknown size under a top',
      { inputShape: [null, null, 3] },
      'If `include_top` is True, you should specify a static `input_shape`. Got `input_shape=(None, None, 3)`',
    ],
    ['half a class', { classes: 0.5 }, 'Invalid value for classes.'],
    ['no class', { classes: 0 }, 'Invalid value for classes.'],
    ['half a unit', { numShuffleUnits: [0.5] }, 'Invalid value for num_shuffle_units.'],
    ['a negative ratio', { bottleneckRatio: -0.25 }, 'Invalid value for bottleneck_ratio.'],
    ['an input without channels', { inputShape: [32, 32] }, 'Invalid value for input_shape.'],
  ])("refuses %s, in the article's or Keras's words", (_, args, sentence) => {
    const expected = expect.objectContaining({ kind: 'usage', message: expect.stringMatching(startingWith(sentence)) });
    expect(() => shuffleNet({ groups: 3, ...args })).toThrow(expected);
  });

  test('says which layer and channels do not divide, and which neighbouring settings do', () => {
    // Keras's table, ratio 0.25: 4 groups at scale 0.5 fail at this layer; the other group counts but 2 build, scale
    // factors 1 and 2 too, and so does ratio 1.
    expect(() => shuffleNet({ groups: 4, scaleFactor: 0.5 })).toThrow(
      expect.objectContaining({ tag: 'IndivisibleChannels', layer: 'stage2/block2/1x1_gconv_1', channels: 34 }),
    );
    const works = /groups 1, 3, 8; scale factor 1, 2; bottleneck ratio 0\.5, 1$/m;
    expect(() => shuffleNet({ groups: 4, scaleFactor: 0.5 })).toThrow(works);
  });

  test.each<[Shape, Shape]>([
    [
      [28, 28, 1],
      [1, 1, 960],
    ],
    [
      [33, 47, 3],
      [2, 2, 960],
    ],
    [
      [224, 320, 7],
      [7, 10, 960],
    ],
    [
      [null, null, 3],
      [null, null, 960],
    ],
    [
      [64, null, 3],
      [2, null, 960],
    ],
  ])('gives the 4-D output without top and pooling: %j ends as %j', (inputShape, expected) => {
    const network = shuffleNet({ groups: 3, includeTop: false, pooling: null, inputShape });
    expect(output(network)).toMatchObject({ name: 'stage4/block4/relu_out', outputShape: expected });
    expect(layer(network, 'conv1')!.weights.kernel).toEqual([3, 3, inputShape[2], 24]);
  });

  test.each(['max', 'avg'] as const)('ends in a vector without a top, pooling %s', (pooling) => {
    const network = shuffleNet({ groups: 3, includeTop: false, pooling, inputShape: null });
    expect(network.inputShape).toEqual([null, null, 3]);
    const op = { max: 'GlobalMaxPooling2D', avg: 'GlobalAveragePooling2D' }[pooling];
    expect(output(network)).toMatchObject({ name: 'global_pool', op, outputShape: [960] });
  });

  test('needs a number of input channels', () => {
    expect(() => shuffleNet({ inputTensor: { ...input([64, 64, 3]), shape: [64, 64, null] } })).toThrow(
      'The channel dimension of the inputs should be defined.',
    );
  });

  test('an undefined argument is the default', () => {
    const args = { groups: undefined, inputShape: undefined } as unknown as Args;
    expect(shuffleNet(args)).toEqual(shuffleNet());
  });

  test('attaches to an existing layer', () => {
    const inputTensor = maxPooling2d(input([64, 64, 5], 'camera'), { poolSize: [2, 2], name: 'smaller' });
    const network = shuffleNet({ groups: 3, inputTensor });
    expect(network.layers.slice(0, 3).map(({ name }) => name)).toEqual(['camera', 'smaller', 'conv1']);
    expect(network).toMatchObject({ input: 'camera', inputShape: [64, 64, 5] });
    expect(layer(network, 'conv1')).toMatchObject({ inputs: ['smaller'], outputShape: [16, 16, 24] });
    expect(layer(network, 'conv1')!.weights.kernel).toEqual([3, 3, 5, 24]);
  });

  test('classes decide the top alone', () => {
    const network = shuffleNet({ groups: 3, classes: 7 });
    expect(layer(network, 'fc')!.weights).toEqual({ kernel: [960, 7], bias: [7] });
    expect(networkParameters(shuffleNet({ groups: 3 })) - networkParameters(network)).toBe(993 * (960 + 1));
  });

  // The paper, table 1: output channels of stages 2 to 4.
  test.each([
    [1, [144, 288, 576]],
    [2, [200, 400, 800]],
    [3, [240, 480, 960]],
    [4, [272, 544, 1088]],
    [8, [384, 768, 1536]],
  ])('has the channels of the paper, groups %d: %j', (groups, channels) => {
    const network = shuffleNet({ groups });
    const ends = ['stage2/block4/relu_out', 'stage3/block8/relu_out', 'stage4/block4/relu_out'];
    expect(ends.map((name) => layer(network, name)!.outputShape)).toEqual([
      [28, 28, channels[0]],
      [14, 14, channels[1]],
      [7, 7, channels[2]],
    ]);
  });

  test.each(forwardFixtures())('has the layers that numpy walked, and their shapes: $name', ({ settings, layers }) => {
    const ours = shuffleNet(settings).layers.slice(1);
    const shapes = ours.map(({ name, outputShape }) => [name.replaceAll('/', '__'), outputShape]);
    expect(ours.length).toBe(layers.size);
    expect(Object.fromEntries(shapes)).toEqual(
      Object.fromEntries([...layers].map(([name, { shape }]) => [name, shape.slice(1)])),
    );
  });

  describe('loadModel', () => {
    const fixture = forwardFixtures().find(({ settings }) => settings.groups === 3)!;
    const opened = () => openCheckpoint(bytesSource(fixture.name, new Uint8Array(readFileSync(fixture.weights))));

    test('gives the network with its weights, by name', async () => {
      const checkpoint = await opened();
      const { network, weights, settings } = await shuffleNet({ ...fixture.settings, loadModel: checkpoint });
      expect(network).toEqual(shuffleNet(fixture.settings));
      expect(settings).toEqual(fixture.settings);
      const stored = checkpoint.layers.find(({ name }) => name === 'stage2/block1/1x1_gconv_1')!.weights[0]!;
      const { data, shape } = await stored.read();
      expect(weights.get('stage2/block1/1x1_gconv_1')!.kernel).toMatchObject({ data, shape });
      checkpoint.close();
    });

    test('refuses weights of another network', async () => {
      const checkpoint = await opened();
      const wrong = shuffleNet({ ...fixture.settings, groups: 1, loadModel: checkpoint });
      await expect(wrong).rejects.toMatchObject({ tag: 'Load' });
      checkpoint.close();
    });
  });

  test('slices: last changes attributes of slice layers and nothing else', () => {
    const [own, last] = (['own', 'last'] as const).map((slices) => shuffleNet({ groups: 3, slices }));
    const changed = last!.layers.filter((found, i) => JSON.stringify(found) !== JSON.stringify(own!.layers[i]));
    expect(changed.map(({ name }) => name)).toEqual(
      own!.layers.filter(({ name }) => /\/g[01]_slice$/.test(name)).map(({ name }) => name),
    );
    expect(layer(last!, 'stage2/block2/1x1_gconv_1/g0_slice')!.attrs).toEqual({ begin: 160, end: 240 });
    expect(layer(own!, 'stage2/block2/1x1_gconv_1/g0_slice')!.attrs).toEqual({ begin: 0, end: 80 });
  });
});

describe('block', () => {
  test('is a strided unit and `repeat` units after it', () => {
    const y = block(input([16, 12, 24]), { channelMap: [24, 240, 480], bottleneckRatio: 0.25, repeat: 2, stage: 2 });
    const outs = networkOf(y, 'test').layers.filter(({ name }) => name.endsWith('relu_out'));
    expect(outs.map(({ name, outputShape }) => [name, outputShape])).toEqual([
      ['stage2/block1/relu_out', [8, 6, 240]],
      ['stage2/block2/relu_out', [8, 6, 240]],
      ['stage2/block3/relu_out', [8, 6, 240]],
    ]);
  });

  test('repeats once unless told, in one group', () => {
    const y = block(input([16, 12, 240]), { channelMap: [24, 240, 480], bottleneckRatio: 0.25, stage: 3 });
    expect(y.layer.name).toBe('stage3/block2/relu_out');
    expect(networkOf(y, 'test').layers.some(({ op }) => op === 'Slice')).toBe(false);
  });
});

describe('shuffleUnit', () => {
  const options = { inChannels: 24, outChannels: 24, groups: 3, bottleneckRatio: 0.5, stage: 3, block: 2 };

  test('with stride 1 adds its input', () => {
    const y = shuffleUnit(input([5, 7, 24]), { ...options, strides: 1 });
    const network = networkOf(y, 'test');
    expect(y.shape).toEqual([5, 7, 24]);
    expect(layer(network, 'stage3/block2/add')!.inputs).toEqual(['stage3/block2/bn_gconv_2', 'input_1']);
    expect(layer(network, 'stage3/block2/1x1_dwconv_1')!.weights.depthwise_kernel).toEqual([3, 3, 12, 1]);
    expect(layer(network, 'stage3/block2/channel_shuffle')!.attrs).toEqual({ groups: 3 });
  });

  test('with stride 2, the default, joins its pooled input, so that the branch makes the rest', () => {
    const y = shuffleUnit(input([5, 7, 24]), { ...options, outChannels: 60, block: 1 });
    const network = networkOf(y, 'test');
    expect(y.shape).toEqual([3, 4, 60]);
    expect(layer(network, 'stage3/block1/concat')!.inputs).toEqual([
      'stage3/block1/bn_gconv_2',
      'stage3/block1/avg_pool',
    ]);
    expect(layer(network, 'stage3/block1/bn_gconv_2')!.outputShape).toEqual([3, 4, 36]);
    // The bottleneck is cut from all 60 output channels, not from the branch's 36.
    expect(layer(network, 'stage3/block1/bn_gconv_1')!.outputShape).toEqual([5, 7, 30]);
  });

  test("is not grouped at all where stage 2 begins: the article's, unlike the paper's", () => {
    const y = shuffleUnit(input([5, 7, 24]), { ...options, outChannels: 60, stage: 2, block: 1 });
    const network = networkOf(y, 'test');
    expect(network.layers.some(({ op }) => op === 'Slice')).toBe(false);
    expect(layer(network, 'stage2/block1/channel_shuffle')!.attrs).toEqual({ groups: 1 });
  });
});

describe('groupConv', () => {
  const options = { inChannels: 6, outChannels: 9, groups: 3, name: 'conv' };
  const x = input([7, 9, 6]);

  test('names slices, convolutions and join as the article does', () => {
    const network = networkOf(groupConv(x, options), 'test');
    const found = network.layers.map(({ name, inputs, weights }) => [name, [inputs, weights]]);
    expect(Object.fromEntries(found)).toEqual({
      input_1: [[], {}],
      'conv/g0_slice': [['input_1'], {}],
      'conv/g1_slice': [['input_1'], {}],
      'conv/g2_slice': [['input_1'], {}],
      'conv_/g0': [['conv/g0_slice'], { kernel: [1, 1, 2, 3] }],
      'conv_/g1': [['conv/g1_slice'], { kernel: [1, 1, 2, 3] }],
      'conv_/g2': [['conv/g2_slice'], { kernel: [1, 1, 2, 3] }],
      'conv/concat': [['conv_/g0', 'conv_/g1', 'conv_/g2'], {}],
    });
  });

  test('of one group is a convolution by that name', () => {
    expect(weightsOf(groupConv(x, { ...options, groups: 1 }))).toEqual([
      ['input_1', {}],
      ['conv', { kernel: [1, 1, 6, 9] }],
    ]);
  });

  test.each<[number | Pair | undefined, number | Pair | undefined, number[], number[]]>([
    [undefined, undefined, [1, 1, 2, 3], [7, 9, 9]],
    [3, 2, [3, 3, 2, 3], [4, 5, 9]],
    [
      [3, 5],
      [2, 1],
      [3, 5, 2, 3],
      [4, 9, 9],
    ],
    [[1, 3], 3, [1, 3, 2, 3], [3, 3, 9]],
    [2, [1, 2], [2, 2, 2, 3], [7, 5, 9]],
  ])('kernel %j and stride %j, a number or a pair: kernel shape %j, output %j', (kernel, stride, weights, shape) => {
    const sized = { ...options, ...(kernel !== undefined && { kernel }), ...(stride !== undefined && { stride }) };
    const y = groupConv(x, sized);
    expect(y.shape).toEqual(shape);
    expect(layer(networkOf(y, 'test'), 'conv_/g1')!.weights).toEqual({ kernel: weights });
    expect(groupConv(x, { ...sized, groups: 1 }).shape).toEqual(shape);
  });

  test.each([
    ['out', 6, 10, 10],
    // The article's `in_channels // groups` would leave the seventh channel unread.
    ['in', 7, 9, 7],
  ])('refuses %s_channels that do not divide', (side, inChannels, outChannels, channels) => {
    const convolve = () => groupConv(input([7, 9, inChannels]), { ...options, inChannels, outChannels });
    expect(convolve).toThrow(
      expect.objectContaining({ tag: 'IndivisibleChannels', layer: 'conv', side, channels, groups: 3 }),
    );
    expect(convolve).toThrow(startingWith(`${side}_channels % groups == 0 does not hold`));
  });

  test.each([0, -1, 1.5, Number.NaN])('refuses %d groups', (groups) => {
    expect(() => groupConv(x, { ...options, groups })).toThrow('Invalid value for groups.');
  });
});

describe('channelShuffle', () => {
  test("does the article's own example", () => {
    const shuffled = channelShuffle(tensor(Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8), [9]), 3);
    expect([...shuffled.data]).toEqual([0, 3, 6, 1, 4, 7, 2, 5, 8]);
    expect(shuffled.shape).toEqual([9]);
    expect(shuffled.data).toBeInstanceOf(Int32Array);
  });

  test.each([2, 0, -3, 1.5])('refuses %d groups for nine channels', (groups) => {
    const expected = expect.objectContaining({ tag: 'IndivisibleChannels', channels: 9, groups });
    expect(() => channelShuffle(tensor(new Float32Array(9), [9]), groups)).toThrow(expected);
  });
});

function startingWith(sentence: string): RegExp {
  return new RegExp(`^${sentence.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`);
}
