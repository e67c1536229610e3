// Inputs that a wrong network passes on.
import { describe, expect, test } from 'vitest';
import { tensor } from '../../src/core/tensor.js';
import { weakInputNotes } from '../../src/parity/weak-input.js';

type At = (row: number, column: number, channel: number) => number;

/** Images of 4 x 5 x 3. */
const batch = (...images: At[]) =>
  tensor(
    Float32Array.from({ length: images.length * 60 }, (_, i) =>
      images[Math.floor(i / 60)]!(Math.floor(i / 15) % 4, Math.floor(i / 3) % 5, i % 3),
    ),
    [images.length, 4, 5, 3],
  );

const plain: At = (r, c, k) => r * 17 + c * 5 + k * k;
const leftRight: At = (r, c, k) => r * r + Math.abs(c - 2) * 10 + k * 0.1;
const topBottom: At = (r, c, k) => Math.abs(r - 1.5) + c * c * 10 + k * 0.1;
const grey: At = (r, c) => r * 17 + c;

describe('an input', () => {
  test('of no pattern has no note', () => {
    expect(weakInputNotes(batch(plain, plain))).toEqual([]);
  });

  test.each([
    [
      'has one colour throughout',
      'flipped kernels or mirrored images, nor anything that moves values within a channel',
      (_r: number, _c: number, k: number) => k,
    ],
    ['is the same from left to right as from right to left', 'mirrored images or kernels', leftRight],
    ['is the same from top to bottom as from bottom to top', 'images or kernels turned upside down', topBottom],
    ['has equal channels', 'colours in another order (BGR)', grey],
  ])('that %s is noted', (is, hides, image) => {
    const text = `The recorded input ${is}: agreement on it does not rule out ${hides}. Record another, such as random noise.`;
    expect(weakInputNotes(batch(image))).toEqual([{ id: 'weak-input', text }]);
  });

  test('may have two weaknesses', () => {
    expect(weakInputNotes(batch((r, c) => r + Math.abs(c - 2)))).toHaveLength(2);
    expect(weakInputNotes(batch(() => 1)).map(({ text }) => text)).toEqual([
      expect.stringContaining('one colour'),
      expect.stringContaining('equal channels'),
    ]);
  });

  test('is as strong as its strongest image', () => {
    expect(weakInputNotes(batch(leftRight, plain))).toEqual([]);
    expect(weakInputNotes(batch(leftRight, topBottom))).toEqual([]);
    expect(weakInputNotes(batch(leftRight, leftRight))).toHaveLength(1);
  });

  test('of one channel has no equal channels', () => {
    expect(weakInputNotes(tensor(Float32Array.of(1, 2, 3, 4), [1, 2, 2, 1]))).toEqual([]);
  });
});
