// Maps with a window that moves over them, drawn at random, and their layout in memory.
import fc from 'fast-check';
import type { WindowedMap } from '../../../src/engine/kernels/windowed-map.js';
import type { FloatMap } from '../../../src/evaluator/map.js';
import type { PoolAttrs } from '../../../src/network/layer.js';
import { outputSize, padBefore } from '../../../src/network/padding.js';
import { noise } from './run.js';

/** A map and the layer that a window moves over it for. */
export interface Windowed {
  readonly map: WindowedMap;
  readonly vectors: number;
  readonly attrs: PoolAttrs;
}

const anySize = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 10, max: 70 }));
const anyWindow = fc.oneof(
  { weight: 3, arbitrary: fc.constant(3) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 6 }) },
);
const anyPadding = fc.constantFrom<PoolAttrs['padding']>('same', 'valid');

/** A window over a map: square or not, wider than the map or not, and any stride. */
export const anyWindowed: fc.Arbitrary<Windowed> = fc
  .record({
    size: fc.tuple(fc.integer({ min: 1, max: 7 }), anySize),
    poolSize: fc.tuple(anyWindow, anyWindow),
    strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    padding: anyPadding,
    vectors: fc.integer({ min: 1, max: 3 }),
    gaps: fc.tuple(fc.nat(2), fc.nat(2)),
  })
  .map(({ size: [height, width], poolSize, strides, padding, vectors, gaps }) => {
    const [y, x] = [
      { size: height, window: poolSize[0], stride: strides[0] },
      { size: width, window: poolSize[1], stride: strides[1] },
    ].map((axis) => ({
      out: outputSize(axis.size, axis.window, axis.stride, padding)!,
      before: padBefore(axis.size, axis.window, axis.stride, padding),
    })) as [{ out: number; before: number }, { out: number; before: number }];
    const map: WindowedMap = {
      height,
      width,
      window: poolSize,
      strides,
      before: [y.before, x.before],
      outHeight: y.out,
      outWidth: x.out,
      inStep: 16 * (vectors + gaps[0]),
      outStep: 16 * (vectors + gaps[1]),
    };
    return { map, vectors, attrs: { poolSize, strides, padding } };
  })
  .filter(({ map }) => map.outHeight > 0 && map.outWidth > 0);

/** Random values of the map, with those of the gaps between pixels, which no kernel may use. */
export function inputOf({ map, vectors }: Windowed, seed: number): Float32Array {
  const step = map.inStep / 4;
  return noise(map.height * map.width * step, seed).map((value, i) => (i % step < 4 * vectors ? value : 1e20));
}

/** The evaluator's view of it. */
export function floatMap({ map, vectors }: Windowed, input: Float32Array): FloatMap {
  const data = input.filter((_, i) => i % (map.inStep / 4) < 4 * vectors);
  return { data: Float64Array.from(data), shape: [map.height, map.width, 4 * vectors] };
}

/** Calls `visit` for each value of an output of pixels `step` bytes apart: its place, and its number without the gaps. */
export function forEachValue(
  pixels: number,
  step: number,
  vectors: number,
  visit: (at: number, index: number) => void,
): void {
  for (let i = 0; i < pixels * 4 * vectors; i++) {
    visit((Math.floor(i / (4 * vectors)) * step) / 4 + (i % (4 * vectors)), i);
  }
}

/** Output rows from `first` up to, not including, `end`: kernels compute a part of a map. */
export function someRows({ outHeight }: WindowedMap, seed: number): readonly [first: number, end: number] {
  const first = seed % 2 === 0 ? 0 : seed % outHeight;
  return [first, seed % 3 === 0 ? Math.min(outHeight, first + 1) : outHeight];
}
