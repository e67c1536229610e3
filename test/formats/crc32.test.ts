import { expect, test } from 'vitest';
import { encodeText } from '../../src/core/bytes.js';
import { crc32 } from '../../src/formats/crc32.js';

test('crc32 gives the check value of the CRC-32 catalogue', () => {
  expect(crc32(encodeText('123456789'))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array(0))).toBe(0);
});
