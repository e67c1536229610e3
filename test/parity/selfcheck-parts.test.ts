// The parts of the self-check one by one: formulas against known values, quick sums against plain ones, laws.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { damagedLayers } from '../../src/parity/selfcheck/damage.js';
import { formAgreement, groupForm } from '../../src/parity/selfcheck/forms.js';
import { againstRandomOrders } from '../../src/parity/selfcheck/orders.js';
import { type MeanPlace, meanPlaces, readsLastOnly, unitsOf } from '../../src/parity/selfcheck/places.js';
import { identityOrder, orderTest, randomOrder, seededRandom } from '../../src/parity/selfcheck/random.js';
import {
  agreement,
  groupMeans,
  likenessOf,
  missOf,
  rmsOf,
  sliceOf,
  together,
  transposed,
} from '../../src/parity/selfcheck/readings.js';
import { coverage, normalBelow, reluMean } from '../../src/parity/selfcheck/relu-mean.js';
import { shuffleOrder } from '../../src/parity/selfcheck/shuffle.js';
import { depthwiseSums, shufflePlaces } from '../../src/parity/selfcheck/shuffle-places.js';
import { DEFAULT_SETTINGS } from '../../src/shufflenet/settings.js';
import { meaninglessModel, shuffled } from './selfcheck-models.js';

/** Two groups of two channels in and three out, by hand: group 0 is [1 2] -> [1 2 3; 4 5 6]. */
const PLACE: MeanPlace = {
  layer: 'gconv',
  convs: ['gconv_/g0', 'gconv_/g1'],
  before: 'before',
  after: 'after',
  groups: 2,
  inPerGroup: 2,
  outPerGroup: 3,
  input: Float64Array.of(1, 2, -1, 0.5),
  inputScale: Float64Array.of(1, 1, 1, 1),
  kernels: [Float64Array.of(1, 2, 3, 4, 5, 6), Float64Array.of(1, 0, 0, 0, 2, 4)],
  bias: Float64Array.of(0, 0, 0, 10, 0, 0),
  mean: Float64Array.of(9, 12, 15, 9, 1, 4),
  unit: Float64Array.of(1, 1, 2, 1, 1, 2),
};

describe('predicted means', () => {
  test('are the kernel applied to the mean of the slice', () => {
    expect([...groupMeans(PLACE, PLACE.kernels[0]!, PLACE.input, 0)]).toEqual([9, 12, 15]);
    expect([...groupMeans(PLACE, PLACE.kernels[1]!, PLACE.input, 1)]).toEqual([-1, 1, 2]);
    expect([...groupMeans(PLACE, PLACE.kernels[0]!, PLACE.input, 1)]).toEqual([1, 0.5, 0]);
  });

  test('are compared in deviations, the bias taken off', () => {
    const first = agreement(PLACE, Float64Array.of(9, 12, 15), 0);
    expect(first).toMatchObject({ channels: 3, ee: 0, mm: 81 + 144 + 7.5 ** 2 });
    expect([rmsOf(first), likenessOf(first)]).toEqual([0, 1]);
    const second = agreement(PLACE, Float64Array.of(-1, 1, 2), 3);
    // Moving means less bias are -1, 1, 4; deviations 1, 1, 2.
    expect(second).toMatchObject({ mm: 1 + 1 + 4, pp: 1 + 1 + 1, mp: 1 + 1 + 2, ee: 1 });
    expect(rmsOf(second)).toBeCloseTo(Math.sqrt(1 / 3), 12);
    expect(rmsOf(together([first, second]))).toBeCloseTo(Math.sqrt(1 / 6), 12);
  });

  test('that are none leave nothing alike and everything unexplained', () => {
    const none = agreement(PLACE, new Float64Array(3));
    expect([likenessOf(none), missOf(none)]).toEqual([0, 1]);
    expect(missOf(agreement(PLACE, Float64Array.of(-9, -12, -15)))).toBe(1);
    expect(missOf(agreement(PLACE, Float64Array.of(18, 24, 30)))).toBe(2 ** -20);
  });

  test('follow the slice that a reading gives each group', () => {
    const slices = (reading: 'own' | 'last' | 'reversed' | 'transposed') =>
      [0, 1, 2].map((group) => sliceOf({ ...PLACE, groups: 3 }, reading, group));
    expect(slices('own')).toEqual([0, 1, 2]);
    expect(slices('last')).toEqual([2, 2, 2]);
    expect(slices('reversed')).toEqual([2, 1, 0]);
    expect(slices('transposed')).toEqual([0, 1, 2]);
  });

  test('of a transposed kernel read its values as (out, in)', () => {
    // Stored as (out, in) = (3, 2): rows 1 2, 3 4, 5 6.
    expect([...transposed(Float64Array.of(1, 2, 3, 4, 5, 6), 2, 3)]).toEqual([1, 3, 5, 2, 4, 6]);
  });
});

describe('quick sums', () => {
  const small = fc.integer({ min: 1, max: 5 });
  const numbers = (size: number) =>
    fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: size, maxLength: size });

  test('are the plain ones, for any order of the input', () => {
    const cases = fc
      .tuple(small, small, fc.integer({ min: 0, max: 1 }), fc.integer())
      .chain(([inputs, outputs, group, seed]) =>
        fc.record({
          inputs: fc.constant(inputs),
          outputs: fc.constant(outputs),
          group: fc.constant(group),
          order: fc.constant(randomOrder(2 * inputs, seededRandom(seed))),
          kernel: numbers(inputs * outputs),
          input: numbers(2 * inputs),
          mean: numbers(2 * outputs),
          bias: numbers(2 * outputs),
        }),
      );
    fc.assert(
      fc.property(cases, ({ inputs, outputs, group, order, ...values }) => {
        const [kernel, input] = [Float64Array.from(values.kernel), Float64Array.from(values.input)];
        const place: MeanPlace = {
          ...PLACE,
          inPerGroup: inputs,
          outPerGroup: outputs,
          mean: Float64Array.from(values.mean),
          bias: Float64Array.from(values.bias),
          unit: Float64Array.from({ length: 2 * outputs }, (_, c) => 1 + c / 2),
        };
        const moved = input.map((_, c) => input[order[c]!]!);
        const plain = agreement(place, groupMeans(place, kernel, moved, group), group * outputs);
        const quick = formAgreement(groupForm(place, kernel, group), input, order, group * inputs);
        for (const sum of ['channels', 'mm', 'pp', 'mp', 'ee'] as const) expect(quick[sum]).toBeCloseTo(plain[sum], 6);
      }),
    );
  });
});

describe('random orders', () => {
  test('are orders, every one of them possible, and the same every time', () => {
    const seen = new Set<string>();
    const random = seededRandom(7);
    for (let i = 0; i < 400; i++) {
      const order = randomOrder(4, random);
      expect([...order].sort()).toEqual([0, 1, 2, 3]);
      seen.add(order.join(''));
    }
    expect(seen.size).toBe(24);
    expect(randomOrder(9, seededRandom(5))).toEqual(randomOrder(9, seededRandom(5)));
    expect(randomOrder(99, seededRandom(5))).not.toEqual(randomOrder(99, seededRandom(6)));
  });

  test('come from numbers that fill the unit interval evenly', () => {
    const random = seededRandom(1);
    const tenths = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) tenths[Math.floor(random() * 10)]!++;
    // A thousand each, standard deviation 30.
    for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  test('are what a value is measured against: mean, distance in deviations, whether the best', () => {
    expect(orderTest(5, [1, 2, 3])).toEqual({ value: 5, random: 2, sigma: 3 / Math.sqrt(2 / 3), best: true });
    expect(orderTest(3, [1, 2, 3]).best).toBe(false);
    expect(orderTest(5, [2, 2]).sigma).toBe(0);
  });

  test('leave a place that its weights predict standing out, and its scale does not matter', async () => {
    const settings = { ...DEFAULT_SETTINGS, groups: 3, numShuffleUnits: [1], inputShape: [32, 32, 3] };
    const [, place] = meanPlaces(await meaninglessModel(settings));
    const predict = (scale: number) => {
      const parts = place!.kernels.flatMap((kernel, g) => [...groupMeans(place!, kernel, place!.input, g)]);
      return againstRandomOrders([{ ...place!, mean: Float64Array.from(parts, (x) => x * scale) }], 'own');
    };
    expect(predict(1).total.sigma).toBeGreaterThan(5);
    expect(predict(1).miss).toBe(2 ** -20);
    expect(predict(0.01).total.sigma).toBeCloseTo(predict(1).total.sigma, 9);
    expect(predict(0).total).toMatchObject({ value: 0, sigma: 0, best: false });
  });
});

describe('places', () => {
  test('are found where one batch norm feeds the next through a pointwise convolution', async () => {
    const settings = { ...DEFAULT_SETTINGS, groups: 2, numShuffleUnits: [1], inputShape: [32, 32, 3] };
    const places = meanPlaces(await meaninglessModel(settings));
    expect(places.map(({ layer, groups, before, after }) => [layer, groups, before, after])).toEqual([
      ['stage2/block1/1x1_gconv_2', 1, 'stage2/block1/bn_dwconv_1', 'stage2/block1/bn_gconv_2'],
      ['stage2/block2/1x1_gconv_2', 2, 'stage2/block2/bn_dwconv_1', 'stage2/block2/bn_gconv_2'],
    ]);
    expect(places[1]).toMatchObject({ inPerGroup: 25, outPerGroup: 100 });
    expect(places[1]!.convs).toEqual(['stage2/block2/1x1_gconv_2_/g0', 'stage2/block2/1x1_gconv_2_/g1']);
  });

  test('measure dead channels in what is usual for the layer', () => {
    expect([...unitsOf(Float64Array.of(4, 0, 1, 9, 4))]).toEqual([2, Math.sqrt(0.004), 1, 3, 2]);
    expect([...unitsOf(new Float64Array(2))]).toEqual([1, 1]);
  });

  test('read the last slice only when the others are to the bit what they were before training', () => {
    const place = (input: readonly number[], scale: readonly number[]): MeanPlace => ({
      ...PLACE,
      input: Float64Array.from(input),
      inputScale: Float64Array.from(scale),
    });
    expect(readsLastOnly(place([0, 0, 1, 0], [1, 1, 1, 1]))).toBe(true);
    expect(readsLastOnly(place([0, 0, 0, 0], [1, 1, 1, 2]))).toBe(true);
    expect(readsLastOnly(place([0, 0, 0, 0], [1, 1, 1, 1]))).toBe(false);
    expect(readsLastOnly(place([0, 1e-9, 1, 1], [1, 1, 1, 1]))).toBe(false);
    expect(readsLastOnly(place([0, 0, 1, 1], [1.5, 1, 1, 1]))).toBe(false);
  });
});

describe('the mean of relu', () => {
  test('of a normal variable is what the tables have', () => {
    // E max(0, x): phi(0); Phi(1) + phi(1); phi(1) - (1 - Phi(1)); and 2 + 3 z scaled.
    expect(reluMean(0, 1)).toBeCloseTo(0.3989422804, 7);
    expect(reluMean(1, 1)).toBeCloseTo(1.0833154706, 6);
    expect(reluMean(-1, 1)).toBeCloseTo(0.0833154706, 6);
    expect(reluMean(2, -2)).toBeCloseTo(2 * 1.0833154706, 6);
    expect([reluMean(-3, 0), reluMean(3, 0)]).toEqual([0, 3]);
  });

  test('uses the normal distribution to eight digits', () => {
    // Quantiles from printed tables.
    const known = { 0.5: 0, 0.975: 1.959963985, 0.1: -1.281551566, 0.999: 3.090232306 };
    for (const [share, z] of Object.entries(known)) {
      expect(Math.abs(normalBelow(z) - Number(share))).toBeLessThan(8e-8);
    }
    expect(normalBelow(9)).toBe(1);
  });
});

describe('borders', () => {
  test('hide from a window what lies on padding', () => {
    expect(coverage(2, 3, 1, 'same')).toEqual([0.5, 1, 0.5]);
    expect(coverage(1, 3, 1, 'same')).toEqual([0, 1, 0]);
    // Even size, stride 2: TensorFlow pads after only.
    expect(coverage(4, 3, 2, 'same')).toEqual([1, 1, 0.5]);
    expect(coverage(5, 3, 1, 'valid')).toEqual([1, 1, 1]);
  });

  test('matter at the size that the map has there', async () => {
    const settings = {
      ...DEFAULT_SETTINGS,
      groups: 3,
      scaleFactor: 0.25,
      numShuffleUnits: [1, 1],
      inputShape: [32, 32, 3],
    };
    const places = shufflePlaces(await meaninglessModel(settings));
    expect(places.map(({ layer, downsampling }) => [layer, downsampling])).toEqual([
      ['stage2/block2/channel_shuffle', 8],
      ['stage3/block1/channel_shuffle', 8],
      ['stage3/block2/channel_shuffle', 16],
    ]);
    // 16 x 16 pixels leave one cell: only the middle of the kernel is ever on it.
    const { kernel, mean } = places[2]!;
    const channels = mean.length;
    expect([...depthwiseSums(places[2]!, 16)]).toEqual([...kernel.subarray(4 * channels, 5 * channels)]);
  });
});

describe('shuffle orders', () => {
  test.each([
    [9, 3],
    [12, 3],
    [12, 4],
    [10, 2],
  ])("of %i channels in %i groups are the article's, none, and its inverse", (channels, groups) => {
    const place = { groups, mean: new Float64Array(channels) };
    const article = shuffleOrder('article', place);
    expect([...article]).toEqual(shuffled(identityOrder(channels), groups));
    expect(shuffleOrder('none', place)).toEqual(identityOrder(channels));
    expect([...shuffleOrder('inverse', place)].map((c) => article[c])).toEqual([...identityOrder(channels)]);
  });
});

describe('damage', () => {
  /** Places whose means are what their weights predict; groups of `outPerGroup` channels. */
  const places = (outPerGroup: number): MeanPlace[] =>
    [1, 2, 3, 4].map((seed) => {
      const random = seededRandom(seed);
      const numbers = (size: number) => Float64Array.from({ length: size }, () => random() - 0.5);
      const [input, kernels] = [numbers(8), [numbers(4 * outPerGroup), numbers(4 * outPerGroup)]];
      const place = { ...PLACE, layer: `layer${seed}`, inPerGroup: 4, outPerGroup, input, kernels };
      const mean = kernels.flatMap((kernel, g) => [...groupMeans(place, kernel, input, g)]);
      const ones = new Float64Array(2 * outPerGroup).fill(1);
      return { ...place, mean: Float64Array.from(mean), unit: ones, bias: new Float64Array(2 * outPerGroup) };
    });
  const swapped = (all: readonly MeanPlace[]): MeanPlace[] =>
    all.map((place, i) => (i === 2 ? { ...place, kernels: place.kernels.toReversed() } : place));
  const found = (all: readonly MeanPlace[]): string[] =>
    damagedLayers(all, 'own', againstRandomOrders(all, 'own').places).map(({ id }) => id);

  test('is looked for where there are layers enough to compare with, and channels enough to be sure', () => {
    expect(found(places(6))).toEqual([]);
    expect(found(swapped(places(6)))).toEqual(['kernels-swapped']);
    expect(found(swapped(places(5)))).toEqual([]);
    expect(found(swapped(places(6)).slice(1, 3))).toEqual([]);
  });
});
