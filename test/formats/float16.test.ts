import { describe, expect, test } from 'vitest';
import { bfloat16sToFloats, halvesToFloats } from '../../src/formats/float16.js';

describe('halvesToFloats', () => {
  test('gives the values of IEEE 754, for every pattern that is a number', () => {
    const patterns = Uint16Array.from({ length: 65_536 }, (_, i) => i).filter((half) => ((half >> 10) & 31) !== 31);
    const values = Array.from(patterns, (half) => {
      const exponent = (half >> 10) & 31;
      const fraction = (half & 1023) / 1024;
      const magnitude = exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15);
      return half & 0x8000 ? -magnitude : magnitude;
    });
    const found = halvesToFloats(patterns);
    expect(values.filter((value, i) => !Object.is(found[i], value))).toEqual([]);
  });

  test('keeps infinities, and the payload of a NaN bit for bit', () => {
    expect([...halvesToFloats(Uint16Array.of(0x7c00, 0xfc00))]).toEqual([Infinity, -Infinity]);
    const bits = new Uint32Array(halvesToFloats(Uint16Array.of(0x7d01, 0xfe00)).buffer);
    expect([...bits]).toEqual([0x7fa02000, 0xffc00000]);
  });
});

describe('bfloat16sToFloats', () => {
  test('puts the pattern in the upper half of a float32', () => {
    const bits = new Uint32Array(bfloat16sToFloats(Uint16Array.of(0x3f80, 0x8000, 0x7f81)).buffer);
    expect([...bits]).toEqual([0x3f800000, 0x80000000, 0x7f810000]);
  });
});
