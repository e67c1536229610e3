// Bob Jenkins's lookup3 (hashlittle, public domain), the checksum of HDF5's newer structures. A damaged structure whose
// checksum does not fit is refused at once; with the right one the damage reaches the code behind it.

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

/** The checksum of bytes, begun from 0 as HDF5 begins it. */
export function lookup3(bytes: Uint8Array): number {
  let a = (0xdeadbeef + bytes.length) | 0;
  let b = a;
  let c = a;
  const at = (i: number): number => bytes[i] ?? 0;
  const word = (i: number): number => at(i) | (at(i + 1) << 8) | (at(i + 2) << 16) | (at(i + 3) << 24);
  let start = 0;
  for (; bytes.length - start > 12; start += 12) {
    a = (a + word(start)) | 0;
    b = (b + word(start + 4)) | 0;
    c = (c + word(start + 8)) | 0;
    a = ((a - c) | 0) ^ rotate(c, 4);
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ rotate(a, 6);
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ rotate(b, 8);
    b = (b + a) | 0;
    a = ((a - c) | 0) ^ rotate(c, 16);
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ rotate(a, 19);
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ rotate(b, 4);
    b = (b + a) | 0;
  }
  if (start === bytes.length) return c >>> 0;
  a = (a + word(start)) | 0;
  b = (b + word(start + 4)) | 0;
  c = (c + word(start + 8)) | 0;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  return c >>> 0;
}
