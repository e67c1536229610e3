import { crc32 as zlibCrc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { encodeText } from '../../src/core/bytes.js';
import { crc32 } from '../../src/formats/crc32.js';

test('crc32 gives the check value of the CRC-32 catalogue', () => {
  expect(crc32(encodeText('123456789'))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array(0))).toBe(0);
});

test('crc32 gives what zlib gives, for every length of the last bytes and wherever they begin', () => {
  const bytes = Uint8Array.from({ length: 300 }, (_, i) => (i * i * 31 + 7 * i) & 0xff);
  for (let start = 0; start < 9; start++) {
    for (let length = 0; length < 40; length++) {
      const part = bytes.subarray(start, start + length);
      expect(crc32(part), `${start}, ${length}`).toBe(zlibCrc32(part));
    }
  }
  expect(crc32(bytes)).toBe(zlibCrc32(bytes));
  const ones = new Uint8Array(1000).fill(255);
  expect(crc32(ones)).toBe(zlibCrc32(ones));
});
