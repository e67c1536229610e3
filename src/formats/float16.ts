// 16-bit floats widened to float32, exactly: every half and every bfloat16 is a float32. Works on bit patterns, so that
// NaN payloads and the sign of zero survive. IEEE 754-2008 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits.

/** The float32 bit pattern of a binary16 bit pattern. */
function widenHalf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent !== 0) return sign | ((exponent + 127 - 15) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // Subnormal: shift the leading 1 to where the implicit bit belongs.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}

/** Binary16 bit patterns as float32 values; NaN payloads are kept bit for bit. */
export function halvesToFloats(halves: Uint16Array): Float32Array<ArrayBuffer> {
  return new Float32Array(Uint32Array.from(halves, widenHalf).buffer);
}

/** Bfloat16 bit patterns as float32 values; NaN payloads are kept bit for bit. */
export function bfloat16sToFloats(patterns: Uint16Array): Float32Array<ArrayBuffer> {
  return new Float32Array(Uint32Array.from(patterns, (bits) => bits << 16).buffer);
}
