// What exports are tried on, whatever runs them: networks that Keras recorded, small ones that nobody did, the digits; and
// how far two runs lie apart.
import fc from 'fast-check';
import { expect } from 'vitest';
import { type Tensor, tensor, toFloat64 } from '../../src/core/tensor.js';
import { DEFAULT_SETTINGS, type ShuffleNetSettings } from '../../src/shufflenet/settings.js';
import { loadReference } from './models.js';

/** In fixtures/keras: folder, weights, what Keras recorded of them, and what the weights do not tell. */
export const RECORDINGS = [
  ['k21-g3', 'weights.h5', 'reference.npz', { pooling: 'max' }],
  ['k21-g3', 'weights.h5', 'reference_lastslice.npz', { pooling: 'max', slices: 'last' }],
  ['k21-g3-odd', 'weights.h5', 'reference.npz', { pooling: 'avg' }],
  ['k21-g8', 'weights.h5', 'reference.npz', { pooling: 'max' }],
  ['k21-g3-full', 'model_noopt.h5', 'reference.npz', {}],
  ['k215-g3', 'weights.h5', 'reference.npz', { pooling: 'max' }],
  ['trained-digits-g3', 'weights.h5', 'reference.npz', { pooling: 'avg' }],
] as const;

/** A network that is quick to run, of a size that no stride divides. */
export const SMALL: ShuffleNetSettings = {
  ...DEFAULT_SETTINGS,
  scaleFactor: 0.25,
  numShuffleUnits: [1, 1],
  classes: 10,
  inputShape: [33, 28, 3],
};

/** Any small network that can be built, of at most so many rows and columns. */
export function anySmallNetwork(largest: number): fc.Arbitrary<ShuffleNetSettings & { inputShape: number[] }> {
  const scales = { 1: [0.25, 0.5], 2: [1], 3: [0.25, 0.5], 4: [1], 8: [0.25, 0.5] } as const;
  const side = fc.integer({ min: 28, max: largest });
  const groups = fc.constantFrom(1, 2, 3, 4, 8) as fc.Arbitrary<keyof typeof scales>;
  return groups
    .chain((count) =>
      fc.record({
        groups: fc.constant(count),
        scaleFactor: fc.constantFrom(...scales[count]),
        numShuffleUnits: fc.array(fc.nat(1), { minLength: 1, maxLength: 3 }),
        end: fc.constantFrom('top', 'pooled', 'maps'),
        pooling: fc.constantFrom('max', 'avg'),
        slices: fc.constantFrom('own', 'last'),
        inputShape: fc.tuple(side, side, fc.constantFrom(1, 3)),
      }),
    )
    .map(({ end, pooling, ...drawn }) => ({
      ...SMALL,
      ...drawn,
      includeTop: end === 'top',
      pooling: end === 'maps' ? null : pooling,
    }));
}

/** The 360 digits that the network has not seen, as it takes them, and what Keras made of them. */
export function digits(): { readonly images: Tensor<Float32Array>; readonly softmax: Tensor; readonly labels: Tensor } {
  const stored = loadReference('trained-digits-g3/test360.npz');
  const { data, shape } = stored.get('images_u8')!;
  const pixels = Float32Array.from(data, (byte) => Math.fround(Number(byte) / 127.5) - 1);
  return { images: tensor(pixels, shape), softmax: stored.get('softmax')!, labels: stored.get('labels')! };
}

/**
 * Of each layer's largest value. Keras's own float32 differs from the exact result by up to 2.3e-6 in these networks
 * (every layer of 33 recorded cases), and two float32 runtimes may err in opposite directions.
 */
export const TOLERANCE = 1e-5;

/** Largest difference of two layers as a fraction of the largest value; shapes must agree. */
export function relativeError(found: Tensor, expected: Tensor): number {
  expect(found.shape).toEqual(expected.shape);
  const [a, b] = [toFloat64(found), toFloat64(expected)];
  const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  // NaN must not pass for small: the comparison is written so that it fails.
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0) / (largest || 1);
}

/** The position of the largest value in each row of `(rows, classes)`. */
export function classesOf(scores: Tensor): number[] {
  const values = toFloat64(scores);
  const [rows = 0, classes = 0] = scores.shape;
  return Array.from({ length: rows }, (_, row) => {
    const own = values.subarray(row * classes, (row + 1) * classes);
    return own.indexOf(Math.max(...own));
  });
}
