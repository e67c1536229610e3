// TensorFlow's padding rule, against a table measured in TensorFlow 1.12.
import { describe, expect, test } from 'vitest';
import { outputSize, padAfter, padBefore } from '../../src/network/padding.js';

/** A 3-wide window, stride 2, `same`: size, output size, cells of padding before and after. */
const MEASURED = [
  [224, 112, 0, 1],
  [112, 56, 0, 1],
  [32, 16, 0, 1],
  [33, 17, 1, 1],
  [28, 14, 0, 1],
  [47, 24, 1, 1],
  [17, 9, 1, 1],
  [14, 7, 0, 1],
  [7, 4, 1, 1],
  [2, 1, 0, 1],
  [1, 1, 1, 1],
] as const;

describe('same padding, as TensorFlow was measured to do it', () => {
  test.each(MEASURED)('%i cells give %i, with %i before and %i after', (size, out, before, after) => {
    expect(outputSize(size, 3, 2, 'same')).toBe(out);
    const pad = padBefore(size, 3, 2, 'same');
    expect(pad).toBe(before);
    expect((out - 1) * 2 + 3 - size - pad).toBe(after);
    expect(padAfter(size, 3, 2, 'same')).toBe(after);
    expect(padAfter(size, 3, 2, 'valid')).toBe(0);
  });

  test('with stride 1 keeps the size and pads evenly', () => {
    expect(outputSize(7, 3, 1, 'same')).toBe(7);
    expect(padBefore(7, 3, 1, 'same')).toBe(1);
    expect(padBefore(7, 4, 1, 'same')).toBe(1);
    expect(padBefore(7, 1, 1, 'same')).toBe(0);
  });

  test('is never negative, where the stride steps over cells', () => {
    expect(outputSize(7, 1, 2, 'same')).toBe(4);
    expect(padBefore(7, 1, 3, 'same')).toBe(0);
    expect(padBefore(8, 1, 2, 'same')).toBe(0);
    expect(padAfter(7, 1, 3, 'same')).toBe(0);
  });
});

describe('valid padding', () => {
  test.each([
    [7, 3, 2, 3],
    [8, 3, 2, 3],
    [7, 2, 2, 3],
    [3, 3, 1, 1],
  ])('pads nothing: %i cells, window %i, stride %i give %i', (size, window, stride, out) => {
    expect(outputSize(size, window, stride, 'valid')).toBe(out);
    expect(padBefore(size, window, stride, 'valid')).toBe(0);
  });
});

test('an unknown size stays unknown', () => {
  expect(outputSize(null, 3, 2, 'same')).toBeNull();
  expect(outputSize(null, 3, 2, 'valid')).toBeNull();
});
