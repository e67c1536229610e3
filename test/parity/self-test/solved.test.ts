// What is planted where there is nothing to solve: in words, where it can be, and what it makes of the values.
import { describe, expect, test } from 'vitest';
import { matchLayers } from '../../../src/parity/fixture.js';
import { runChanged, type Segment, segmentOf } from '../../../src/parity/segment.js';
import { SOLVED, type Way } from '../../../src/parity/self-test/solved.js';
import { unknownFaults } from '../../../src/parity/self-test/unknown.js';
import { seededRandom } from '../../../src/parity/selfcheck/random.js';
import { damaged, honest, smallModel } from '../causes/plant.js';

const UNIT = 'stage2/block2';
const MODEL = smallModel({ numShuffleUnits: [1] });

function segmentAt(target: string, only = (_: string) => true, model = MODEL): Segment {
  const fixture = honest(model, only);
  const { layers } = matchLayers(fixture, model.network, (name) => name);
  const recorded = new Map(layers.map((layer) => [layer.layer, layer]));
  return segmentOf(model, { input: fixture.input.read(), recorded, rounding: 2 ** -24 }, target);
}

const joinedGroups = () => segmentAt(`${UNIT}/1x1_gconv_1/concat`, (name) => !/_slice|_\/g\d/.test(name));
const waysOf = (cause: string, segment: Segment): readonly Way[] => SOLVED.get(cause)!(segment, seededRandom(1));
const told = (cause: string, segment: Segment) => waysOf(cause, segment).map(({ words }) => words);

/** The target's values of the first image, as they are and as a way makes them. */
function values(segment: Segment, { change }: Way): [before: number[], after: number[]] {
  const before = segment.outputs[0]!.get(segment.target.name)!.value.data;
  return [[...before], [...runChanged(segment, change, 0, { left: 1e12 })!.value.data]];
}

describe('a bias', () => {
  test.each([
    ['a convolution without one', () => segmentAt(`${UNIT}/1x1_gconv_1_/g0`), `${UNIT}/1x1_gconv_1_/g0`],
    ['a depthwise convolution', () => segmentAt(`${UNIT}/1x1_dwconv_1`), `${UNIT}/1x1_dwconv_1`],
    ['groups that are joined', joinedGroups, `${UNIT}/1x1_gconv_1/concat`],
  ])('is added to %s, one number a channel', (_, at, name) => {
    const segment = at();
    const [way] = waysOf('bias-unknown', segment);
    expect(way!.words).toBe(`a bias of up to 0.5 is added in ${name}`);
    const [before, after] = values(segment, way!);
    const channels = segment.target.outputShape.at(-1)!;
    const added = after.map((value, i) => value - before[i]!);
    for (const [i, by] of added.entries()) expect(by).toBeCloseTo(added[i % channels]!, 12);
    expect(new Set(added.slice(0, channels)).size).toBe(channels);
    expect(Math.max(...added.map(Math.abs))).toBeLessThanOrEqual(0.5);
    expect([Math.min(...added) < 0, Math.max(...added) > 0]).toEqual([true, true]);
  });

  test.each(['conv1', 'fc', `${UNIT}/1x1_gconv_1/concat`, `${UNIT}/bn_gconv_1`])('is none in %s', (layer) => {
    expect(told('bias-unknown', segmentAt(layer))).toEqual([]);
  });
});

describe('another order', () => {
  test.each([
    ['channel-order', `${UNIT}/bn_gconv_1`, `in what ${UNIT}/bn_gconv_1 gives`],
    ['depthwise-order', `${UNIT}/1x1_dwconv_1`, `in the kernel of ${UNIT}/1x1_dwconv_1`],
  ])('%s is two exchanged, any, or a shuffle', (cause, layer, where) => {
    const [exchanged, any, shuffle, ...others] = told(cause, segmentAt(layer));
    const [, a, b] = /^channels (\d+) and (\d+) are exchanged (.*)$/.exec(exchanged!)!;
    expect(exchanged).toBe(`channels ${a} and ${b} are exchanged ${where}`);
    expect(a).not.toBe(b);
    expect(any).toBe(`channels are in a random order ${where}`);
    expect([3, 5].map((groups) => `channels are shuffled with ${groups} groups ${where}`)).toContain(shuffle);
    expect(others).toEqual([]);
  });

  test('moves channels whole', () => {
    const segment = segmentAt(`${UNIT}/bn_gconv_1`);
    const [exchanged] = waysOf('channel-order', segment);
    const [a, b] = exchanged!.words.match(/\d+/g)!.map(Number) as [number, number];
    const [before, after] = values(segment, exchanged!);
    const from = (c: number) => (c === a ? b : c === b ? a : c);
    expect(after).toEqual(before.map((_, i) => before[i - (i % 15) + from(i % 15)]));
  });

  test('of kernels is none where the layer has none, of one channel or two there is none, of seven no shuffle', () => {
    expect(told('depthwise-order', segmentAt('conv1'))).toEqual([]);
    expect(told('channel-order', segmentAt('fc'))).toHaveLength(2);
    const two = smallModel({ numShuffleUnits: [1], classes: 2 });
    expect(told('channel-order', segmentAt('fc', undefined, two))).toEqual([]);
  });

  test('of a depthwise kernel moves its channels only', () => {
    const segment = segmentAt(`${UNIT}/1x1_dwconv_1`);
    const [exchanged] = waysOf('depthwise-order', segment);
    const moved = exchanged!.words.match(/\d+(?= and)|\d+(?= are)/g)!.map(Number);
    const [before, after] = values(segment, exchanged!);
    const differing = new Set(after.flatMap((value, i) => (value === before[i] ? [] : [i % 15])));
    expect([...differing].toSorted((x, y) => x - y)).toEqual(moved.toSorted((x, y) => x - y));
  });
});

describe('coarser numbers', () => {
  test('are what a layer gives, rounded', () => {
    const segment = segmentAt(`${UNIT}/bn_gconv_1`);
    expect(told('reference-low-precision', segment)).toEqual(
      ['bfloat16', 'float16'].map((format) => `what ${UNIT}/bn_gconv_1 gives is rounded to ${format}`),
    );
    const [way] = waysOf('reference-low-precision', segment);
    const [before, after] = values(segment, way!);
    // bfloat16 is the upper half of a float32.
    for (const [i, value] of after.entries()) {
      expect(new Uint32Array(Float32Array.of(value).buffer)[0]! & 0xffff).toBe(0);
      expect(Math.abs(value - before[i]!)).toBeLessThanOrEqual(2 ** -8 * Math.abs(before[i]!));
    }
  });

  test('are none where fewer than sixteen values are not zero', () => {
    const few = damaged(MODEL, 'fc', ({ kernel, bias }) => {
      kernel!.fill(0);
      bias!.fill(0, 1);
    });
    expect(told('reference-low-precision', segmentAt('fc', undefined, few))).toEqual([]);
    // Two images of seven classes.
    expect(told('reference-low-precision', segmentAt('fc'))).toEqual([]);
    const eight = smallModel({ numShuffleUnits: [1], classes: 8 });
    expect(told('reference-low-precision', segmentAt('fc', undefined, eight))).toHaveLength(2);
  });

  test('that the checkpoint has had more digits before, where it has no more than those', () => {
    const layer = `${UNIT}/1x1_dwconv_1`;
    const coarse = damaged(MODEL, layer, ({ depthwise_kernel: k }) =>
      k!.set(k!.map((v) => new Float32Array(Uint32Array.of(bitsOf(v) & 0xffff0000).buffer)[0]!)),
    );
    // A bfloat16 has eight digits, and of this size it is a float16 too, which has eleven.
    const [bfloat16, float16] = ['bfloat16', 'float16'].map(
      (format) => `the weights had more digits than the checkpoint's ${format}`,
    );
    expect(told('reference-unrounded-weights', segmentAt(layer, undefined, coarse))).toEqual([bfloat16, float16]);
    const finer = damaged(coarse, layer, ({ depthwise_kernel: k }) => k!.fill(1 + 2 ** -10, 0, 1));
    expect(told('reference-unrounded-weights', segmentAt(layer, undefined, finer))).toEqual([float16]);
    expect(told('reference-unrounded-weights', segmentAt(layer))).toEqual([]);
  });
  const bitsOf = (v: number): number => new Uint32Array(Float32Array.of(v).buffer)[0]!;
});

describe('one number of a weight', () => {
  const after = (words: string) => Number(/ is (\S+) instead/.exec(words)![1]);
  const before = (words: string) => Number(/ instead of (\S+)$/.exec(words)![1]);

  test.each([
    ['conv1', /^one number of kernel of conv1 is /],
    [`${UNIT}/bn_gconv_1`, /^one number of (gamma|beta) of stage2\/block2\/bn_gconv_1 is /],
  ])('of %s is negated, a quarter, or lost', (layer, words) => {
    const ways = told('weight-changed', segmentAt(layer));
    for (const way of ways) expect(way).toMatch(words);
    const [weight] = ways.map(before);
    expect(ways.map(before)).toEqual([weight, weight, weight]);
    expect(ways.map(after)).toEqual([-weight!, weight! / 4, 0]);
  });

  test('is that of one of the groups that are joined', () => {
    for (const way of told('weight-changed', joinedGroups())) {
      expect(way).toMatch(/^one number of kernel of stage2\/block2\/1x1_gconv_1_\/g[012] is /);
    }
  });

  test.each(['maxpool1', `${UNIT}/add`, `${UNIT}/1x1_gconv_1/concat`])('is none of %s', (layer) => {
    expect(told('weight-changed', segmentAt(layer))).toEqual([]);
  });

  test('changes what it is multiplied into', () => {
    const segment = segmentAt('fc');
    const [way] = waysOf('weight-changed', segment);
    const [was, is] = values(segment, way!);
    expect(is.filter((value, i) => value !== was[i])).toHaveLength(1);
  });
});

describe('a fault that no cause describes', () => {
  const segment = segmentAt(`${UNIT}/bn_gconv_1`);
  const ways = unknownFaults(segment, seededRandom(1));
  const made = ways.map((way) => values(segment, way));
  const all = segment.outputs.flatMap((of) => [...of.get(segment.target.name)!.value.data]);
  const size = Math.sqrt(all.reduce((sum, v) => sum + v * v, 0) / all.length);

  test('is one of four', () => {
    expect(ways.map(({ words }) => words)).toEqual([
      'noise of a tenth of the size of its values',
      'one value in ten lost',
      'every value 1 % larger',
      'another function of its values (a sine)',
    ]);
  });

  test('is noise to either side, of a tenth of the root mean square at most', () => {
    const noise = made[0]![1].map((value, i) => value - made[0]![0][i]!);
    expect(Math.max(...noise.map(Math.abs))).toBeLessThanOrEqual(0.1 * size);
    expect(Math.max(...noise)).toBeGreaterThan(0.08 * size);
    expect(Math.min(...noise)).toBeLessThan(-0.08 * size);
  });

  test('loses some values and leaves the others', () => {
    const [before, after] = made[1]!;
    const lost = after.filter((value, i) => value !== before[i]);
    expect(new Set(lost)).toEqual(new Set([0]));
    expect(lost.length / after.length).toBeGreaterThan(0.05);
    expect(lost.length / after.length).toBeLessThan(0.2);
  });

  test('is the same made larger, or bent', () => {
    expect(made[2]![1]).toEqual(made[2]![0].map((v) => v * 1.01));
    for (const [i, v] of made[3]![0].entries()) expect(made[3]![1][i]).toBeCloseTo(size * Math.sin(v / size), 10);
  });
});
