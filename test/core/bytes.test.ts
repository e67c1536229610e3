// Views, joins and text of bytes.
import { describe, expect, test } from 'vitest';
import {
  aligned,
  bytesOf,
  concatBytes,
  decodeText,
  encodeText,
  equalBytes,
  startsWith,
  viewOf,
} from '../../src/core/bytes.js';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

test('a view covers exactly the bytes, not the buffer around them', () => {
  const view = viewOf(bytes(9, 9, 1, 2, 9).subarray(2, 4));
  expect(view.byteLength).toBe(2);
  expect(view.getUint16(0)).toBe(0x0102);
});

test('aligned bytes start a buffer of their own', () => {
  const copy = aligned(bytes(9, 1, 2, 3, 4).subarray(1));
  expect(copy).toEqual(bytes(1, 2, 3, 4));
  expect(copy.byteOffset).toBe(0);
  expect(copy.buffer.byteLength).toBe(4);
});

test('the bytes of a typed array are those of its elements, in the same memory', () => {
  const halves = new Uint16Array([0x0201, 0x0403]);
  const found = bytesOf(halves.subarray(1));
  expect(found).toEqual(bytes(3, 4));
  found[0] = 7;
  expect(halves[1]).toBe(0x0407);
});

test('parts are joined in order', () => {
  expect(concatBytes([bytes(1), bytes(), bytes(2, 3)])).toEqual(bytes(1, 2, 3));
  expect(concatBytes([])).toEqual(bytes());
});

test('byte strings are equal in length and in every byte', () => {
  expect(equalBytes(bytes(1, 2), bytes(1, 2))).toBe(true);
  expect(equalBytes(bytes(1, 2), bytes(1, 3))).toBe(false);
  expect(equalBytes(bytes(1, 2), bytes(1, 2, 3))).toBe(false);
});

test('a prefix is compared whole', () => {
  expect(startsWith(bytes(1, 2, 3), bytes(1, 2))).toBe(true);
  expect(startsWith(bytes(1, 2, 3), bytes(2))).toBe(false);
  expect(startsWith(bytes(1), bytes(1, 2))).toBe(false);
});

describe('text', () => {
  test('is read as UTF-8', () => {
    expect(decodeText(bytes(0x63, 0x6f, 0x6e, 0x76, 0xc3, 0xa9))).toBe('convé');
  });

  test('that is not UTF-8 is read as Latin-1, one character a byte', () => {
    expect(decodeText(bytes(0x63, 0xe9, 0xff))).toBe('céÿ');
  });

  test('keeps a byte order mark, so that two names stay distinct', () => {
    expect(decodeText(bytes(0xef, 0xbb, 0xbf, 0x61))).toBe('\ufeffa');
  });

  test('is written as UTF-8', () => {
    expect(encodeText('é€')).toEqual(bytes(0xc3, 0xa9, 0xe2, 0x82, 0xac));
  });
});
