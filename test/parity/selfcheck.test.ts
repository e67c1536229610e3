// The self-check against networks that Keras trained, with faults planted, and against statistics that mean nothing.
import { describe, expect, test } from 'vitest';
import { decideSlices } from '../../src/parity/selfcheck/slices.js';
import { selfCheck, slicesFromWeights } from '../../src/parity/selfcheck.js';
import { DEFAULT_SETTINGS, type ShuffleNetSettings } from '../../src/shufflenet/settings.js';
import { loadFixture, noise } from '../helpers/models.js';
import {
  fittingModel,
  groupedUnits,
  kernelNames,
  meaninglessModel,
  outputMeans,
  shuffled,
  storedTransposed,
  valuesOf,
  withWeights,
} from './selfcheck-models.js';

/** Trained on scikit-learn's digits with the article's code in Keras 2.1, where each group reads its own slice. */
const DIGITS = await loadFixture('trained-digits-g3/weights.h5', { pooling: 'avg' });

/** Random weights and random statistics, written by Keras. */
const UNTRAINED = ['k21-g3', 'k21-g8', 'k215-g3', 'k21-g3-odd'];

const SMALL: ShuffleNetSettings = {
  ...DEFAULT_SETTINGS,
  groups: 3,
  scaleFactor: 0.25,
  numShuffleUnits: [2, 2],
  classes: 10,
  inputShape: [32, 32, 3],
};

/** Deep enough for two bad layers to be the few. */
const DEEP: ShuffleNetSettings = { ...SMALL, numShuffleUnits: [3, 3] };

const own = (group: number): number => group;
const last = (_: number, groups: number): number => groups - 1;
const reversed = (group: number, groups: number): number => groups - 1 - group;

describe('a trained network', () => {
  const result = selfCheck(DIGITS);

  test('is consistent, and its slices are its own', () => {
    expect(result).toMatchObject({
      verdict: 'consistent',
      means: { layers: 6, reading: 'own', holds: true },
      slices: { decision: 'own' },
      findings: [],
    });
  });

  test('misses its moving means by what numpy measures, for every reading', () => {
    // Root mean squares over five grouped convolutions, computed with numpy from the same file.
    const { rms, layers, channels } = result.slices.evidence;
    expect([layers, channels]).toEqual([5, 60 + 60 + 120 + 120 + 240]);
    expect(rms!.own).toBeCloseTo(0.000155, 6);
    expect(rms!.last).toBeCloseTo(0.0545, 4);
    expect(rms!.reversed).toBeCloseTo(0.0529, 4);
    expect(rms!.transposed).toBeCloseTo(0.0731, 4);
  });

  test("shows the article's channel shuffle", () => {
    const { decision, evidence } = result.shuffle;
    expect(decision).toBe('article');
    expect(evidence.sigma!.article).toBeGreaterThan(8);
    expect(Math.max(evidence.sigma!.none, evidence.sigma!.inverse)).toBeLessThan(1.5);
    // Trained at 32 x 32: seven or eight cells a side before the first strided unit.
    expect(evidence.size).toBeLessThanOrEqual(32);
  });

  test('tells its numbers in words', () => {
    const { rms, sigma } = result.slices.evidence;
    const [own, last] = [rms!.own.toPrecision(3), rms!.last.toPrecision(3)];
    expect(result.slices.evidence.words).toBe(
      `In 5 grouped convolutions the weights predict the moving means: with own slices they miss by ${own} deviations (${sigma!.own.toFixed(1)} sigma from random channel orders), with last slices they miss by ${last} deviations (${sigma!.last.toFixed(1)} sigma from random channel orders).`,
    );
    const { article, none, inverse } = result.shuffle.evidence.sigma!;
    expect(result.shuffle.evidence.words).toBe(
      `Over 5 shuffles, held against 999 random channel orders, the article's stands out by ${article.toFixed(1)} sigma, none by ${none.toFixed(1)} sigma, the inverse by ${inverse.toFixed(1)} sigma: the weights were trained with the article's channel shuffle.`,
    );
  });

  test('gives the same answer twice', () => {
    expect(selfCheck(DIGITS)).toEqual(result);
  });

  test('says what it shows and what it cannot, never that all is well', () => {
    expect(result.shows).toHaveLength(3);
    expect(result.cannotShow.join(' ')).toContain('What the network answers');
    expect(JSON.stringify(result)).not.toMatch(/\bpass/i);
  });
});

describe('statistics that training did not make', () => {
  test.each(UNTRAINED)('are no evidence, for or against: %s', async (name) => {
    const model = await loadFixture(`${name}/weights.h5`, { pooling: 'max' });
    expect(selfCheck(model)).toMatchObject({
      verdict: 'no evidence',
      means: { holds: false },
      slices: { decision: 'undecided' },
      shuffle: { decision: 'undecided' },
      findings: [],
      shows: [],
    });
    expect(selfCheck(model).shuffle.evidence.words).toMatch(
      / sigma; 4 are asked for of the article's, 5 of the others\.$/,
    );
  });

  test.each([1, 2, 3, 4, 8])('are none in networks of %i groups that were made up', async (groups) => {
    const model = await meaninglessModel({ ...SMALL, groups, scaleFactor: 1, numShuffleUnits: [1] });
    expect(selfCheck(model).verdict).toBe('no evidence');
  });

  test('as they were before training are remarked upon', async () => {
    const model = await meaninglessModel(SMALL);
    const norms = model.network.layers.filter(({ op }) => op === 'BatchNormalization');
    const initial = Object.fromEntries(
      norms.map(({ name, outputShape }) => {
        const all = (value: number): number[] => new Array<number>(outputShape.at(-1)!).fill(value);
        return [name, { gamma: all(1), beta: all(0), moving_mean: all(0), moving_variance: all(1) }];
      }),
    );
    const result = selfCheck(withWeights(model, initial));
    expect(result).toMatchObject({ verdict: 'no evidence', slices: { decision: 'undecided' } });
    expect(result.findings.map(({ id, kind }) => [id, kind])).toEqual([
      ['statistics-never-updated', 'remark'],
      ['scale-never-trained', 'remark'],
    ]);
    expect(result.findings[0]!.layers).toHaveLength(norms.length);
    expect(result.findings[0]!.evidence).toEqual({ layers: norms.length, of: norms.length });
    expect(result.findings.map(({ words }) => words)).toEqual([
      `All ${norms.length} batch norms have a moving mean of 0 and a moving variance of 1 throughout: no training has updated them, or they were not saved.`,
      `All ${norms.length} batch norms have a gamma of 1 and a beta of 0 throughout, as they are before training.`,
    ]);
  });

  test('in one layer only are a warning that names it', () => {
    const layer = 'stage4/block2/bn_gconv_1';
    const size = valuesOf(DIGITS, layer, 'gamma').length;
    const reset = { moving_mean: new Float32Array(size), moving_variance: new Float32Array(size).fill(1) };
    const { findings } = selfCheck(withWeights(DIGITS, { [layer]: reset }));
    expect(findings).toMatchObject([{ id: 'statistics-never-updated', kind: 'warning', layers: [layer] }]);
    expect(findings[0]!.words).toMatch(/^1 of 18 batch norms have a moving mean of 0 and /);
  });

  test('of a variance that is zero throughout are a warning, and not divided by', () => {
    const layer = 'stage3/block2/bn_gconv_2';
    const size = valuesOf(DIGITS, layer, 'gamma').length;
    const result = selfCheck(withWeights(DIGITS, { [layer]: { moving_variance: new Float32Array(size) } }));
    const words =
      '1 of 18 batch norms have a moving variance of 0 throughout, which a layer has only when its input never changes.';
    expect(result.findings).toMatchObject([{ id: 'variance-zero', kind: 'warning', layers: [layer], words }]);
    expect(result).toMatchObject({ verdict: 'consistent', slices: { decision: 'own' } });
    expect(Number.isFinite(result.means.rms)).toBe(true);
  });
});

describe('slices', () => {
  test.each([
    ['own', own],
    ['last', last],
  ] as const)('that were %s in training are found so', async (decision, rule) => {
    const model = await fittingModel(SMALL, rule);
    expect(slicesFromWeights(model).decision).toBe(decision);
    expect(selfCheck(model)).toMatchObject({ verdict: 'consistent', means: { reading: decision }, findings: [] });
  });

  test('are found whichever way the model is set to read them', async () => {
    const model = await fittingModel({ ...SMALL, slices: 'last' }, own);
    expect(slicesFromWeights(model).decision).toBe('own');
  });

  test('are found while the moving means still lag behind, in a short training', async () => {
    expect(slicesFromWeights(await fittingModel(SMALL, last, 0.05)).decision).toBe('last');
  });

  test('in reverse are a fault', async () => {
    const result = selfCheck(await fittingModel(SMALL, reversed));
    expect(result).toMatchObject({ verdict: 'inconsistent', slices: { decision: 'undecided' } });
    const words =
      'The groups fit their statistics only when the first reads the last slice, the last the first: the network was trained with its slices in reverse, which is not what it computes here.';
    expect(result.findings).toMatchObject([{ id: 'slices-reversed', kind: 'fault', words }]);
    const { rms } = result.means;
    expect(result.cannotShow).toContain('Which slices the groups read in training.');
    expect(result.findings[0]!.evidence).toMatchObject({ rms });
  });

  test('cannot be decided by means that are merely small: a prediction of next to nothing is nearest to them', async () => {
    const model = await meaninglessModel(SMALL);
    const scaled = (layer: string, role: 'beta' | 'moving_mean', by: (c: number, channels: number) => number) => {
      const values = valuesOf(model, layer, role);
      return [layer, { [role]: values.map((x, c) => x * by(c, values.length)) }] as const;
    };
    const changes = groupedUnits(model).flatMap((unit) => [
      scaled(`${unit}bn_dwconv_1`, 'beta', (c, channels) => (3 * c < 2 * channels ? 1e-6 : 1)),
      scaled(`${unit}bn_gconv_2`, 'moving_mean', (c, channels) => (3 * c < 2 * channels ? 1e-3 : 1)),
    ]);
    const { decision, evidence } = slicesFromWeights(withWeights(model, Object.fromEntries(changes)));
    // The last group reads the same either way; in the others own slices miss by a thousandth of what the last ones do.
    expect(evidence.rms!.own).toBeLessThan(evidence.rms!.last);
    expect(decision).toBe('undecided');
  });

  test('of which only the last were ever trained are the last, whatever the means say', async () => {
    const model = await meaninglessModel(SMALL);
    const untouched = (unit: string) => {
      const name = `${unit}bn_dwconv_1`;
      const first = (valuesOf(model, name, 'beta').length / 3) * 2;
      const keep = (role: 'gamma' | 'beta', initial: number) =>
        valuesOf(model, name, role).map((x, c) => (c < first ? initial : x));
      return [name, { gamma: keep('gamma', 1), beta: keep('beta', 0) }] as const;
    };
    const units = groupedUnits(model);
    const all = slicesFromWeights(withWeights(model, Object.fromEntries(units.map(untouched))));
    expect(all).toMatchObject({ decision: 'last', evidence: { unread: units.length } });
    const some = slicesFromWeights(withWeights(model, Object.fromEntries(units.slice(1).map(untouched))));
    expect(some).toMatchObject({ decision: 'undecided', evidence: { unread: units.length - 1 } });
    const ends = (words: string) => words.slice(words.indexOf('channel orders). ') + 'channel orders). '.length);
    expect(ends(all.evidence.words)).toBe(`Before ${units.length} of them only the last slice was ever trained.`);
    expect(ends(some.evidence.words)).toBe(
      `Before ${units.length - 1} of them only the last slice was ever trained. 5 sigma and 1.5 times less left unexplained are asked for (found: ${some.evidence.ratio!.toPrecision(3)} times).`,
    );
  });

  test('are no question for one group', async () => {
    const model = await meaninglessModel({ ...SMALL, groups: 1 });
    const nothing = { layers: 0, channels: 0, rms: null, sigma: null, ratio: null, unread: 0 };
    const words = 'One group: there are no slices to read.';
    expect(slicesFromWeights(model)).toEqual({ decision: 'own', evidence: { ...nothing, words } });
    expect(decideSlices([], true)).toEqual({
      decision: 'undecided',
      evidence: { ...nothing, words: 'No grouped convolution lies between two batch norms.' },
    });
    expect(selfCheck(model).shuffle).toEqual({
      decision: 'undecided',
      evidence: {
        layers: 0,
        channels: 0,
        sigma: null,
        size: null,
        words: 'No channel shuffle of more than one group lies between batch norm, relu and depthwise convolution.',
      },
    });
  });
});

describe('a planted fault', () => {
  const units = groupedUnits(DIGITS);

  test.each([
    ['stage2/block2/', 0, 1],
    ['stage3/block2/', 0, 2],
    ['stage4/block1/', 1, 2],
    ['stage4/block2/', 2, 0],
  ] as const)('in %s, kernels %i and %i swapped, is named: exactly those two', (unit, a, b) => {
    const names = kernelNames(unit, 3);
    const kernel = (g: number) => ({ kernel: valuesOf(DIGITS, names[g]!, 'kernel') });
    const result = selfCheck(withWeights(DIGITS, { [names[a]!]: kernel(b), [names[b]!]: kernel(a) }));
    expect(result).toMatchObject({ verdict: 'inconsistent', slices: { decision: 'own' } });
    const layers = [names[Math.min(a, b)], names[Math.max(a, b)]];
    const words = `The kernels of ${layers[0]} and ${layers[1]} are swapped: each fits the other's place.`;
    expect(result.findings).toMatchObject([{ id: 'kernels-swapped', kind: 'fault', layers, words }]);
  });

  test('of three kernels that changed places in turn names all three', () => {
    const names = kernelNames('stage3/block1/', 3);
    const turned = names.map((name, g) => [name, { kernel: valuesOf(DIGITS, names[(g + 1) % 3]!, 'kernel') }]);
    const { findings } = selfCheck(withWeights(DIGITS, Object.fromEntries(turned)));
    expect(findings).toMatchObject([{ id: 'kernels-permuted', layers: names }]);
    expect(findings[0]!.words).toBe(
      `The kernels of stage3/block1/1x1_gconv_2 are in the wrong order: ${names[2]} fits in the place of ${names[0]}, ${names[0]} fits in the place of ${names[1]}, ${names[1]} fits in the place of ${names[2]}.`,
    );
  });

  test('of one kernel stored transposed names it', () => {
    const [, name] = kernelNames('stage4/block2/', 3);
    const kernel = storedTransposed(DIGITS.weights.get(name!)!.kernel!);
    const { findings } = selfCheck(withWeights(DIGITS, { [name!]: { kernel } }));
    const words = `The kernel of ${name} is stored as (out, in) where (in, out) is expected: read that way it fits.`;
    expect(findings).toMatchObject([{ id: 'kernel-transposed', layers: [name], words }]);
  });

  test('of every kernel stored transposed is told for the whole file', () => {
    const names = [...units.flatMap((unit) => kernelNames(unit, 3)), 'stage2/block1/1x1_gconv_2'];
    const stored = names.map((name) => [name, { kernel: storedTransposed(DIGITS.weights.get(name)!.kernel!) }]);
    const result = selfCheck(withWeights(DIGITS, Object.fromEntries(stored)));
    expect(result).toMatchObject({ verdict: 'inconsistent', slices: { decision: 'undecided' } });
    const words =
      'The kernels fit their statistics only when their values are read as (out, in): they were stored transposed.';
    expect(result.findings).toMatchObject([{ id: 'kernels-transposed', kind: 'fault', words }]);
    const { rms, sigma } = result.means;
    expect(result.findings[0]!.evidence).toEqual({ rms, sigma });
  });

  test('of two layers of one shape that changed places names both, once', async () => {
    const model = await fittingModel(DEEP, own);
    const [a, b] = ['stage3/block2/bn_gconv_2', 'stage3/block3/bn_gconv_2'] as const;
    const exchanged = { [a]: mean(b), [b]: mean(a) };
    const { findings } = selfCheck(withWeights(model, exchanged));
    const words = `${a} and ${b} have the same shapes and are exchanged: ${a} fits with the weights of ${b}.`;
    expect(findings).toMatchObject([{ id: 'layers-exchanged', kind: 'fault', layers: [a, b], words }]);
    function mean(layer: string) {
      return {
        moving_mean: valuesOf(model, layer, 'moving_mean'),
        moving_variance: valuesOf(model, layer, 'moving_variance'),
      };
    }
  });

  test.each([
    ['kernels', 'stage3/block2/1x1_gconv_2', 'stage3/block3/1x1_gconv_2'],
    ['batch norms before', 'stage3/block2/bn_dwconv_1', 'stage3/block3/bn_dwconv_1'],
  ])('of %s that changed places names the layers', async (_, a, b) => {
    const model = await fittingModel(DEEP, own);
    const parts = (layer: string): string[] => (layer.includes('bn_') ? [layer] : kernelNames(layer.slice(0, 14), 3));
    const pairs = [...parts(a).map((x, i) => [x, parts(b)[i]!]), ...parts(b).map((x, i) => [x, parts(a)[i]!])];
    const changes = pairs.map(([to, from]) => [
      to,
      Object.fromEntries(Object.entries(model.weights.get(from!)!).map(([role, t]) => [role, t.data])),
    ]);
    const { findings } = selfCheck(withWeights(model, Object.fromEntries(changes)));
    expect(findings).toMatchObject([{ id: 'layers-exchanged', layers: [a, b] }]);
  });

  test('that no single mistake explains names the three layers it may lie in', () => {
    const layer = 'stage4/block1/bn_gconv_2';
    const size = valuesOf(DIGITS, layer, 'moving_mean').length;
    const { findings, verdict } = selfCheck(withWeights(DIGITS, { [layer]: { moving_mean: noise([size], 9).data } }));
    expect(verdict).toBe('inconsistent');
    expect(findings).toMatchObject([
      {
        id: 'statistics-unrelated',
        kind: 'fault',
        layers: ['stage4/block1/bn_dwconv_1', 'stage4/block1/1x1_gconv_2', layer],
        words:
          'The moving mean of stage4/block1/bn_gconv_2 has nothing to do with the kernel of stage4/block1/1x1_gconv_2 and the beta of stage4/block1/bn_dwconv_1, though elsewhere in the file it has: one of the three comes from somewhere else.',
        evidence: { miss: expect.any(Number), missElsewhere: expect.any(Number), sigma: expect.any(Number) },
      },
    ]);
  });

  test('is not suspected where the weights predict the means only roughly: the other layers are no measure', async () => {
    const model = await fittingModel(DEEP, own);
    const norms = model.network.layers.filter(({ name }) => name.endsWith('bn_gconv_2')).map(({ name }) => name);
    const rough = norms.map((name, i) => {
      const means = valuesOf(model, name, 'moving_mean');
      const size = Math.sqrt(means.reduce((sum, x) => sum + x * x, 0) / means.length);
      const { data } = noise([means.length], 100 + i);
      // The second layer has nothing else.
      return [name, { moving_mean: means.map((x, c) => (i === 1 ? 0 : x) + 0.7 * size * data[c]!) }];
    });
    const result = selfCheck(withWeights(model, Object.fromEntries(rough)));
    expect(result).toMatchObject({ verdict: 'consistent', slices: { decision: 'own' }, findings: [] });
  });

  test('in the smallest groups that the article has, of eight groups at a quarter of the width, is named too', async () => {
    const narrow = { ...DEEP, groups: 8, scaleFactor: 0.25, numShuffleUnits: [6] };
    const model = await fittingModel(narrow, own);
    const [a, b] = kernelNames('stage2/block4/', 8);
    const channels = model.weights.get(a!)!.kernel!.shape[3];
    const kernel = (name: string) => ({ kernel: valuesOf(model, name, 'kernel') });
    const { findings } = selfCheck(withWeights(model, { [a!]: kernel(b!), [b!]: kernel(a!) }));
    expect(channels).toBe(12);
    expect(findings).toMatchObject([{ id: 'kernels-swapped', layers: [a, b] }]);
  });

  test('of no channel shuffle is told', () => {
    // The batch norms before the shuffle in the order after it: they fit their depthwise convolutions unshuffled.
    const moved = DIGITS.network.layers.flatMap(({ name, op, attrs }) => {
      if (op !== 'ChannelShuffle' || attrs.groups === 1) return [];
      const norm = name.replace('channel_shuffle', 'bn_gconv_1');
      const order = (role: 'gamma' | 'beta') => shuffled(valuesOf(DIGITS, norm, role), attrs.groups);
      return [[norm, { gamma: order('gamma'), beta: order('beta') }] as const];
    });
    const result = selfCheck(withWeights(DIGITS, Object.fromEntries(moved)));
    expect(result).toMatchObject({ verdict: 'inconsistent', shuffle: { decision: 'none' } });
    const { words } = result.shuffle.evidence;
    expect(result.findings).toMatchObject([{ id: 'shuffle-missing', kind: 'fault', layers: [], words }]);
    expect(words).toMatch(/by \S+ sigma: the weights were trained with no channel shuffle\.$/);
    expect(result.findings[0]!.evidence).toEqual(result.shuffle.evidence.sigma);
  });

  test('of the shuffle undone is told', () => {
    const moved = DIGITS.network.layers.flatMap(({ name, op, attrs }) => {
      if (op !== 'ChannelShuffle' || attrs.groups === 1) return [];
      const norm = name.replace('channel_shuffle', 'bn_gconv_1');
      // Shuffling twice, the second time undone by the network's own inverse, leaves it shuffled once.
      const order = (role: 'gamma' | 'beta') =>
        shuffled(shuffled(valuesOf(DIGITS, norm, role), attrs.groups), attrs.groups);
      return [[norm, { gamma: order('gamma'), beta: order('beta') }] as const];
    });
    const { shuffle, findings } = selfCheck(withWeights(DIGITS, Object.fromEntries(moved)));
    expect(shuffle.decision).toBe('inverse');
    expect(findings).toMatchObject([{ id: 'shuffle-inverse', kind: 'fault' }]);
    expect(findings[0]!.words).toMatch(/: the weights were trained with the inverse of the channel shuffle\.$/);
  });

  test('in a bias is noticed: it is part of the mean', async () => {
    const settings = { ...SMALL, revision: { ...SMALL.revision, convBias: true } };
    const model = await meaninglessModel(settings);
    const means = groupedUnits(model).map((unit) => {
      const bias = kernelNames(unit, 3).flatMap((name) => [...valuesOf(model, name, 'bias')]);
      return [`${unit}bn_gconv_2`, { moving_mean: outputMeans(model, unit, own).map((mean, c) => mean + bias[c]!) }];
    });
    const fitting = withWeights(model, Object.fromEntries(means));
    expect(selfCheck(fitting)).toMatchObject({
      slices: { decision: 'own', evidence: { rms: { own: expect.closeTo(0, 5) } } },
    });
  });
});
