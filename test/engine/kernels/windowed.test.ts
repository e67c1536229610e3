// Depthwise convolution and pooling against the evaluator, over any window, stride and map.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tensor } from '../../../src/core/tensor.js';
import { depthwiseKernel, packDepthwise } from '../../../src/engine/kernels/depthwise.js';
import { poolingKernel } from '../../../src/engine/kernels/pooling.js';
import type { FunctionBuilder } from '../../../src/engine/wasm/function.js';
import { depthwiseConv2d } from '../../../src/evaluator/convolution.js';
import type { FloatMap } from '../../../src/evaluator/map.js';
import { relu } from '../../../src/evaluator/pointwise.js';
import { averagePool2d, maxPool2d } from '../../../src/evaluator/pooling.js';
import { anyWindowed, floatMap, forEachValue, inputOf, someRows, type Windowed } from './maps.js';
import { FEATURES, noise, runKernel, sizeOf, UNTOUCHED, untouched } from './run.js';

const RUNS = { seed: 11, numRuns: 60 };

/** Runs a kernel of either kind over some rows, and holds every value against what is expected, and the rest untouched. */
function check(
  kernel: FunctionBuilder,
  windowed: Windowed,
  expected: FloatMap,
  seed: number,
  bound: number,
  weights?: Float32Array,
) {
  const { map, vectors } = windowed;
  const input = inputOf(windowed, seed);
  const [first, end] = someRows(map, seed);
  const found = runKernel(
    kernel,
    {
      input,
      weights: weights ?? new Float32Array(0),
      zeros: new Float32Array((map.width * map.inStep) / 4),
      output: untouched((map.outHeight * map.outWidth * map.outStep) / 4),
    },
    (at) =>
      weights === undefined
        ? [at.input, at.output, at.zeros, first, end]
        : [at.input, at.weights, at.output, at.zeros, first, end],
  );
  forEachValue(map.outHeight * map.outWidth, map.outStep, vectors, (at, index) => {
    const row = Math.floor(index / (map.outWidth * 4 * vectors));
    if (row < first || row >= end) return;
    if (!(Math.abs(found[at]! - expected.data[index]!) <= bound)) {
      expect({ index, value: found[at] }).toEqual({ index, value: expected.data[index] });
    }
    found[at] = UNTOUCHED;
  });
  expect(found.every((value) => value === UNTOUCHED)).toBe(true);
}

/** Rows of channels as rows of lanes, with zeros for padding. */
function inLanes(values: Float32Array, channels: number, lanes: readonly number[]): Float32Array {
  const rows = Array.from({ length: values.length / channels }, (_, row) => row * channels);
  return Float32Array.from(rows.flatMap((row) => lanes.map((lane) => (lane < 0 ? 0 : values[row + lane]!))));
}

describe.each(FEATURES)('with $fma multiply-add and $barriers barriers', (features) => {
  test('any depthwise convolution is that of the evaluator', () => {
    fc.assert(
      fc.property(anyWindowed, fc.nat(999), fc.boolean(), (windowed, seed, cut) => {
        const { map, vectors, attrs } = windowed;
        const cells = map.window[0] * map.window[1];
        const spec = { map, vectors, relu: cut };
        // The first lane of each vector is padding; the others' channels are in reverse.
        const channels = 3 * vectors;
        const lanes = Array.from({ length: 4 * vectors }, (_, i) =>
          i % 4 === 0 ? -1 : channels + Math.floor(i / 4) - i,
        );
        const [kernel, bias] = [
          noise(cells * channels, seed + 1),
          seed % 4 === 0 ? undefined : noise(channels, seed + 2),
        ];
        const expected = depthwiseConv2d(
          floatMap(windowed, inputOf(windowed, seed)),
          tensor(inLanes(kernel, channels, lanes), [...map.window, lanes.length, 1]),
          attrs,
          bias && tensor(inLanes(bias, channels, lanes), [lanes.length]),
        );
        const packed = packDepthwise(spec, { kernel, channels, bias, lanes });
        check(
          depthwiseKernel('depthwise', spec, features),
          windowed,
          cut ? relu(expected) : expected,
          seed,
          cells * 3e-7,
          packed,
        );
      }),
      RUNS,
    );
  });
});

describe('pooling', () => {
  test('any maximum is that of the evaluator, to the last bit', () => {
    fc.assert(
      fc.property(anyWindowed, fc.nat(999), fc.boolean(), (windowed, seed, cut) => {
        const spec = { map: windowed.map, vectors: windowed.vectors, kind: 'max', relu: cut } as const;
        const expected = maxPool2d(floatMap(windowed, inputOf(windowed, seed)), windowed.attrs);
        check(poolingKernel('max', spec), windowed, cut ? relu(expected) : expected, seed, 0);
      }),
      RUNS,
    );
  });

  test('any average is that of the evaluator', () => {
    fc.assert(
      fc.property(anyWindowed, fc.nat(999), fc.boolean(), (windowed, seed, cut) => {
        const spec = { map: windowed.map, vectors: windowed.vectors, kind: 'average', relu: cut } as const;
        const expected = averagePool2d(floatMap(windowed, inputOf(windowed, seed)), windowed.attrs);
        check(poolingKernel('average', spec), windowed, cut ? relu(expected) : expected, seed, 1e-6);
      }),
      RUNS,
    );
  });
});

test('a large window is covered, and one with more cells than are held', () => {
  const map = {
    height: 12,
    width: 30,
    window: [7, 9],
    strides: [1, 2],
    before: [3, 3],
    outHeight: 12,
    outWidth: 15,
  } as const;
  const windowed: Windowed = {
    map: { ...map, inStep: 16, outStep: 16 },
    vectors: 1,
    attrs: { poolSize: map.window, strides: map.strides, padding: 'same' },
  };
  const spec = { map: windowed.map, vectors: 1, relu: false };
  const kernel = noise(63 * 4, 5);
  const expected = depthwiseConv2d(
    floatMap(windowed, inputOf(windowed, 2)),
    tensor(kernel, [7, 9, 4, 1]),
    windowed.attrs,
  );
  const packed = packDepthwise(spec, { kernel, channels: 4, bias: undefined, lanes: [0, 1, 2, 3] });
  check(depthwiseKernel('depthwise', spec, FEATURES[0]!), windowed, expected, 2, 2e-5, packed);
});

test('code does not grow with the width of the map', () => {
  const bytes = (width: number) => {
    const map = {
      height: 5,
      width,
      window: [3, 3],
      strides: [1, 1],
      before: [1, 1],
      outHeight: 5,
      outWidth: width,
    } as const;
    return sizeOf(
      depthwiseKernel('depthwise', { map: { ...map, inStep: 16, outStep: 16 }, vectors: 1, relu: true }, FEATURES[0]!),
    );
  };
  expect(bytes(400)).toBeLessThan(1.1 * bytes(32));
});

test('a NaN makes an average NaN, of those windows that see it', () => {
  const map = {
    height: 1,
    width: 4,
    window: [1, 2],
    strides: [1, 2],
    before: [0, 0],
    outHeight: 1,
    outWidth: 2,
  } as const;
  const spec = { map: { ...map, inStep: 16, outStep: 16 }, vectors: 1, kind: 'average', relu: true } as const;
  const input = new Float32Array(16).fill(2);
  input[4] = Number.NaN;
  const found = runKernel(
    poolingKernel('average', spec),
    { input, zeros: new Float32Array(16), output: untouched(8) },
    (at) => [at.input, at.output, at.zeros, 0, 1],
  );
  expect([...found]).toEqual([Number.NaN, 2, 2, 2, 2, 2, 2, 2]);
});
