// Inflation that cannot be made to allocate more than was declared: the compressed bytes go in piece by piece, and what
// comes out is counted. Used by zip.ts (raw deflate) and by PNG images (zlib).
import { Inflate, Unzlib } from 'fflate';
import { formatCount, plural } from '../core/text.js';
import { InflateError } from './errors.js';

/** Bytes that deflate makes of one at most: a match of 258 bytes takes two bits. */
const MAX_RATIO = 1032;

/** Compressed bytes inflated at a time: a piece makes 17 MB at most. */
const PIECE = 16_384;

/** How the compressed bytes are wrapped: not at all, or with zlib's two-byte head and checksum. */
export type Wrapping = 'raw' | 'zlib';

/** Exactly `size` bytes inflated from all of `bytes`. Throws `InflateError` when there would be more or fewer. */
export function inflate(bytes: Uint8Array, size: number, wrapping: Wrapping, where: string): Uint8Array<ArrayBuffer> {
  const most = bytes.length * MAX_RATIO;
  if (size > most) throw new InflateError(where, `at most ${plural(most, 'byte')}`, plural(size, 'byte'));
  const out = new Uint8Array(size);
  const made = run(bytes, wrapping, where, out, false);
  if (made > size) throw new InflateError(where, `more than ${plural(size, 'byte')}`, plural(size, 'byte'));
  if (made < size) throw new InflateError(where, plural(made, 'byte'), plural(size, 'byte'));
  return out;
}

/** The first bytes of what inflates to `size` bytes, `atMost` of them. Nothing is verified beyond them. */
export function inflateHead(bytes: Uint8Array, size: number, atMost: number, where: string): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(Math.min(size, atMost));
  return out.subarray(0, run(bytes, 'raw', where, out, true));
}

/** Fills `out`. Returns how many bytes there were, counted a piece past its end at most. */
function run(bytes: Uint8Array, wrapping: Wrapping, where: string, out: Uint8Array, headOnly: boolean): number {
  let made = 0;
  const collect = (chunk: Uint8Array): void => {
    out.set(chunk.subarray(0, Math.max(0, out.length - made)), Math.min(made, out.length));
    made += chunk.length;
  };
  const inflater = wrapping === 'raw' ? new Inflate(collect) : new Unzlib(collect);
  try {
    for (let at = 0; at < bytes.length && made <= out.length; at += PIECE) {
      if (headOnly && made >= out.length) break;
      inflater.push(bytes.subarray(at, at + PIECE), at + PIECE >= bytes.length);
    }
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new InflateError(where, found, `deflate data of ${formatCount(bytes.length)} bytes`, { cause });
  }
  return headOnly ? Math.min(made, out.length) : made;
}
