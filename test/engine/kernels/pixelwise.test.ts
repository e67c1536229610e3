// Global pooling, sums, relu and copies, against loops.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gatherKernel } from '../../../src/engine/kernels/copy.js';
import { addKernel, reluKernel } from '../../../src/engine/kernels/elementwise.js';
import { globalPoolingKernel } from '../../../src/engine/kernels/global-pooling.js';
import { forEachValue } from './maps.js';
import { noise, runKernel, sizeOf, UNTOUCHED, untouched } from './run.js';

const RUNS = { seed: 3, numRuns: 40 };

const anyMap = fc.record({
  pixels: fc.integer({ min: 1, max: 30 }),
  vectors: fc.integer({ min: 1, max: 11 }),
  gaps: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2)),
  from: fc.nat(40),
  seed: fc.nat(99),
  cut: fc.boolean(),
});

/** A part of `count` things that may be empty, or all of them. */
const partOf = (count: number, from: number): readonly [number, number] => (from >= count ? [0, count] : [from, count]);

describe.each(['max', 'average'] as const)('global pooling (%s)', (kind) => {
  test('is over all pixels', () => {
    fc.assert(
      fc.property(anyMap, ({ pixels, vectors, gaps, from, seed, cut }) => {
        const inStep = 16 * (vectors + gaps[0]);
        const input = noise((pixels * inStep) / 4, seed);
        const [first, end] = partOf(vectors, from);
        const found = runKernel(
          globalPoolingKernel('pool', { pixels, inStep, vectors, kind, relu: cut }),
          { input, output: untouched(4 * vectors) },
          (at) => [at.input, at.output, first, end],
        );
        for (let c = 0; c < 4 * vectors; c++) {
          const values = Array.from({ length: pixels }, (_, p) => input[(p * inStep) / 4 + c]!);
          const sum = values.reduce((a, b) => a + b, 0) / pixels;
          const expected = Math.max(kind === 'max' ? Math.max(...values) : sum, cut ? 0 : Number.NEGATIVE_INFINITY);
          if (c < 4 * first || c >= 4 * end) expect(found[c]).toBe(UNTOUCHED);
          else expect(Math.abs(found[c]! - expected)).toBeLessThanOrEqual(kind === 'max' ? 0 : 1e-6);
        }
      }),
      RUNS,
    );
  });
});

test('a NaN makes a global average NaN, also behind relu', () => {
  const input = Float32Array.of(1, Number.NaN, 3, 4, 5, 6, 7, 8);
  const spec = { pixels: 2, inStep: 16, vectors: 1, kind: 'average', relu: true } as const;
  const found = runKernel(globalPoolingKernel('pool', spec), { input, output: untouched(4) }, (at) => [
    at.input,
    at.output,
    0,
    1,
  ]);
  expect([...found]).toEqual([3, Number.NaN, 5, 6]);
});

describe('a sum', () => {
  test('is rounded once, as float32 sums are', () => {
    fc.assert(
      fc.property(anyMap, ({ pixels, vectors, gaps, from, seed, cut }) => {
        const [leftStep, rightStep, outStep] = gaps.map((gap) => 16 * (vectors + gap)) as [number, number, number];
        const [left, right] = [noise((pixels * leftStep) / 4, seed), noise((pixels * rightStep) / 4, seed + 1)];
        const [first, end] = partOf(pixels, from);
        const found = runKernel(
          addKernel('add', { leftStep, rightStep, outStep, vectors, relu: cut }),
          { left, right, output: untouched((pixels * outStep) / 4) },
          (at) => [at.left, at.right, at.output, first, end],
        );
        forEachValue(pixels, outStep, vectors, (at, index) => {
          const [p, c] = [Math.floor(index / (4 * vectors)), index % (4 * vectors)];
          if (p < first || p >= end) return;
          const sum = Math.fround(left[(p * leftStep) / 4 + c]! + right[(p * rightStep) / 4 + c]!);
          expect(found[at]).toBe(cut && sum < 0 ? 0 : sum);
          found[at] = UNTOUCHED;
        });
        expect(found.every((value) => value === UNTOUCHED)).toBe(true);
      }),
      RUNS,
    );
  });
});

describe('relu', () => {
  test('makes negative values 0, in place too', () => {
    fc.assert(
      fc.property(anyMap, fc.boolean(), ({ pixels, vectors, gaps, from, seed }, inPlace) => {
        const [inStep, outStep] = [16 * (vectors + gaps[0]), 16 * (vectors + gaps[inPlace ? 0 : 1])];
        const input = noise((pixels * inStep) / 4, seed);
        const [first, end] = partOf(pixels, from);
        const found = runKernel(
          reluKernel('relu', { inStep, outStep, vectors }),
          { input, output: inPlace ? input : untouched((pixels * outStep) / 4) },
          (at) => [inPlace ? at.output : at.input, at.output, first, end],
        );
        forEachValue(pixels, outStep, vectors, (at, index) => {
          const [p, c] = [Math.floor(index / (4 * vectors)), index % (4 * vectors)];
          if (p < first || p >= end) return;
          expect(found[at]).toBe(Math.max(input[(p * inStep) / 4 + c]!, 0));
          found[at] = inPlace ? input[at]! : UNTOUCHED;
        });
        expect([...found]).toEqual([...(inPlace ? input : untouched(found.length))]);
      }),
      RUNS,
    );
  });

  test('leaves NaN and infinity, as TensorFlow does', () => {
    const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
    const input = Float32Array.of(nan, infinity, -infinity, -0.5);
    const kernel = reluKernel('relu', { inStep: 16, outStep: 16, vectors: 1 });
    const found = runKernel(kernel, { input, output: untouched(4) }, (at) => [at.input, at.output, 0, 1]);
    expect([...found]).toEqual([nan, infinity, 0, 0]);
  });
});

/** Which lane goes where: a slice, a channel shuffle, with a step, and in no order. */
const anyLanes = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 5 }), fc.nat(7))
  .chain(([count, groups, shift]) =>
    fc
      .constantFrom<(i: number) => readonly [number, number]>(
        (i) => [i + shift, i + 2],
        (i) => [i, (i % groups) * Math.ceil(count / groups) + Math.floor(i / groups)],
        (i) => [(i % groups) * Math.ceil(count / groups) + Math.floor(i / groups), i],
        (i) => [i, 3 * i + shift],
        (i) => [(i * 17) % 41, (i * 5) % 43],
        (i) => [i, count - i],
      )
      .map((lane) => Array.from({ length: count }, (_, i) => lane(i))),
  );

describe('a gather', () => {
  test('copies every lane to its place, bit by bit, and nothing else', () => {
    fc.assert(
      fc.property(anyLanes, anyMap, (lanes, { pixels, gaps, from, seed }) => {
        const inStep = 4 * (Math.max(...lanes.map(([lane]) => lane)) + 1 + gaps[0]);
        const outStep = 4 * (Math.max(...lanes.map(([, lane]) => lane)) + 1 + gaps[1]);
        const input = noise((pixels * inStep) / 4, seed);
        const [first, end] = partOf(pixels, from);
        const found = runKernel(
          gatherKernel('gather', { inStep, outStep, lanes }),
          { input, output: untouched((pixels * outStep) / 4) },
          (at) => [at.input, at.output, first, end],
        );
        const expected = untouched(found.length);
        for (let p = first; p < end; p++) {
          for (const [lane, to] of lanes) expected[(p * outStep) / 4 + to] = input[(p * inStep) / 4 + lane]!;
        }
        expect([...found]).toEqual([...expected]);
      }),
      { ...RUNS, numRuns: 80 },
    );
  });

  test('of a channel shuffle has code for the groups, not for the channels', () => {
    const shuffle = (count: number) => {
      const lanes = Array.from({ length: 8 * count }, (_, i) => [i, (i % count) * 8 + Math.floor(i / count)] as const);
      return sizeOf(gatherKernel('gather', { inStep: 4, outStep: 4, lanes }));
    };
    expect(shuffle(128)).toBeLessThan(1.2 * shuffle(16));
  });
});
