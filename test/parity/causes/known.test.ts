// Each known mistake, planted by hand in a second forward pass: found at its layer, and named. And what has no name.
import { describe, expect, test } from 'vitest';
import type { Layer } from '../../../src/network/layer.js';
import { input, maxPooling2d, networkOf } from '../../../src/network/symbolic.js';
import { KNOWN_CAUSES } from '../../../src/parity/causes/registry.js';
import type { Cause } from '../../../src/parity/judge.js';
import type { Checked } from '../../../src/parity/verify.js';
import {
  at,
  channels,
  convolve,
  depthwise,
  each,
  fully,
  join,
  largest,
  type Mistake,
  mean,
  normalise,
  overall,
  type Picture,
  picture,
  pool,
  recordWith,
  rectify,
  rightly,
  softmax,
} from './naive.js';
import { damaged, explained, fixtureOf, IMAGES, planted, smallModel } from './plant.js';
import { FIXES, WORDS } from './sentences.js';

const UNIT = 'stage2/block2';

/** A mistake at the layers whose names match. */
const where =
  (name: RegExp, mistake: Mistake): Mistake =>
  (layer, ...rest) =>
    name.test(layer.name) ? mistake(layer, ...rest) : undefined;

const none: Mistake = () => undefined;

interface Planted {
  readonly cause: string;
  /** Of how it was done, where one cause is planted twice. */
  readonly how?: string;
  readonly layer: string;
  readonly mistake?: Mistake;
  /** Weights that the reference used, from those of the checkpoint. */
  readonly truth?: (model: Checked) => Checked;
  /** Weights of the checkpoint and the reference, where those of the small model hide the mistake. */
  readonly checkpoint?: (model: Checked) => Checked;
  readonly only?: (name: string) => boolean;
}

/** What another input gives at conv1. */
const fedWith = (change: (x: Picture) => Picture): Mistake =>
  where(/^conv1$/, (layer, [x], weights) => rightly(layer, [change(x!)], weights));

const pixels = (x: Picture): Picture => each(x, (v) => (v + 1) * 127.5);
const strided = (layer: Layer): number => ('strides' in layer.attrs ? layer.attrs.strides[0] : 1);

/** A depthwise layer on a map framed by hand: where the window begins. */
const conv1From = (first: number): Mistake =>
  where(/^conv1$/, (_, [x], { kernel }) => rectify(convolve(x!, kernel!, 3, kernel!.length / 27, 2, [first, first])));

const norm = (layer: string, change: Parameters<typeof damaged>[2]) => (model: Checked) =>
  damaged(model, `${UNIT}/${layer}`, change);

/** The nearest number of so many significant bits, or multiple of `least`. */
const fewerDigits =
  (bits: number, least = 0) =>
  (v: number) => {
    if (v === 0) return 0;
    const unit = Math.max(least, 2 ** (Math.floor(Math.log2(Math.abs(v))) + 1 - bits));
    return Math.round(v / unit) * unit;
  };

/** The slice of group `to(group)`, of three. */
const slicesFrom = (to: (group: number) => number): Mistake =>
  where(/g\d_slice$/, ({ name }, [x]) => {
    const n = x!.c / 3;
    return channels(x!, (c) => to(Number(/g(\d)_slice/.exec(name)![1])) * n + c, n);
  });

const noSlices = (name: string): boolean => !name.includes('_slice');
const concatsOnly = (name: string): boolean => !/_slice|_\/g\d/.test(name);

const shuffled = (groups: number) => (x: Picture) =>
  channels(x, (c) => (c % groups) * (x.c / groups) + Math.floor(c / groups));

const PLANTED: readonly Planted[] = [
  {
    cause: 'slices-last',
    how: 'slices recorded',
    layer: `${UNIT}/1x1_gconv_1/g0_slice`,
    mistake: slicesFrom(() => 2),
  },
  { cause: 'slices-last', layer: `${UNIT}/1x1_gconv_1_/g0`, mistake: slicesFrom(() => 2), only: noSlices },
  {
    cause: 'slices-last',
    how: 'concats recorded',
    layer: `${UNIT}/1x1_gconv_1/concat`,
    mistake: slicesFrom(() => 2),
    only: concatsOnly,
  },
  {
    cause: 'slices-last',
    how: 'ends of units recorded',
    layer: `${UNIT}/relu_out`,
    mistake: slicesFrom(() => 2),
    only: (name) => /relu_out$/.test(name),
  },
  {
    cause: 'slices-reversed',
    layer: `${UNIT}/1x1_gconv_1_/g0`,
    mistake: slicesFrom((g) => 2 - g),
    only: noSlices,
  },
  {
    cause: 'slices-exchanged',
    layer: `${UNIT}/1x1_gconv_1/concat`,
    mistake: slicesFrom((g) => [1, 0, 2][g]!),
    only: concatsOnly,
  },
  {
    cause: 'group-kernels-exchanged',
    layer: `${UNIT}/1x1_gconv_2/concat`,
    mistake: none,
    truth: (model) => {
      const weights = new Map(model.weights);
      const conv = (g: number): string => `${UNIT}/1x1_gconv_2_/g${g}`;
      weights.set(conv(1), model.weights.get(conv(2))!).set(conv(2), model.weights.get(conv(1))!);
      return { ...model, weights };
    },
    only: concatsOnly,
  },
  {
    cause: 'shuffle-missing',
    layer: `${UNIT}/channel_shuffle`,
    mistake: where(/channel_shuffle/, (_, [x]) => x),
  },
  {
    cause: 'shuffle-missing',
    how: 'shuffle not recorded',
    layer: `${UNIT}/1x1_dwconv_1`,
    mistake: where(/channel_shuffle/, (_, [x]) => x),
    only: (name) => !/channel_shuffle/.test(name),
  },
  {
    cause: 'shuffle-inverse',
    layer: `${UNIT}/channel_shuffle`,
    mistake: where(/block2\/channel_shuffle/, (_, [x]) => shuffled(x!.c / 3)(x!)),
  },
  {
    cause: 'shuffle-groups',
    layer: 'stage3/block1/channel_shuffle',
    mistake: where(/stage3\/block1\/channel_shuffle/, (_, [x]) => shuffled(2)(x!)),
  },
  {
    cause: 'shuffle-in-first-unit',
    layer: 'stage2/block1/channel_shuffle',
    mistake: where(/stage2\/block1\/channel_shuffle/, (_, [x]) => shuffled(3)(x!)),
  },
  {
    cause: 'channel-order',
    layer: `${UNIT}/channel_shuffle`,
    mistake: where(/stage2\/block2\/channel_shuffle/, (_, [x]) => channels(x!, (c) => (c + 4) % x!.c)),
  },
  {
    cause: 'channel-order',
    how: 'classes',
    layer: 'fc',
    mistake: where(/^fc$/, (layer, inputs, weights) =>
      channels(rightly(layer, inputs, weights), (c) => [0, 1, 5, 3, 4, 2, 6][c]!),
    ),
  },
  {
    cause: 'bn-epsilon',
    layer: 'stage2/block1/bn_gconv_1',
    mistake: where(/bn_/, (_, [x], weights) => normalise(x!, weights, 1e-5)),
  },
  {
    cause: 'bn-epsilon',
    how: 'solved for',
    layer: 'stage2/block1/bn_gconv_1',
    mistake: where(/bn_/, (_, [x], weights) => normalise(x!, weights, 3.3e-3)),
  },
  {
    cause: 'bn-epsilon',
    how: 'ends of units recorded',
    layer: 'stage2/block1/relu_out',
    mistake: where(/bn_/, (_, [x], weights) => normalise(x!, weights, 1e-5)),
    only: (name) => /relu_out$/.test(name),
  },
  ...[
    ['gamma', 'beta'],
    ['gamma', 'moving_variance'],
    ['moving_mean', 'moving_variance'],
  ].map(
    ([a, b]): Planted => ({
      cause: 'bn-weights-exchanged',
      how: `${a} and ${b}`,
      layer: `${UNIT}/bn_dwconv_1`,
      // Positive, so that the exchange leaves a variance that is one.
      mistake: where(/block2\/bn_dwconv_1/, (_, [x], weights) =>
        normalise(x!, { ...weights, [a!]: weights[b!]!, [b!]: weights[a!]! }),
      ),
    }),
  ),
  {
    cause: 'bn-std-as-variance',
    layer: `${UNIT}/bn_gconv_1`,
    mistake: where(/block2\/bn_gconv_1/, (_, [x], weights) =>
      normalise(x!, { ...weights, moving_variance: weights.moving_variance!.map((v) => v * v) }),
    ),
  },
  {
    cause: 'bn-std-as-variance',
    how: 'by the reference',
    layer: `${UNIT}/bn_gconv_1`,
    mistake: where(/block2\/bn_gconv_1/, (_, [x], weights) =>
      normalise(x!, { ...weights, moving_variance: weights.moving_variance!.map(Math.sqrt) }),
    ),
  },
  {
    cause: 'bn-missing',
    layer: `${UNIT}/bn_gconv_2`,
    mistake: where(/block2\/bn_gconv_2/, (_, [x]) => x),
  },
  {
    cause: 'bn-missing',
    how: 'without its scale',
    layer: `${UNIT}/bn_gconv_2`,
    mistake: where(/block2\/bn_gconv_2/, (_, [x], weights) =>
      normalise(x!, { ...weights, gamma: weights.gamma!.map(() => 1) }),
    ),
  },
  {
    cause: 'kernel-order',
    how: 'OIHW in the file',
    layer: 'conv1',
    mistake: where(/^conv1$/, (_, [x], { kernel }) => {
      const filters = kernel!.length / 27;
      const hwio = Array.from({ length: kernel!.length }, (_v, at) => {
        const [o, i, w, h] = [
          at % filters,
          Math.floor(at / filters) % 3,
          Math.floor(at / filters / 3) % 3,
          Math.floor(at / filters / 9),
        ];
        return kernel![((o * 3 + i) * 3 + h) * 3 + w]!;
      });
      return rectify(convolve(x!, hwio, 3, filters, 2));
    }),
  },
  {
    cause: 'kernel-order',
    how: 'height and width exchanged',
    layer: `${UNIT}/1x1_dwconv_1`,
    mistake: where(/block2\/1x1_dwconv_1/, (layer, [x], { depthwise_kernel: kernel }) => {
      const turned = kernel!.map((_v, at) => {
        const [c, j, i] = [at % x!.c, Math.floor(at / x!.c) % 3, Math.floor(at / x!.c / 3)];
        return kernel![(j * 3 + i) * x!.c + c]!;
      });
      return depthwise(x!, turned, strided(layer));
    }),
  },
  {
    cause: 'kernel-order',
    how: 'inputs and outputs exchanged',
    layer: `${UNIT}/1x1_gconv_1_/g0`,
    mistake: where(/block2\/1x1_gconv_1_\/g0/, (layer, [x], { kernel }) => {
      const filters = layer.outputShape.at(-1)!;
      return convolve(
        x!,
        kernel!.map((_v, at) => kernel![(at % filters) * x!.c + Math.floor(at / filters)]!),
        1,
        filters,
        1,
      );
    }),
    only: noSlices,
  },
  {
    cause: 'kernel-flipped',
    layer: `${UNIT}/1x1_dwconv_1`,
    mistake: where(/block2\/1x1_dwconv_1/, (layer, [x], { depthwise_kernel: kernel }) => {
      const turned = kernel!.map((_v, at) => kernel![(8 - Math.floor(at / x!.c)) * x!.c + (at % x!.c)]!);
      return depthwise(x!, turned, strided(layer));
    }),
  },
  {
    cause: 'depthwise-order',
    layer: `${UNIT}/1x1_dwconv_1`,
    mistake: where(/block2\/1x1_dwconv_1/, (layer, [x], { depthwise_kernel: kernel }) =>
      depthwise(x!, kernel!, strided(layer), (c) => (c % 3) * (x!.c / 3) + Math.floor(c / 3)),
    ),
  },
  { cause: 'padding-symmetric', layer: 'conv1', mistake: conv1From(-1) },
  {
    cause: 'padding-symmetric',
    how: 'max pooling',
    layer: 'maxpool1',
    mistake: where(/maxpool1/, (_, [x]) => pool(x!, largest, [-1, -1])),
  },
  {
    cause: 'padding-valid',
    layer: 'stage2/block1/1x1_dwconv_1',
    mistake: where(/stage2\/block1\/1x1_dwconv_1/, (_, [x], { depthwise_kernel: kernel }) =>
      picture(3, 3, x!.c, (row, column, c) => {
        let sum = 0;
        for (let cell = 0; cell < 9; cell++)
          sum += at(x!, 2 * row + Math.floor(cell / 3), 2 * column + (cell % 3), c) * kernel![cell * x!.c + c]!;
        return sum;
      }),
    ),
    only: (name) => name === 'stage2/block1/channel_shuffle' || name === 'stage2/block1/1x1_dwconv_1',
  },
  {
    cause: 'avg-pool-counts-padding',
    layer: 'stage2/block1/avg_pool',
    mistake: where(/avg_pool/, (_, [x]) => pool(x!, (cells) => cells.reduce((a, b) => a + b, 0) / 9)),
  },
  {
    cause: 'concat-exchanged',
    layer: 'stage2/block1/concat',
    mistake: where(/block1\/concat$/, (_, [x, y]) => join([y!, x!])),
  },
  {
    cause: 'residual-missing',
    layer: `${UNIT}/add`,
    mistake: where(/add$/, (_, [x]) => x),
  },
  { cause: 'relu-missing', layer: `${UNIT}/relu_gconv_1`, mistake: where(/block2\/relu_gconv_1/, (_, [x]) => x) },
  {
    cause: 'relu-missing',
    how: 'inside conv1',
    layer: 'conv1',
    mistake: where(/^conv1$/, (_, [x], { kernel }) => convolve(x!, kernel!, 3, kernel!.length / 27, 2)),
  },
  {
    cause: 'relu-misplaced',
    how: 'after the depthwise convolution',
    layer: `${UNIT}/bn_dwconv_1`,
    mistake: where(/stage2\/block2\/bn_dwconv_1/, (layer, [x], weights) => rectify(rightly(layer, [x!], weights))),
    only: (name) => name.startsWith(UNIT) || name.endsWith('block1/relu_out'),
  },
  {
    cause: 'relu-misplaced',
    how: 'before the addition',
    layer: `${UNIT}/add`,
    mistake: where(/add$/, (layer, [x, y], weights) => rightly(layer, [rectify(x!), y!], weights)),
  },
  {
    cause: 'relu6',
    layer: `${UNIT}/relu_out`,
    mistake: where(/stage2\/block2\/relu_out/, (_, [x]) => each(x!, (v) => Math.min(6, Math.max(0, v)))),
    checkpoint: norm('bn_gconv_2', ({ gamma }) => gamma!.fill(30)),
  },
  {
    cause: 'bias-missing',
    layer: 'fc',
    mistake: where(/^fc$/, (_, [x], { kernel, bias }) =>
      fully(
        x!,
        kernel!,
        bias!.map(() => 0),
      ),
    ),
  },
  {
    cause: 'bias-unknown',
    layer: `${UNIT}/1x1_dwconv_1`,
    mistake: where(/block2\/1x1_dwconv_1/, (layer, [x], weights) =>
      each(rightly(layer, [x!], weights), (v, c) => v + Math.sin(c + 1)),
    ),
  },
  {
    cause: 'global-pool',
    layer: 'global_pool',
    mistake: where(/global_pool/, (_, [x]) => overall(x!, largest)),
  },
  { cause: 'softmax-missing', layer: 'softmax', mistake: where(/^softmax$/, (_, [x]) => x) },
  { cause: 'softmax-twice', layer: 'softmax', mistake: where(/^softmax$/, (_, [x]) => softmax(softmax(x!))) },
  {
    cause: 'softmax-twice',
    how: 'inside fc',
    layer: 'fc',
    mistake: where(/^fc$/, (layer, inputs, weights) => softmax(rightly(layer, inputs, weights))),
  },
  { cause: 'input-bgr', layer: 'conv1', mistake: fedWith((x) => channels(x, (c) => 2 - c)) },
  {
    cause: 'input-turned',
    layer: 'conv1',
    mistake: fedWith((x) => picture(x.h, x.w, x.c, (r, s, c) => at(x, r, x.w - 1 - s, c))),
  },
  {
    cause: 'input-layout',
    layer: 'conv1',
    mistake: fedWith((x) => picture(x.h, x.w, x.c, (r, s, c) => x.v[(c * x.h + r) * x.w + s]!)),
  },
  {
    cause: 'input-scale',
    how: '0..255',
    layer: 'conv1',
    mistake: fedWith(pixels),
  },
  { cause: 'input-scale', how: '0..1', layer: 'conv1', mistake: fedWith((x) => each(pixels(x), (v) => v / 255)) },
  {
    cause: 'input-scale',
    how: 'Caffe',
    layer: 'conv1',
    mistake: fedWith((x) =>
      each(
        channels(pixels(x), (c) => 2 - c),
        (v, c) => v - [103.939, 116.779, 123.68][c]!,
      ),
    ),
  },
  {
    cause: 'input-scale',
    how: "the training script's",
    layer: 'conv1',
    mistake: fedWith((x) =>
      each(
        channels(pixels(x), (c) => 2 - c),
        (v, c) => ((v - [103.939, 116.779, 123.68][c]!) / 255 - 0.5) * 2,
      ),
    ),
  },
  {
    cause: 'reference-tf32',
    layer: `${UNIT}/1x1_dwconv_1`,
    mistake: where(/block2\/1x1_dwconv_1/, (layer, [x], { depthwise_kernel: kernel }) =>
      depthwise(each(x!, fewerDigits(11)), kernel!.map(fewerDigits(11)), strided(layer)),
    ),
  },
  {
    cause: 'reference-tf32',
    how: 'bfloat16',
    layer: `${UNIT}/1x1_dwconv_1`,
    mistake: where(/block2\/1x1_dwconv_1/, (layer, [x], { depthwise_kernel: kernel }) =>
      depthwise(each(x!, fewerDigits(8)), kernel!.map(fewerDigits(8)), strided(layer)),
    ),
  },
  {
    cause: 'reference-low-precision',
    how: 'float16',
    layer: 'conv1',
    mistake: where(/conv|bn_|add|relu/, (layer, inputs, weights) =>
      each(joined(layer, inputs, weights), fewerDigits(11, 2 ** -24)),
    ),
  },
  {
    cause: 'reference-low-precision',
    how: 'bfloat16',
    layer: 'conv1',
    mistake: where(/conv|bn_|add|relu/, (layer, inputs, weights) =>
      each(joined(layer, inputs, weights), fewerDigits(8)),
    ),
  },
  {
    cause: 'weight-changed',
    layer: 'conv1',
    truth: (model) =>
      damaged(model, 'conv1', ({ kernel }) => {
        kernel![37] = kernel![37]! + 0.01;
      }),
  },
  {
    cause: 'weight-changed',
    how: 'of a group',
    layer: `${UNIT}/1x1_gconv_1/concat`,
    truth: (model) =>
      damaged(model, `${UNIT}/1x1_gconv_1_/g1`, ({ kernel }) => {
        kernel![12] = -kernel![12]!;
      }),
    only: concatsOnly,
  },
  {
    cause: 'weight-changed',
    how: 'of a depthwise kernel',
    layer: `${UNIT}/1x1_dwconv_1`,
    truth: (model) =>
      damaged(model, `${UNIT}/1x1_dwconv_1`, ({ depthwise_kernel: kernel }) => {
        kernel![4 * 15 + 3] = 0;
      }),
  },
  {
    cause: 'weight-changed',
    how: 'gamma',
    layer: `${UNIT}/bn_gconv_1`,
    truth: norm('bn_gconv_1', ({ gamma }) => {
      gamma![2] = 1.5;
    }),
  },
  {
    cause: 'weight-changed',
    how: 'moving_variance',
    layer: `${UNIT}/bn_gconv_1`,
    truth: norm('bn_gconv_1', ({ moving_variance: v }) => {
      v![2] = 0.125;
    }),
  },
  {
    cause: 'weight-changed',
    how: 'moving_mean',
    layer: `${UNIT}/bn_gconv_1`,
    truth: norm('bn_gconv_1', ({ moving_mean: m }) => {
      m![2] = 0.25;
    }),
  },
  {
    cause: 'weights-of-another-layer',
    layer: `${UNIT}/bn_gconv_1`,
    truth: (model) => {
      const weights = new Map(model.weights);
      weights.set(`${UNIT}/bn_gconv_1`, model.weights.get(`${UNIT}/bn_dwconv_1`)!);
      return { ...model, weights };
    },
  },
];

/** A layer's output, groups joined too. */
function joined(layer: Layer, inputs: readonly Picture[], weights: Parameters<typeof rightly>[2]): Picture {
  return layer.op === 'Concatenate' ? join(inputs) : rightly(layer, inputs, weights);
}

/** What a user reads. */
function toldOf(cause: string, how?: string): Cause {
  const planting = how === undefined ? cause : `${cause}, ${how}`;
  return { id: cause, words: WORDS[planting]!, fix: FIXES[planting] ?? FIXES[cause]! };
}

const SMALL = smallModel();

describe('a mistake is found and named', () => {
  test.each(PLANTED)('$cause $how', async ({ cause, how, layer, mistake = none, truth, checkpoint, only }) => {
    const model = checkpoint?.(SMALL) ?? SMALL;
    const options = { ...(truth && { truth: truth(model) }), ...(only && { only }) };
    const [first, ...others] = await planted(model, mistake, options);
    expect([first?.layer, first?.cause]).toEqual([layer, toldOf(cause, how)]);
    for (const failure of others) expect([failure.layer, failure.cause?.id]).toEqual([failure.layer, cause]);
  });

  test('slices-own', async () => {
    const [first] = await planted(
      smallModel({ slices: 'last' }),
      slicesFrom((g) => g),
      { only: noSlices },
    );
    expect([first?.layer, first?.cause]).toEqual([`${UNIT}/1x1_gconv_1_/g0`, toldOf('slices-own')]);
  });

  test('bn-batch-statistics', async () => {
    const layer = `${UNIT}/bn_gconv_1`;
    const before = recordWith(SMALL, IMAGES, none).get(`${UNIT}/1x1_gconv_1/concat`)!;
    const values = (c: number): number[] => [...before.data].filter((_, i) => i % 15 === c);
    const of = (f: (v: number[]) => number): number[] => Array.from({ length: 15 }, (_, c) => f(values(c)));
    const moving_mean = of(mean);
    const moving_variance = of((v) => mean(v.map((x) => (x - mean(v)) ** 2)));
    const trained = where(/block2\/bn_gconv_1/, (at, [x], weights) =>
      at.name === layer ? normalise(x!, { ...weights, moving_mean, moving_variance }) : undefined,
    );
    const failures = await planted(SMALL, trained);
    expect(failures.map(({ layer, cause }) => [layer, cause])).toEqual([[layer, toldOf('bn-batch-statistics')]]);
  });

  test('reference-unrounded-weights', async () => {
    const layer = `${UNIT}/1x1_dwconv_1`;
    const stored = damaged(SMALL, layer, ({ depthwise_kernel: k }) => k!.set(k!.map(fewerDigits(11))));
    const failures = await planted(stored, none, { truth: SMALL });
    expect(failures.map(({ layer, cause }) => [layer, cause])).toEqual([
      [layer, toldOf('reference-unrounded-weights')],
    ]);
  });

  test('max-pool-pads-zeros, where values are below zero', async () => {
    const x = input([28, 28, 3], 'x');
    const network = networkOf(
      maxPooling2d(x, { name: 'pool', poolSize: [3, 3], strides: [2, 2], padding: 'same' }),
      'n',
    );
    const zeros: Mistake = (layer, [given]) =>
      layer.name === 'pool' ? pool(given!, (cells) => Math.max(...cells, ...(cells.length < 9 ? [0] : []))) : undefined;
    const below = IMAGES.map((image) => each(image, (v) => v - 2));
    const recorded = recordWith({ network, weights: new Map() }, below, zeros);
    recorded.delete('x');
    const [first] = await explained({ network, weights: new Map() }, fixtureOf(recorded, below));
    expect([first?.layer, first?.cause]).toEqual(['pool', toldOf('max-pool-pads-zeros')]);
  });

  const APART = ['slices-own', 'bn-batch-statistics', 'reference-unrounded-weights', 'max-pool-pads-zeros'];

  test('every known cause is planted', () => {
    const tried = [...new Set(PLANTED.map(({ cause }) => cause)), ...APART];
    expect(tried.toSorted()).toEqual(KNOWN_CAUSES.map(({ id }) => id).toSorted());
  });
});

/** What can be told from less; of the others it is said that no cause is known. */
describe.each([
  {
    recorded: 'the ends of units',
    only: (name: string) => /^conv1$|relu_out$|global_pool|^fc$|softmax/.test(name),
    told: ['slices-reversed', 'shuffle-groups', 'bn-weights-exchanged', 'kernel-flipped', 'residual-missing'],
    untold: ['slices-exchanged', 'depthwise-order', 'reference-tf32', 'bias-unknown'],
  },
  {
    recorded: 'the output',
    only: (name: string) => name === 'softmax',
    told: ['slices-reversed', 'shuffle-groups', 'input-bgr', 'padding-symmetric', 'softmax-missing'],
    // Each of these was once taken for something else, before `isConvincing` asked for more than bounds.
    untold: ['channel-order', 'bn-weights-exchanged', 'kernel-order', 'concat-exchanged', 'weight-changed'],
  },
])('where only $recorded was recorded', ({ only, told, untold }) => {
  const first = async (cause: string) => {
    const { mistake = none, truth } = PLANTED.find((entry) => entry.cause === cause)!;
    const [failure] = await planted(SMALL, mistake, { only, ...(truth && { truth: truth(SMALL) }) });
    return failure?.cause?.id;
  };
  test.each(told)('%s is told', async (cause) => expect(await first(cause)).toBe(cause));
  test.each(untold)('%s is not, nor is another in its place', async (cause) =>
    expect(await first(cause)).toBeUndefined(),
  );
});

describe('what is not known has no cause', () => {
  const shaken = (size: number) => (x: Picture) => ({
    ...x,
    v: x.v.map((v, i) => v + size * Math.sin(i * i + 1) * Math.abs(v)),
  });
  const after = (name: RegExp, change: (x: Picture) => Picture): Mistake =>
    where(name, (layer, inputs, weights) => change(joined(layer, inputs, weights)));

  test.each([
    ['noise at a convolution', after(/^conv1$/, shaken(1e-3))],
    ['noise of the size of TF32', after(/block2\/1x1_dwconv_1/, shaken(2 ** -12))],
    ['noise at every convolution of one stage', after(/stage3.*conv_\d$/, shaken(1e-4))],
    ['noise at a batch normalisation', after(/block2\/bn_dwconv_1/, shaken(1e-4))],
    ['a shuffle with noise', after(/block2\/channel_shuffle/, shaken(1e-5))],
    ['one value', after(/^fc$/, (x) => ({ ...x, v: x.v.map((v, i) => (i === 3 ? v + 0.1 : v)) }))],
    ['a value lost', after(/block2\/add/, (x) => ({ ...x, v: x.v.map((v, i) => (i === 77 ? 0 : v)) }))],
    ['outputs that are doubled', after(/block2\/bn_gconv_1/, (x) => each(x, (v) => 2 * v))],
    ['another function', after(/block2\/relu_gconv_1/, (x) => each(x, (v) => v / (1 + Math.exp(-v))))],
  ])('%s', async (_, mistake) => {
    const failures = await planted(SMALL, mistake);
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.map(({ cause }) => cause)).toEqual(failures.map(() => null));
  });

  test.each(['conv1', `${UNIT}/1x1_dwconv_1`, `${UNIT}/1x1_gconv_1_/g1`, `${UNIT}/bn_gconv_2`, 'fc'])(
    'other weights in %s alone',
    async (layer) => {
      const truth = damaged(SMALL, layer, (weights) => {
        for (const values of Object.values(weights)) values.set(values.map((v, i) => v * (1 + 0.3 * Math.sin(i * i))));
      });
      const [first, ...others] = await planted(SMALL, none, { truth });
      expect([first?.layer, first?.cause, others]).toEqual([layer, null, []]);
    },
  );

  test('nor has what is right', async () => {
    expect(await planted(SMALL, none)).toEqual([]);
  });
});

describe('other weights in every layer', () => {
  test('are told apart from a mistake', async () => {
    const truth = [...SMALL.weights.keys()].reduce(
      (model, layer) =>
        damaged(model, layer, (each) => {
          for (const values of Object.values(each)) values.set(values.map((v, i) => v * (1 + 0.1 * Math.sin(i + 1))));
        }),
      SMALL,
    );
    const failures = await planted(SMALL, none, { truth, only: noSlices });
    expect(new Set(failures.map(({ cause }) => cause?.id))).toEqual(new Set(['weights-other']));
  });
});
