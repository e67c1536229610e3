import { deflateSync, zlibSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { equalBytes } from '../../src/core/bytes.js';
import { inflate, inflateHead } from '../../src/formats/inflate.js';
import { thrownBy } from './golden.js';

/** Bytes that deflate cannot shrink much, so that the compressed form takes several pieces. */
const noise = Uint8Array.from({ length: 100_000 }, (_, i) => ((i * 2654435761) >>> 13) ^ (i >> 3));

describe('inflate', () => {
  test('gives what was deflated, in either wrapping', () => {
    expect(equalBytes(inflate(deflateSync(noise), noise.length, 'raw', 'x'), noise)).toBe(true);
    expect(equalBytes(inflate(zlibSync(noise), noise.length, 'zlib', 'x'), noise)).toBe(true);
  });

  test('stops soon after the declared size is passed, and never sees what is wrong further on', () => {
    const cut = deflateSync(noise).subarray(0, 50_000);
    expect(thrownBy(() => inflate(cut, 1000, 'raw', 'x')).explanation.found).toBe('more than 1,000 bytes');
  });

  test('refuses a size that the data cannot reach, before allocating it', () => {
    const error = thrownBy(() => inflate(deflateSync(noise.subarray(0, 1)), 2 ** 53, 'raw', 'x'));
    expect(error.explanation).toMatchObject({ found: 'at most 3,096 bytes', expected: '9,007,199,254,740,992 bytes' });
  });

  test('counts what is missing', () => {
    const error = thrownBy(() => inflate(deflateSync(noise), noise.length + 1, 'raw', 'x'));
    expect(error.explanation).toMatchObject({ found: '100,000 bytes', expected: '100,001 bytes' });
  });

  test('refuses data that is cut off, or no deflate data', () => {
    const whole = deflateSync(noise);
    expect(thrownBy(() => inflate(whole.subarray(0, 50_000), noise.length, 'raw', 'x')).tag).toBe('Inflate');
    expect(thrownBy(() => inflate(Uint8Array.of(0xff, 0xff), 1, 'raw', 'x')).tag).toBe('Inflate');
    expect(thrownBy(() => inflate(Uint8Array.of(1, 2, 3), 1, 'zlib', 'x')).tag).toBe('Inflate');
  });
});

describe('inflateHead', () => {
  test('gives the first bytes, without looking at what follows', () => {
    const cut = deflateSync(noise).subarray(0, 50_000);
    expect(equalBytes(inflateHead(cut, noise.length, 100, 'x'), noise.subarray(0, 100))).toBe(true);
  });

  test('gives everything where that is less', () => {
    expect(equalBytes(inflateHead(deflateSync(noise), noise.length, 200_000, 'x'), noise)).toBe(true);
  });
});
