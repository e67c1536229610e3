// The convolution kernel against loops in float64, over every order of terms and every tile.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ConvolutionSpec,
  type ConvolutionWeights,
  convolutionKernel,
  packConvolution,
} from '../../../src/engine/kernels/convolution.js';
import { orderTerms } from '../../../src/engine/kernels/convolution-terms.js';
import { tile } from '../../../src/engine/kernels/convolution-tiles.js';
import type { Features } from '../../../src/engine/wasm/features.js';
import { FEATURES, noise, runKernel, sizeOf, UNTOUCHED, untouched } from './run.js';

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
      (g, k) => 4 * (k + 7 * Math.floor(k / (7 - 2 * Math.min(g, 2)))),
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
  const count = [3, 2, 1].find((parts) => channels % parts === 0)!;
  const rows = groups[0]!.offsets.length;
  return {
    parts: Array.from({ length: count }, (_, part) => noise((rows * channels) / count, seed + part)),
    channels,
    scale: seed % 2 === 0 ? undefined : Float64Array.from(noise(channels, seed + 3)),
    bias: seed % 3 === 0 ? undefined : noise(channels, seed + 4),
    lanes,
  };
}

/** The weight of a term and a channel: scaled, and rounded once. */
function weightOf({ parts, channels, scale }: ConvolutionWeights, term: number, channel: number): number {
  const width = channels / parts.length;
  const own = parts[Math.floor(channel / width)]![term * width + (channel % width)]!;
  return Math.fround(own * (scale?.[channel] ?? 1));
}

/** Floats that the rows of a call take, as far as the last pixel's last. */
const extent = (rows: number, rowStep: number, pixels: number, step: number, last: number) =>
  ((rows - 1) * rowStep + (pixels - 1) * step + last) / 4;

/** What a call reads, besides the weights. */
interface Inputs {
  readonly input: Float32Array;
  /** The float at offset 0 of the first pixel. */
  readonly start: number;
  readonly residual: Float32Array;
}

/** Holds every value of an output against the definition, within its rounding; leaves what no value is at. */
function holdOutput({ spec, pixels, rows }: Call, weights: ConvolutionWeights, inputs: Inputs, found: Float32Array) {
  for (let pixel = 0; pixel < rows * pixels; pixel++) {
    const [row, column] = [Math.floor(pixel / pixels), pixel % pixels];
    const from = inputs.start + (row * spec.inRowStep + column * spec.inStep) / 4;
    const to = (row * spec.outRowStep + column * spec.outStep) / 4;
    const residual = (row * spec.residualRowStep + column * (spec.residualStep ?? 0)) / 4;
    for (const [g, { offsets, outVector, vectors }] of spec.groups.entries()) {
      for (let lane = 0; lane < 4 * vectors; lane++) {
        const channel = weights.lanes[g]![lane]!;
        let [value, size] = [0, 0];
        const take = (term: number) => {
          value += term;
          size += Math.abs(term);
        };
        if (channel >= 0) {
          for (let k = 0; k < offsets.length; k++) {
            take(inputs.input[from + offsets[k]! / 4]! * weightOf(weights, k, channel));
          }
          take(weights.bias?.[channel] ?? 0);
        }
        if (spec.residualStep !== undefined) take(inputs.residual[residual + 4 * outVector + lane]!);
        if (spec.relu) value = Math.max(0, value);
        const at = to + 4 * outVector + lane;
        if (!(Math.abs(found[at]! - value) <= size * 2 ** -23 * (offsets.length + 2))) {
          expect({ at, found: found[at] }).toEqual({ at, found: value });
        }
        found[at] = UNTOUCHED;
      }
    }
  }
}

function check(call: Call, features: Features, seed: number) {
  const { spec, pixels, rows } = call;
  const weights = weightsFor(spec, seed);
  const offsets = spec.groups.flatMap((group) => group.offsets);
  // Offsets may be negative: the address given is that of offset 0.
  const start = Math.max(0, -Math.min(...offsets)) / 4;
  const all = 16 * Math.max(...spec.groups.map(({ outVector, vectors }) => outVector + vectors));
  const input = noise(start + extent(rows, spec.inRowStep, pixels, spec.inStep, Math.max(...offsets) + 4), seed + 2);
  const residual = noise(extent(rows, spec.residualRowStep, pixels, spec.residualStep ?? 0, all), seed + 3);
  const output = untouched(extent(rows, spec.outRowStep, pixels, spec.outStep, all));
  const found = runKernel(
    convolutionKernel('convolution', spec, features),
    { input, weights: packConvolution(spec, weights), residual, output },
    (at) => [
      at.input + 4 * start,
      at.weights,
      at.output,
      spec.residualStep === undefined ? 0 : at.residual,
      pixels,
      rows,
    ],
  );
  holdOutput(call, weights, { input, start, residual }, found);
  expect(found.every((value) => value === UNTOUCHED)).toBe(true);
}

describe.each(FEATURES)('with $fma multiply-add and $barriers barriers', (features) => {
  test('any convolution is the sum of products', () => {
    fc.assert(
      fc.property(anyCall, fc.nat(1000), (call, seed) => check(call, features, seed)),
      { seed: 7, numRuns: 70 },
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
    const weights = { parts: [Float32Array.of(1, -1, 1, 1)], channels: 2, scale: undefined, bias: undefined };
    const packed = packConvolution(spec, { ...weights, lanes: [[0, 1, -1, -1]] });
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

describe('the code of a kernel', () => {
  const specOf = (terms: number, pixels = 2, vectors = 5): ConvolutionSpec => ({
    inStep: 4 * terms,
    outStep: 16 * vectors,
    residualStep: undefined,
    inRowStep: 0,
    outRowStep: 0,
    residualRowStep: 0,
    relu: false,
    pixels,
    groups: [{ offsets: Array.from({ length: terms }, (_, k) => 4 * k), outVector: 0, vectors }],
  });
  const size = (spec: ConvolutionSpec) => sizeOf(convolutionKernel('convolution', spec, FEATURES[1]!));

  test('does not grow with the number of terms', () => {
    for (const terms of [40, 1024]) check({ spec: specOf(terms), pixels: 5, rows: 1 }, FEATURES[1]!, 4);
    expect(size(specOf(1024))).toBeLessThan(size(specOf(40)) + 16);
  });

  test('does not grow with the channels of a dense layer', () => {
    check({ spec: specOf(40, 1, 63), pixels: 1, rows: 1 }, FEATURES[1]!, 5);
    expect(size(specOf(40, 1, 250))).toBeLessThan(size(specOf(40, 1, 10)) + 16);
  });

  test.each([
    // Three for each term of a 2x5 tile: two of its weights stream past two pixels, four products in all, then a branch.
    // Of 27 terms, two are in a loop's turn and one comes after it.
    ['2x5', specOf(27, 2, 5), 9],
    // Two for each term of an 8x1 tile: four pixels stream past one vector of weights.
    ['8x1', specOf(27, 8, 1), 6],
  ])('has barriers when it is told to, each with a number of its own: a %s tile', (_, spec, barriers) => {
    const [without, with_] = FEATURES.map((features) => sizeOf(convolutionKernel('convolution', spec, features)));
    // An address, an odd number of one byte, a comparison and a branch.
    expect(with_! - without!).toBe(7 * barriers);
  });
});

describe('tiles', () => {
  test.each([
    [5, 60, '2x5'],
    [4, 60, '2x4'],
    [3, 60, '3x3'],
    [17, 784, '2x5 4x2'],
    [25, 1, '1x10 1x5'],
    [12, 1, '1x7 1x5'],
    [6, 30, '3x3'],
    [2, 60, '4x2'],
  ])('of %i vectors for %i pixels', (vectors, pixels, expected) => {
    const { tiles, counts } = tile(pixels, [{ vectors }]);
    expect(tiles.map(({ height, width }) => `${height}x${width}`).join(' ')).toBe(expected);
    expect(tiles.reduce((sum, { width }, i) => sum + width * counts[0]![i]!, 0)).toBe(vectors);
  });

  test('are never taller than there are pixels, and never of more than ten sums', () => {
    for (let pixels = 1; pixels < 12; pixels++) {
      for (let vectors = 1; vectors < 30; vectors++) {
        for (const { height, width } of tile(pixels, [{ vectors }]).tiles) {
          expect(height).toBeLessThanOrEqual(pixels);
          expect(height * width).toBeLessThanOrEqual(10);
        }
      }
    }
  });
});

describe('the order of terms', () => {
  const group = (offsets: readonly number[]) => ({ offsets, outVector: 0, vectors: 1 });
  const shuffled = (groups: number, terms: number) =>
    Array.from({ length: groups }, (_, g) =>
      group(
        Array.from({ length: terms }, (_, k) => {
          const q = g * terms + k;
          return 4 * ((q % groups) * terms + Math.floor(q / groups));
        }),
      ),
    );
  const summary = ({ chunks, length, singles, table }: ReturnType<typeof orderTerms>) => [
    chunks,
    length,
    singles,
    table,
  ];

  test('is one chunk where inputs are neighbours, at whatever place', () => {
    const alike = [0, 1, 2].map((g) => group(Array.from({ length: 80 }, (_, k) => 4 * (100 * g + 79 - k))));
    const terms = orderTerms(alike);
    expect(summary(terms)).toEqual([1, 80, 0, false]);
    expect(terms.groups[2]!.base).toBe(800);
    expect(terms.groups[2]!.order[0]).toBe(79);
  });

  test('of a channel shuffle is one run of each group, and single terms where runs differ', () => {
    expect(summary(orderTerms(shuffled(3, 20)))).toEqual([3, 6, 2, true]);
    expect(summary(orderTerms(shuffled(3, 80)))).toEqual([3, 26, 2, true]);
  });

  test('of the first convolution is three runs', () => {
    const offsets = Array.from({ length: 27 }, (_, k) => 4 * (Math.floor(k / 9) * 700 + (k % 9)));
    expect(summary(orderTerms([group(offsets)]))).toEqual([3, 9, 0, true]);
  });

  test('of scattered inputs is single terms', () => {
    expect(summary(orderTerms([group(Array.from({ length: 50 }, (_, k) => 12 * k))]))).toEqual([0, 1, 50, true]);
  });
});
