// CRC-32 as zip and PNG use it (ISO 3309, reflected polynomial 0xEDB88320), eight bytes at a time ("slicing by 8",
// Kounavis and Berry, 2005): byte by byte it is one of the slower steps of reading a recording.

/** Bytes taken at once. */
const SLICES = 8;

/** `TABLE[256 * n + byte]`: what a byte comes to when `n` zero bytes follow it. */
const TABLE = makeTable();

function makeTable(): Int32Array {
  const table = new Int32Array(256 * SLICES);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    table[byte] = crc;
  }
  for (let i = 256; i < table.length; i++) {
    const before = table[i - 256]!;
    table[i] = (before >>> 8) ^ table[before & 0xff]!;
  }
  return table;
}

/** The CRC-32 of the bytes, as an unsigned 32-bit number. */
export function crc32(bytes: Uint8Array): number {
  let crc = -1;
  let i = 0;
  for (; i + SLICES <= bytes.length; i += SLICES) {
    const word = crc ^ (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
    crc =
      TABLE[1792 + (word & 0xff)]! ^
      TABLE[1536 + ((word >>> 8) & 0xff)]! ^
      TABLE[1280 + ((word >>> 16) & 0xff)]! ^
      TABLE[1024 + (word >>> 24)]! ^
      TABLE[768 + bytes[i + 4]!]! ^
      TABLE[512 + bytes[i + 5]!]! ^
      TABLE[256 + bytes[i + 6]!]! ^
      TABLE[bytes[i + 7]!]!;
  }
  for (; i < bytes.length; i++) crc = TABLE[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
