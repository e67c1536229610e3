// Which mistakes may have happened at a layer, in how many ways, and in what words each is told. Nothing is run here.
import { describe, expect, test } from 'vitest';
import { UNIT_ROUNDOFF } from '../../../src/parity/bounds/bounded.js';
import type { Variation } from '../../../src/parity/causes/cause.js';
import { KNOWN_CAUSES } from '../../../src/parity/causes/registry.js';
import { matchLayers } from '../../../src/parity/fixture.js';
import { type Segment, segmentOf } from '../../../src/parity/segment.js';
import type { Checked } from '../../../src/parity/verify.js';
import { honest, smallModel } from './plant.js';

const UNIT = 'stage2/block2';
const SMALL = smallModel();

/** The segment that ends in `target` where the layers called for were recorded. */
function segmentAt(target: string, only = (_: string) => true, model: Checked = SMALL): Segment {
  const fixture = honest(model, only);
  const { layers } = matchLayers(fixture, model.network, (name) => name);
  const recorded = new Map(layers.map((layer) => [layer.layer, layer]));
  return segmentOf(model, { input: fixture.input.read(), recorded, rounding: UNIT_ROUNDOFF }, target);
}

function waysOf(segment: Segment, cause: string): Variation[] {
  return [...KNOWN_CAUSES.find(({ id }) => id === cause)!.variations(segment)];
}

/** In how many ways each cause may have happened, by its name; causes that cannot have are left out. */
function waysIn(segment: Segment): Record<string, number> {
  const all = KNOWN_CAUSES.map(({ id }) => [id, waysOf(segment, id).length] as const);
  return Object.fromEntries(all.filter(([, ways]) => ways > 0));
}

const NORM = {
  'bn-batch-statistics': 1,
  'bn-epsilon': 11,
  'bn-missing': 3,
  'bn-std-as-variance': 2,
  'bn-weights-exchanged': 23,
  'relu-misplaced': 2,
};

describe('alone, a layer may have gone wrong in', () => {
  const everything: Record<string, Record<string, number>> = {
    conv1: {
      'input-bgr': 1,
      'input-layout': 2,
      'input-scale': 15,
      'input-turned': 4,
      'kernel-flipped': 3,
      'kernel-order': 10,
      'padding-symmetric': 1,
      'padding-valid': 1,
      'reference-tf32': 4,
      'relu-missing': 1,
      relu6: 1,
    },
    maxpool1: { 'max-pool-pads-zeros': 1, 'padding-symmetric': 2, 'padding-valid': 1 },
    [`${UNIT}/1x1_gconv_1/g0_slice`]: { 'slices-exchanged': 2, 'slices-last': 1, 'slices-reversed': 1 },
    // A kernel of one cell has no padding and cannot be turned.
    [`${UNIT}/1x1_gconv_1_/g0`]: {
      'bias-unknown': 1,
      'group-kernels-exchanged': 6,
      'kernel-order': 10,
      'reference-tf32': 4,
      'relu-misplaced': 2,
    },
    [`${UNIT}/1x1_gconv_1/concat`]: { 'concat-exchanged': 1, 'relu-misplaced': 2 },
    [`${UNIT}/bn_gconv_1`]: { ...NORM, 'weights-of-another-layer': 3 },
    [`${UNIT}/relu_gconv_1`]: { 'relu-missing': 1, relu6: 1 },
    [`${UNIT}/channel_shuffle`]: { 'relu-misplaced': 2, 'shuffle-inverse': 1, 'shuffle-missing': 1 },
    // A map of odd size is padded alike by all.
    [`${UNIT}/1x1_dwconv_1`]: {
      'bias-unknown': 1,
      'kernel-flipped': 3,
      'kernel-order': 10,
      'padding-valid': 1,
      'reference-tf32': 4,
      'relu-misplaced': 2,
      'weights-of-another-layer': 1,
    },
    [`${UNIT}/add`]: { 'relu-misplaced': 2, 'residual-missing': 2 },
    // A shuffle of one group is none: it cannot be missing.
    'stage2/block1/channel_shuffle': { 'relu-misplaced': 2, 'shuffle-in-first-unit': 2 },
    'stage2/block1/avg_pool': { 'avg-pool-counts-padding': 1, 'padding-valid': 1 },
    global_pool: { 'global-pool': 1 },
    fc: { 'bias-missing': 1, 'kernel-order': 2, 'reference-tf32': 4, 'relu-misplaced': 2, 'softmax-twice': 1 },
    softmax: { 'softmax-missing': 1, 'softmax-twice': 1 },
  };
  test.each(Object.entries(everything))('%s', (layer, ways) => expect(waysIn(segmentAt(layer))).toEqual(ways));
});

describe('several layers at once may have gone wrong in', () => {
  const ends = (name: string) => /^conv1$|relu_out$|global_pool|^fc$|softmax/.test(name);

  test('a unit of stride 2', () => {
    expect(waysIn(segmentAt('stage2/block1/relu_out', ends))).toEqual({
      'avg-pool-counts-padding': 1,
      // Three normalisations at once, and each alone, with every usual epsilon but Keras's.
      'bn-epsilon': 4 * 10,
      'bn-missing': 4 * 3,
      'bn-std-as-variance': 4 * 2,
      'bn-weights-exchanged': 4 * 23,
      'concat-exchanged': 1,
      'kernel-flipped': 3,
      'kernel-order': 4 * 10,
      'max-pool-pads-zeros': 1,
      'padding-symmetric': 2,
      'padding-valid': 4,
      'reference-tf32': 4,
      'relu-misplaced': 16,
      'relu-missing': 3,
      relu6: 3,
      'shuffle-in-first-unit': 2,
      'weights-of-another-layer': 7,
    });
  });

  test('a unit of stride 1', () => {
    expect(waysIn(segmentAt(`${UNIT}/relu_out`, ends))).toEqual({
      'bn-epsilon': 40,
      'bn-missing': 12,
      'bn-std-as-variance': 8,
      'bn-weights-exchanged': 92,
      'concat-exchanged': 3,
      'group-kernels-exchanged': 12,
      'kernel-flipped': 3,
      'kernel-order': 80,
      'padding-valid': 1,
      'reference-tf32': 4,
      'relu-misplaced': 28,
      'relu-missing': 3,
      relu6: 3,
      'residual-missing': 2,
      'shuffle-inverse': 1,
      'shuffle-missing': 1,
      'slices-exchanged': 6,
      'slices-last': 1,
      'slices-reversed': 1,
    });
  });

  test('the groups of a convolution', () => {
    const concats = (name: string) => !/_slice|_\/g\d/.test(name);
    expect(waysIn(segmentAt(`${UNIT}/1x1_gconv_1/concat`, concats))).toEqual({
      'bias-unknown': 1,
      'concat-exchanged': 1,
      'group-kernels-exchanged': 6,
      'kernel-order': 40,
      'reference-tf32': 4,
      'relu-misplaced': 8,
      'slices-exchanged': 3,
      'slices-last': 1,
      'slices-reversed': 1,
    });
  });

  test('the groups of a network that reads the last slice', () => {
    const segment = segmentAt(
      `${UNIT}/1x1_gconv_1_/g1`,
      (name) => !name.includes('_slice'),
      smallModel({ slices: 'last' }),
    );
    expect(waysIn(segment)).toMatchObject({ 'slices-own': 1, 'slices-last': 1, 'slices-exchanged': 2 });
  });
});

describe('in words:', () => {
  const told = (cause: string, ...where: Parameters<typeof segmentAt>) =>
    waysOf(segmentAt(...where), cause).map(({ words }) => words);
  const softmaxOnly = (name: string) => name === 'softmax';

  test('the order of a kernel', () => {
    const orders = [
      'OIHW (PyTorch, Theano)',
      'IOHW',
      'OHWI (TensorFlow Lite)',
      'HWOI (inputs and outputs exchanged)',
      'WHIO (height and width exchanged)',
    ];
    const bothIn = (layer: string, order: string) => [
      `The kernel of ${layer} is in the order ${order} in the checkpoint, under the shape of (height, width, in, out). The checkpoint is wrong, not the port`,
      `The kernel of ${layer} is in the order ${order} as the reference used it. The reference is wrong, not the port`,
    ];
    expect(told('kernel-order', 'conv1')).toEqual(orders.flatMap((order) => bothIn('conv1', order)));
    expect(told('kernel-order', 'fc')).toEqual(bothIn('fc', '(out, in)'));
  });

  test('how a kernel is turned', () => {
    expect(told('kernel-flipped', 'conv1')).toEqual([
      'The kernel of conv1 is turned by half a turn (a convolution in the mathematical sense, as in Theano) in the reference or in the checkpoint',
      'The kernel of conv1 is mirrored from left to right in the reference or in the checkpoint',
      'The kernel of conv1 is mirrored from top to bottom in the reference or in the checkpoint',
    ]);
  });

  test('how an image is turned, or its memory read', () => {
    expect(told('input-turned', 'conv1')).toEqual(
      ['mirrored from left to right', 'upside down', 'turned by half a turn', 'with rows and columns exchanged'].map(
        (turn) => `The reference saw the image ${turn}, not as its input was recorded`,
      ),
    );
    expect(told('input-layout', 'conv1')).toEqual([
      "The reference saw its input's NHWC memory read as NCHW: the array was reshaped where it had to be transposed",
      'The reference saw its input transposed to NCHW and that memory read as NHWC: the array was reshaped where it had to be transposed',
    ]);
  });

  test('the scale of an input, of those that its values may have', () => {
    const caffe = "Caffe's (BGR, ImageNet's mean subtracted)";
    const torchvision = "torchvision's (ImageNet's mean and deviation)";
    const script = "the article's training script's (Caffe's, then x / 127.5 - 1)";
    const all = ['0..255', '0..1', '-1..1', caffe, torchvision, script];
    // Values from -1 to 1 are no pixels and no shares of 255, and the script's end just above 0.
    expect(told('input-scale', 'conv1')).toEqual(
      ['-1..1', caffe, torchvision].flatMap((recorded) =>
        all
          .filter((seen) => seen !== recorded)
          .map(
            (seen) =>
              `The reference saw its input at another scale: ${seen} instead of ${recorded}, as which it was recorded`,
          ),
      ),
    );
  });

  test("the vectors of a normalisation in each other's places, the fewest first", () => {
    const all = told('bn-weights-exchanged', `${UNIT}/bn_gconv_1`);
    const places = all.map((words) => /places: (.*?)\. /.exec(words)![1]!);
    expect(places.slice(0, 6).toSorted()).toEqual([
      'beta and moving_mean are exchanged',
      'beta and moving_variance are exchanged',
      'gamma and beta are exchanged',
      'gamma and moving_mean are exchanged',
      'gamma and moving_variance are exchanged',
      'moving_mean and moving_variance are exchanged',
    ]);
    expect(places.slice(6, 14).map((place) => place.split(', ').length)).toEqual(new Array(8).fill(3));
    expect(places).toContain(
      'gamma is what it calls beta, beta is what it calls moving_mean, moving_mean is what it calls gamma',
    );
    expect(places.slice(14).map((place) => place.split(', ').length)).toEqual(new Array(9).fill(4));
    expect(new Set(places).size).toBe(23);
  });

  test('the epsilon of a normalisation, the commonest first', () => {
    const epsilons = told('bn-epsilon', `${UNIT}/bn_gconv_1`).map((words) => / epsilon (\S+) in /.exec(words)![1]);
    expect(epsilons.slice(0, 10)).toEqual(
      ['1e-5', '1.001e-5', '1e-4', '1e-6', '2e-5', '1e-7', '1e-8', '1e-12', '1e-2'].concat('0'),
    );
  });

  test('what a normalisation leaves out', () => {
    expect(told('bn-missing', `${UNIT}/bn_gconv_1`)).toEqual([
      `The reference leaves out ${UNIT}/bn_gconv_1: what goes in comes out`,
      `The reference does not use the gamma of ${UNIT}/bn_gconv_1 (\`scale=False\`)`,
      `The reference does not use the beta of ${UNIT}/bn_gconv_1 (\`center=False\`)`,
    ]);
  });

  test('whose weights a layer has: those of one of its kind and shape, not of its own convolution', () => {
    const from = (layer: string) =>
      told('weights-of-another-layer', layer).map((words) => /weights of (\S+): /.exec(words)![1]);
    expect(from(`${UNIT}/bn_gconv_1`)).toEqual([
      'stage2/block1/bn_gconv_1',
      'stage2/block1/bn_dwconv_1',
      `${UNIT}/bn_dwconv_1`,
    ]);
    expect(from(`${UNIT}/1x1_gconv_1_/g0`)).toEqual([]);
  });

  test('padding, of a layer, of a pooling layer, and of several', () => {
    const pads = 'symmetrically, as Caffe and PyTorch do: padding (1, 1) instead of (0, 1), or (1, 0)';
    expect(told('padding-symmetric', 'maxpool1')).toEqual([
      `The reference pads maxpool1 ${pads}, which comes to the same. The reference is wrong, not the port`,
      `The reference pads maxpool1 ${pads}, which comes to the same; and its pooling counts the padding as zeros. The reference is wrong, not the port`,
    ]);
    expect(
      told('padding-valid', 'stage2/block1/relu_out', (name) => name === 'conv1' || /relu_out/.test(name))[0],
    ).toBe(
      "The reference does not pad maxpool1 and 2 more: it has `padding='valid'`, Keras's default, where the article has 'same'. The reference is wrong, not the port",
    );
  });

  test('the terms of an addition', () => {
    expect(told('residual-missing', `${UNIT}/add`)).toEqual([
      `The reference does not add the shortcut in ${UNIT}/add: it hands on ${UNIT}/bn_gconv_2 alone`,
      `The reference adds no branch to the shortcut in ${UNIT}/add: it hands on stage2/block1/relu_out alone`,
    ]);
    expect(told('relu-misplaced', `${UNIT}/add`)).toEqual([
      `The reference rectifies ${UNIT}/bn_gconv_2 before it is added in ${UNIT}/add; the article rectifies the sum`,
      `The reference rectifies stage2/block1/relu_out before it is added in ${UNIT}/add; the article rectifies the sum`,
    ]);
  });

  test('a relu before or after a layer', () => {
    expect(told('relu-misplaced', `${UNIT}/bn_gconv_1`)).toEqual([
      `The reference rectifies what ${UNIT}/bn_gconv_1 gives; the article has no relu there`,
      `The reference rectifies what ${UNIT}/bn_gconv_1 is given (${UNIT}/1x1_gconv_1/concat); the article has no relu there`,
    ]);
  });

  test('the groups of a convolution', () => {
    expect(told('group-kernels-exchanged', `${UNIT}/1x1_gconv_1_/g0`)).toEqual(
      [
        'those of the groups 0 and 1 are exchanged',
        'those of the groups 0 and 2 are exchanged',
        'those of the groups 1 and 2 are exchanged',
        'they are reversed',
        'group i has the kernel of group i + 1',
        'group i has the kernel of group i + 2',
      ].map(
        (order) =>
          `The kernels of ${UNIT}/1x1_gconv_1 are in another order in the checkpoint than the reference used them in: ${order}`,
      ),
    );
  });

  test('the shuffles of a network, at once and one by one', () => {
    const [a, b] = ['stage3/block1/channel_shuffle', 'stage3/block2/channel_shuffle'];
    const shuffles = `${UNIT}/channel_shuffle`;
    expect(told('shuffle-missing', 'softmax', softmaxOnly)).toEqual(
      [`${shuffles} and 2 more`, shuffles, a, b].map(
        (where) => `The reference has no channel shuffle at ${where}: the channels are as they were`,
      ),
    );
    // With as many groups as the inverse has, it is the inverse, which has a name of its own.
    expect(told('shuffle-groups', 'softmax', softmaxOnly)).toEqual(
      [5, 2, 6]
        .flatMap((groups) => [`${a} and ${b}`, a, b].map((where) => [where, groups] as const))
        .concat([`${shuffles} and 2 more`, shuffles, a, b].map((where) => [where, 15] as const))
        .map(([where, groups]) => `The reference shuffles the channels of ${where} with ${groups} groups instead of 3`),
    );
  });

  test('global pooling, whichever it is', () => {
    const [way] = waysOf(
      segmentAt('global_pool', () => true, smallModel({ pooling: 'max' })),
      'global-pool',
    );
    expect(way!.words).toBe(
      'The reference has global average pooling at global_pool, the port global max pooling. The weights do not tell which is right: it is the one the network was trained with',
    );
    expect(way!.fix).toBe(
      "Use `--pooling avg` if the reference is right; otherwise record it again with `pooling='max'`.",
    );
  });
});
