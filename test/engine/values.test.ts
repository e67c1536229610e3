// Values out of the engine's memory.
import { expect, test } from 'vitest';
import { readValue } from '../../src/engine/values.js';

/** A value of one row in memory, pixels of two channels, of which the second lies first. */
const placed = (width: number, softmax: boolean) => ({
  map: { address: 16, height: 1, width, step: 16, rowStep: 16 * width, begin: 0, vectors: 1, lanes: Int32Array.of() },
  lanes: Int32Array.of(1, 0),
  softmax,
});

test('channels come in order, whatever their lanes', () => {
  const floats = Float32Array.from({ length: 16 }, (_, i) => i);
  expect([...readValue(floats, placed(2, false))]).toEqual([5, 4, 9, 8]);
});

test('a softmax of the largest numbers does not overflow: e / (1 + e), pixel by pixel', () => {
  const floats = new Float32Array(16);
  floats.set([1000, 1001], 4);
  floats.set([-3e38, -3e38], 8);
  const [first, second, third, fourth] = readValue(floats, placed(2, true));
  expect(first).toBeCloseTo(Math.E / (1 + Math.E), 6);
  expect(second).toBeCloseTo(1 / (1 + Math.E), 6);
  expect([third, fourth]).toEqual([0.5, 0.5]);
});
