// What is said of a file that is of another network, or whose weights do not all fit: every sentence, as it is read.
import { describe, expect, test } from 'vitest';
import { readFileLayers } from '../../src/shufflenet/file-layers.js';
import {
  AmbiguousNameError,
  ChannelsFirstError,
  GroupsConflictError,
  NoLayersError,
  NotShuffleNetError,
  OrderMismatchError,
  TooManyUnitsError,
} from '../../src/shufflenet/load-errors.js';
import { checkpointOf } from '../helpers/checkpoints.js';

const weighted = (name: string) => ({
  name,
  weights: [{ name: `${name}/kernel:0`, role: 'kernel', shape: [1, 1, 3, 4], dtype: 'float32' }],
});

describe('a file without layers', () => {
  test.each([
    [[], 'an empty list of layers'],
    [['input_1'], '1 layer, none with a weight'],
    [['a', 'b'], '2 layers, none with a weight'],
  ])('%j', (names, found) => {
    const error = new NoLayersError(checkpointOf(names.map((name) => ({ name, weights: [] }))));
    expect([error.tag, error.kind]).toEqual(['NoLayers', 'file']);
    expect(error.explanation).toEqual({
      what: 'The file holds no layers with weights.',
      found,
      next: 'save the weights again from the trained model; a model saved before it was built looks like this',
    });
  });
});

describe('a file of another network', () => {
  const NO_NAMES = 'The file does not name its layers, so none can be loaded by name';
  const NO_CHECKPOINT = "This is no checkpoint of the article's ShuffleNet";
  const about = (names: string[], extra = {}, fitsByOrder?: boolean) => {
    const checkpoint = checkpointOf([...names.map(weighted), { name: 'flatten', weights: [] }], extra);
    return new NotShuffleNetError(checkpoint, readFileLayers(checkpoint), fitsByOrder);
  };

  test('that is not known', () => {
    const error = about(['encoder', 'decoder']);
    expect([error.tag, error.kind, error.looksLike, error.differences]).toEqual([
      'NotShuffleNet',
      'file',
      undefined,
      [],
    ]);
    expect(error.explanation).toEqual({
      what: `${NO_CHECKPOINT}: 0 of its 2 weighted layers matched a shuffle unit.`,
      found: 'layers such as encoder, decoder',
      expected: 'stage2/block1/1x1_gconv_1 and so on (first missing layer: conv1)',
      next: '`inspect` lists what is in the file',
    });
  });

  test('that has a conv1 too', () => {
    expect(about(['conv1']).explanation).toMatchObject({
      what: `${NO_CHECKPOINT}: 0 of its 1 weighted layer matched a shuffle unit.`,
      expected: 'stage2/block1/1x1_gconv_1 and so on (first missing layer: stage2/block1/1x1_gconv_1)',
    });
  });

  test.each([
    ['MobileNet V2', 'Conv1'],
    ['MobileNet V2', 'block_3_project'],
    ['SqueezeNet', 'fire2/expand3x3'],
    ['ResNet', 'res2a_branch2a'],
    ['VGG', 'block5_conv3'],
    ['Xception', 'separable_conv2d_1'],
  ])('that looks like %s: %s', (id, name) => {
    const error = about([name]);
    expect(error.looksLike).toBe(id);
    expect(error.explanation).toMatchObject({
      found: `it looks like ${id}; layers such as ${name}`,
      next: '`inspect` lists what is in the file',
    });
  });

  test('of imgclsmob that is not its ShuffleNet', () => {
    expect(about(['features/init_block/conv', 'features/stage1/unit1/body/conv1']).explanation.found).toBe(
      'the layer names of osmr/imgclsmob, and not those of its ShuffleNet; layers such as features/init_block/conv, features/stage1/unit1/body/conv1',
    );
  });

  test('that is a ShuffleNet of its own', () => {
    const error = about(['conv1', 'stage2/block1/1x1conv_1']);
    expect(error.explanation).toEqual({
      what: `${NO_CHECKPOINT}: 0 of its 2 weighted layers matched a shuffle unit. It is a network of its own, which is listed whole and not run.`,
      found:
        'the layer names of ShuffleNet V2 (arXiv 1807.11164) in opconty/keras-shufflenetV2, another network: not a V1 checkpoint; ' +
        "unlike the article's network: channels are split into two halves and one passes untouched, where the article convolves them in groups and adds; " +
        'the shuffle stands after the concat of the halves (1x1conv_2 first), in two groups; ' +
        'strided units have a second branch (3x3dwconv_2, 1x1_conv_3) in place of the average pooling; ' +
        'all convolutions but conv1 have a bias; ' +
        'a last convolution with relu and without normalization (1x1conv5_out) stands before the pooling; ' +
        'layers such as conv1, stage2/block1/1x1conv_1',
      expected: expect.any(String),
      next: "take a checkpoint of the article's network; `inspect` lists this one whole, no other command runs it",
    });
  });

  test.each([
    [
      false,
      "load the `.keras` file of the same model, which keeps the names; the layers do not fit the article's order either",
    ],
    [
      true,
      "load the `.keras` file of the same model, which keeps the names; or map by order: the number of layers of each class fits the article's network exactly (--map order)",
    ],
  ])('whose layers have no names, fitting by order: %s', (fitsByOrder, next) => {
    const automatic = about(['conv2d_1', 'batch_normalization_1'], {}, fitsByOrder);
    expect(automatic.explanation).toMatchObject({
      what: `${NO_NAMES}: 0 of 2 weighted layers matched.`,
      found:
        "its layers have Keras's automatic names, which do not tell the place of a layer; layers such as conv2d_1, batch_normalization_1",
      next,
    });
    expect(about(['0'], { named: false }, fitsByOrder).explanation).toMatchObject({
      what: `${NO_NAMES}: 0 of 1 weighted layer matched.`,
      found: 'layers such as 0',
      next,
    });
  });

  test('that is a relative is told as that, whether its layers have names or not', () => {
    expect(about(['1x1conv5_out'], { named: false }).explanation.what).toContain('a network of its own');
  });
});

test('a network with its channels first', () => {
  const error = new ChannelsFirstError('conv1\u001b');
  expect([error.tag, error.kind, error.layer]).toEqual(['ChannelsFirst', 'file', 'conv1\u001b']);
  expect(error.explanation).toEqual({
    what: 'The network was built with data_format channels_first, which is not run.',
    where: 'conv1\\u001b',
    found: 'channels_first: (batch, channels, height, width)',
    expected: 'channels_last, which the article states: its channel shuffle works on the last axis',
    next: 'rebuild the model in Python with channels_last, load the weights by name (kernels are stored the same), and save it again',
  });
});

test('more units than are read', () => {
  const error = new TooManyUnitsError(1998, 1002, 1000);
  expect([error.tag, error.kind]).toEqual(['TooManyUnits', 'file']);
  expect(error.explanation).toEqual({
    what: 'The layer names number more shuffle units than are read.',
    found: 'names up to 1,998 units, and layers of 1,002 of them',
    expected: "1,000 units in all at most (the paper's networks have 16)",
    next: '`inspect` lists what is in the file; do not trust a file with such names',
  });
});

test('layers that do not fit by their order', () => {
  const error = new OrderMismatchError('dense', 2, 1);
  expect([error.tag, error.kind]).toEqual(['OrderMismatch', 'file']);
  expect(error.explanation).toEqual({
    what: 'The layers cannot be mapped by their order: their number does not fit.',
    found: '2 layers of the class dense',
    expected: '1',
    next: '`inspect` lists what is in the file',
  });
});

test('another number of groups', () => {
  const error = new GroupsConflictError('a', '3 kernels', '2 kernels', 3);
  expect([error.tag, error.kind, error.layer]).toEqual(['GroupsConflict', 'file', 'a']);
  expect(error.explanation).toEqual({
    what: 'The file is of a network with another number of groups.',
    where: 'a',
    found: '3 kernels',
    expected: '2 kernels',
    next: 'leave the group count out, or state 3',
  });
});

test.each([
  [['net_1/conv1', 'net_2/conv1'], '"net_1/conv1" and "net_2/conv1"'],
  [['conv1', 'conv1'], '"conv1" twice'],
] as const)('two layers that stand for one: %j', (names, found) => {
  const error = new AmbiguousNameError({ articleName: 'conv1', names });
  expect([error.tag, error.kind, error.layer, error.names]).toEqual(['AmbiguousName', 'file', 'conv1', names]);
  expect(error.explanation).toEqual({
    what: 'Two layers of the file stand for the same layer of the network; nothing was loaded.',
    where: 'conv1',
    found,
    expected: 'one layer for each of the network',
    next: 'save the one network alone, or rename the layer that is not meant',
  });
});
