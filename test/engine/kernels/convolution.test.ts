// The convolution kernel against loops in float64, over every order of terms and every tile.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ConvolutionSpec,
  type ConvolutionWeights,
  convolutionKernel,
  packConvolution,
} from '../../../src/engine/kernels/convolution.js';
import type { Features } from '../../../src/engine/wasm/features.js';
import { FEATURES, noise, runKernel, UNTOUCHED, untouched } from './run.js';

interface Call {
  readonly spec: ConvolutionSpec;
  readonly pixels: number;
  readonly rows: number;
}

/** Offsets in every order that networks have: neighbours, a shuffle, a window over rows, and none at all. */
const anyOffsets = (terms: number, groups: number): fc.Arbitrary<number[][]> =>
  fc
    .constantFrom<(g: number, k: number) => number>(
      (g, k) => 4 * (g * terms + k),
      (g, k) => 4 * (k * groups + g),
      (g, k) => 4 * ((k % 3) * 40 + Math.floor(k / 3) + g * Math.ceil(terms / 3)),
      (g, k) => 4 * (Math.floor(k / 9) * 50 + (k % 9) + 9 * g),
      (g, k) => 4 * (Math.floor(k / 40) * 60 + (k % 40) + 40 * g),
      (g, k) => 4 * (((k * 37) % 101) + g),
      (g, k) => 4 * (k + (g + 1) * Math.floor(k / 5)) - 12,
    )
    .map((offset) => Array.from({ length: groups }, (_, g) => Array.from({ length: terms }, (_, k) => offset(g, k))));

const anyCall: fc.Arbitrary<Call> = fc
  .record({
    terms: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 31, max: 130 })),
    vectors: fc.array(fc.integer({ min: 1, max: 13 }), { minLength: 1, maxLength: 4 }),
    alike: fc.boolean(),
    least: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 12 })),
    more: fc.nat(9),
    rows: fc.integer({ min: 1, max: 3 }),
    relu: fc.boolean(),
    residual: fc.boolean(),
    gaps: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2)),
  })
  .chain(({ terms, vectors, alike, least, more, rows, relu, residual, gaps }) =>
    anyOffsets(terms, vectors.length).map((offsets) => {
      const counts = alike ? vectors.map(() => vectors[0]!) : vectors;
      const before = counts.map((_, g) => counts.slice(0, g).reduce((sum, n) => sum + n, 0));
      const all = counts.reduce((sum, n) => sum + n, 0);
      const pixels = least + more;
      const [inStep, outStep, residualStep] = [4 * (5 + gaps[0]), 16 * (all + gaps[1]), 16 * (all + gaps[2])];
      const spec = {
        inStep,
        outStep,
        residualStep: residual ? residualStep : undefined,
        inRowStep: inStep * pixels + 8,
        outRowStep: outStep * pixels + 16,
        residualRowStep: residualStep * pixels,
        relu,
        pixels: least,
        groups: counts.map((n, g) => ({ offsets: offsets[g]!, outVector: before[g]!, vectors: n })),
      };
      return { spec, pixels, rows };
    }),
  );

/** Random weights; some lanes are padding. */
function weightsFor({ groups }: ConvolutionSpec, seed: number): ConvolutionWeights {
  let channels = 0;
  const lanes = groups.map(({ vectors }) =>
    Array.from({ length: 4 * vectors }, (_, lane) => (lane % 4 === 3 && (lane + seed) % 5 < 2 ? -1 : channels++)),
  );
  const kernel = noise(groups[0]!.offsets.length * channels, seed);
  return { kernel, channels, bias: seed % 3 === 0 ? undefined : noise(channels, seed + 1), lanes };
}

/** Floats that the rows of a call take, as far as the last pixel's last. */
const extent = (rows: number, rowStep: number, pixels: number, step: number, last: number) =>
  ((rows - 1) * rowStep + (pixels - 1) * step + last) / 4;

/** The definition; gives the output, and for each value a bound of its rounding. */
function expectedOf(
  { spec, pixels, rows }: Call,
  weights: ConvolutionWeights,
  input: Float32Array,
  at0: number,
  residual: Float32Array,
) {
  const found: { at: number; value: number; bound: number }[] = [];
  for (let row = 0; row < rows; row++) {
    for (let p = 0; p < pixels; p++) {
      for (const [g, { offsets, outVector, vectors }] of spec.groups.entries()) {
        for (let lane = 0; lane < 4 * vectors; lane++) {
          const channel = weights.lanes[g]![lane]!;
          const terms = offsets.map((offset, k) => {
            const value = input[at0 + (row * spec.inRowStep + p * spec.inStep + offset) / 4]!;
            return channel < 0 ? 0 : value * weights.kernel[k * weights.channels + channel]!;
          });
          terms.push(channel < 0 ? 0 : (weights.bias?.[channel] ?? 0));
          if (spec.residualStep !== undefined) {
            terms.push(residual[(row * spec.residualRowStep + p * spec.residualStep) / 4 + 4 * outVector + lane]!);
          }
          const value = terms.reduce((a, b) => a + b, 0);
          const bound = terms.reduce((a, b) => a + Math.abs(b), 0) * 2 ** -23 * terms.length;
          const at = (row * spec.outRowStep + p * spec.outStep) / 4 + 4 * outVector + lane;
          found.push({ at, value: spec.relu ? Math.max(0, value) : value, bound });
        }
      }
    }
  }
  return found;
}

function check(call: Call, features: Features, seed: number) {
  const { spec, pixels, rows } = call;
  const weights = weightsFor(spec, seed);
  const offsets = spec.groups.flatMap((group) => group.offsets);
  // Offsets may be negative: the address given is that of offset 0.
  const before = Math.max(0, -Math.min(...offsets)) / 4;
  const all = 16 * Math.max(...spec.groups.map(({ outVector, vectors }) => outVector + vectors));
  const input = noise(before + extent(rows, spec.inRowStep, pixels, spec.inStep, Math.max(...offsets) + 4), seed + 2);
  const residual = noise(extent(rows, spec.residualRowStep, pixels, spec.residualStep ?? 0, all), seed + 3);
  const output = untouched(extent(rows, spec.outRowStep, pixels, spec.outStep, all));
  const found = runKernel(
    convolutionKernel('convolution', spec, features),
    { input, weights: packConvolution(spec, weights), residual, output },
    (at) => [
      at.input + 4 * before,
      at.weights,
      at.output,
      spec.residualStep === undefined ? 0 : at.residual,
      pixels,
      rows,
    ],
  );
  for (const { at, value, bound } of expectedOf(call, weights, input, before, residual)) {
    if (!(Math.abs(found[at]! - value) <= bound)) expect({ at, found: found[at] }).toEqual({ at, found: value });
    found[at] = UNTOUCHED;
  }
  expect(found.every((value) => value === UNTOUCHED)).toBe(true);
}

describe.each(FEATURES)('with $fma multiply-add and $barriers barriers', (features) => {
  test('any convolution is the sum of products', () => {
    fc.assert(
      fc.property(anyCall, fc.nat(1000), (call, seed) => check(call, features, seed)),
      { seed: 7, numRuns: 120 },
    );
  });

  test('a NaN goes through relu, as in TensorFlow', () => {
    const group = { offsets: [0, 4], outVector: 0, vectors: 1 };
    const spec: ConvolutionSpec = {
      inStep: 8,
      outStep: 16,
      residualStep: undefined,
      inRowStep: 0,
      outRowStep: 0,
      residualRowStep: 0,
      relu: true,
      pixels: 1,
      groups: [group],
    };
    const kernel = Float32Array.of(1, -1, 1, 1);
    const packed = packConvolution(spec, { kernel, channels: 2, bias: undefined, lanes: [[0, 1, -1, -1]] });
    const input = Float32Array.of(1, 2, Number.NaN, 1, Number.POSITIVE_INFINITY, 1);
    const found = runKernel(
      convolutionKernel('convolution', spec, features),
      { input, weights: packed, output: untouched(12) },
      (at) => [at.input, at.weights, at.output, 0, 3, 1],
    );
    const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
    // An infinity times the zero weights of padding is no number either: padding is not read.
    expect([...found]).toEqual([3, 1, 0, 0, nan, nan, nan, nan, infinity, 0, nan, nan]);
  });
});

test('a kernel may have any number of terms: its code does not grow with them', () => {
  const spec = (terms: number): ConvolutionSpec => ({
    inStep: 4 * terms,
    outStep: 80,
    residualStep: undefined,
    inRowStep: 0,
    outRowStep: 0,
    residualRowStep: 0,
    relu: false,
    pixels: 2,
    groups: [{ offsets: Array.from({ length: terms }, (_, k) => 4 * k), outVector: 0, vectors: 5 }],
  });
  for (const terms of [33, 1024]) check({ spec: spec(terms), pixels: 5, rows: 1 }, FEATURES[1]!, 4);
});
