// Where wrong values lie, in words.
import { describe, expect, test } from 'vitest';
import { describeOff } from '../../src/parity/where-off.js';

const SHAPE = [2, 4, 5, 6];

/** A mask with a one wherever `is` says. */
const mask = (is: (image: number, row: number, column: number, channel: number) => boolean, shape = SHAPE) => {
  const [images, rows, columns, channels] = shape as [number, number, number, number];
  const out = new Uint8Array(images * rows * columns * channels);
  for (let i = 0; i < out.length; i++) {
    const channel = i % channels;
    const column = Math.floor(i / channels) % columns;
    const row = Math.floor(i / (channels * columns)) % rows;
    out[i] = is(Math.floor(i / (channels * columns * rows)), row, column, channel) ? 1 : 0;
  }
  return out;
};

const JOINED = [
  { name: 'g0', channels: 2 },
  { name: 'g1', channels: 1 },
  { name: 'g2', channels: 3 },
];

describe('values that are off', () => {
  test.each([
    ['everywhere', 'all', mask(() => true)],
    ['at one value only', 'one', mask((i, r, c, k) => i === 1 && r === 2 && c === 3 && k === 4)],
    ['only in channel 4 (of 6)', 'channels', mask((_i, _r, _c, k) => k === 4)],
    ['only in 3 channels: 0-1, 5 (of 6)', 'channels', mask((_i, r, _c, k) => r !== 1 && (k < 2 || k === 5))],
    // Half of the channels are some, more than half are not.
    ['only in 3 channels: 0, 2, 4 (of 6)', 'channels', mask((i, r, _c, k) => k % 2 === 0 && (i + r) % 2 === 0)],
    ['scattered', 'some', mask((i, r, _c, k) => k < 4 && (i + r) % 2 === 0)],
    ['only at the right border', 'borders', mask((_i, _r, c) => c === 4)],
    ['only at the left border', 'borders', mask((_i, _r, c) => c === 0)],
    ['only at the top border', 'borders', mask((_i, r) => r === 0)],
    ['only at the bottom border', 'borders', mask((_i, r) => r === 3)],
    ['only at the top, left borders', 'borders', mask((_i, r, c) => r === 0 || c === 0)],
    ['only at the bottom, right borders', 'borders', mask((_i, r, c) => c === 4 || r === 3)],
    ['only at the top, bottom, left, right borders', 'borders', mask((_i, r, c) => c % 4 === 0 || r % 3 === 0)],
    ['only at the corners', 'borders', mask((_i, r, c) => c === 4 && r === 0)],
    ['only in 1 image of 2: 1', 'images', mask((i) => i === 1)],
    ['scattered', 'some', mask((i, r, c, k) => (i * 7 + r * 5 + c * 3 + k) % 4 === 0)],
  ] as const)('lie %s', (words, pattern, off) => {
    expect(describeOff(off, SHAPE)).toEqual({ pattern, words });
  });

  test('lie in what some of the joined layers brought', () => {
    const two = mask((_i, _r, _c, k) => k < 2 || k > 2);
    expect(describeOff(two, SHAPE, JOINED)).toEqual({ pattern: 'inputs', words: 'only in what comes from g0, g2' });
    const one = mask((_i, r, _c, k) => k === 2 && r > 0);
    expect(describeOff(one, SHAPE, JOINED).words).toBe('only in what comes from g1');
  });

  test('that all joined layers brought are told otherwise', () => {
    expect(
      describeOff(
        mask((_i, r, _c, k) => r % 3 > 0 || k !== 0),
        SHAPE,
        JOINED,
      ).pattern,
    ).toBe('some');
  });

  test('are images where some of several are right', () => {
    const shape = [6, 3, 3, 1];
    const odd = mask((i, r, c) => i % 2 === 1 && (r + c) % 2 === 0, shape);
    expect(describeOff(odd, shape)).toEqual({ pattern: 'images', words: 'only in 3 images of 6: 1, 3, 5' });
    const most = mask((i, r, c) => i !== 3 && (r + c) % 2 === 0, shape);
    expect(describeOff(most, shape).words).toBe('only in 5 images of 6: 0-2, 4-5');
  });

  test('of maps of three rows and columns have borders', () => {
    const shape = [1, 3, 3, 1];
    expect(
      describeOff(
        mask((_i, r) => r === 0, shape),
        shape,
      ).words,
    ).toBe('only at the top border');
    // The middle has none.
    expect(
      describeOff(
        mask((_i, r) => r < 2, shape),
        shape,
      ).pattern,
    ).toBe('some');
  });

  test('of maps without an inside have no borders', () => {
    expect(
      describeOff(
        mask((_i, r, _c, _k) => r === 1, [1, 2, 5, 3]),
        [1, 2, 5, 3],
      ).pattern,
    ).toBe('some');
  });

  test('of vectors lie in channels', () => {
    expect(describeOff(Uint8Array.of(0, 1, 1, 0, 0, 1, 0, 0), [2, 4])).toEqual({
      pattern: 'channels',
      words: 'only in 2 channels: 1-2 (of 4)',
    });
  });

  test('in many ranges are not all listed', () => {
    const comb = Uint8Array.from({ length: 40 }, (_, i) => (i % 4 === 0 ? 1 : 0));
    expect(describeOff(comb, [1, 40]).words).toBe('only in 10 channels: 0, 4, 8, 12, … (of 40)');
    expect(describeOff(comb.slice(0, 16), [1, 16]).words).toBe('only in 4 channels: 0, 4, 8, 12 (of 16)');
  });
});
