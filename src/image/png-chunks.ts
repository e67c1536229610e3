// A PNG file taken apart before anything decodes it: checksums, header, size, and of the chunks those that make pixels.
// The decoder (fast-png) inflates whatever it is given, however large, so the pixel data is inflated here, to exactly
// the size the header declares. Layout: the PNG specification, sections 5, 8 and 11. Read next: png.ts.
import { concatBytes, startsWith, viewOf } from '../core/bytes.js';
import { isShuffleportError } from '../core/errors.js';
import { printable } from '../core/text.js';
import { crc32 } from '../formats/crc32.js';
import { inflate } from '../formats/inflate.js';
import { DamagedImageError, UnsupportedImageError } from './errors.js';
import { checkDimensions } from './pixels.js';

export const PNG_SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** A PNG's colour types and the samples of a pixel: grey, RGB, palette index, grey and alpha, RGB and alpha. */
export const PNG_SAMPLES: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [2, 3],
  [3, 1],
  [4, 2],
  [6, 4],
]);
export const PALETTE = 3;

/** A PNG without what does not make pixels. */
export interface PngParts {
  readonly width: number;
  readonly height: number;
  /** Bits a sample. */
  readonly depth: number;
  readonly colourType: number;
  readonly interlaced: boolean;
  /** The header chunk's 13 bytes. */
  readonly header: Uint8Array;
  /** Three bytes a colour; empty where there is no palette. */
  readonly palette: Uint8Array;
  /** Whether a `tRNS` chunk makes some pixels transparent. */
  readonly hasTransparency: boolean;
  /** Filtered scanlines, inflated. */
  readonly scanlines: Uint8Array;
}

/** Takes a PNG apart. Throws `DamagedImageError`, `UnsupportedImageError`, `ImageLimitError`. */
export function readPngParts(bytes: Uint8Array, where: string): PngParts {
  const chunks = readChunks(bytes, where);
  const header = readHeader(chunks[0], where);
  const data = concatBytes(chunks.filter((chunk) => chunk.type === 'IDAT').map((chunk) => chunk.data));
  const palette = chunks.find((chunk) => chunk.type === 'PLTE')?.data ?? new Uint8Array(0);
  const hasTransparency = chunks.some((chunk) => chunk.type === 'tRNS');
  return { ...header, palette, hasTransparency, scanlines: inflateScanlines(data, scanlineBytes(header), where) };
}

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

/** The chunks up to IEND, each with its checksum verified. What follows IEND is ignored, as every decoder does. */
function readChunks(bytes: Uint8Array, where: string): Chunk[] {
  if (!startsWith(bytes, PNG_SIGNATURE)) throw new DamagedImageError(where, 'a broken PNG signature');
  const view = viewOf(bytes);
  const chunks: Chunk[] = [];
  let at = PNG_SIGNATURE.length;
  for (;;) {
    if (at + 12 > bytes.length) throw new DamagedImageError(where, 'the file ends early', 'an IEND chunk at its end');
    const end = at + 8 + view.getUint32(at);
    const type = printable(String.fromCharCode(...bytes.subarray(at + 4, at + 8)));
    if (end + 4 > bytes.length) throw new DamagedImageError(where, `the file ends within its ${type} chunk`);
    if (crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) {
      throw new DamagedImageError(where, `a wrong checksum of the ${type} chunk`);
    }
    if (type === 'IEND') return chunks;
    chunks.push({ type, data: bytes.subarray(at + 8, end) });
    at = end + 4;
  }
}

type Header = Omit<PngParts, 'palette' | 'hasTransparency' | 'scanlines'>;

function readHeader(chunk: Chunk | undefined, where: string): Header {
  if (chunk?.type !== 'IHDR' || chunk.data.length !== 13) throw new DamagedImageError(where, 'no header chunk', 'IHDR');
  const header = chunk.data;
  const [width, height] = [viewOf(header).getUint32(0), viewOf(header).getUint32(4)];
  const [depth, colourType, compression, filter, interlace] = header.subarray(8);
  checkDimensions(width, height, where);
  const depths = colourType === 0 ? [1, 2, 4, 8, 16] : colourType === PALETTE ? [1, 2, 4, 8] : [8, 16];
  if (
    !PNG_SAMPLES.has(colourType!) ||
    !depths.includes(depth!) ||
    compression !== 0 ||
    filter !== 0 ||
    interlace! > 1
  ) {
    throw new DamagedImageError(where, `a header of ${[...header.subarray(8)].join(', ')}`, 'one of the specification');
  }
  if (interlace === 1 && depth! < 8) {
    throw new UnsupportedImageError(where, `an interlaced PNG of ${depth} bits a sample`, 'one that is not interlaced');
  }
  return { width, height, depth: depth!, colourType: colourType!, interlaced: interlace === 1, header };
}

/** Adam7's seven passes: first column and row, steps between columns and rows. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Bytes of all scanlines with their filter bytes. */
function scanlineBytes({ width, height, depth, colourType, interlaced }: Header): number {
  const bits = depth * PNG_SAMPLES.get(colourType)!;
  const bytesOf = (columns: number, rows: number) => (columns > 0 ? rows * (1 + Math.ceil((columns * bits) / 8)) : 0);
  if (!interlaced) return bytesOf(width, height);
  return PASSES.reduce((sum, [x, y, stepX, stepY]) => {
    return sum + bytesOf(Math.ceil((width - x) / stepX), Math.max(0, Math.ceil((height - y) / stepY)));
  }, 0);
}

function inflateScanlines(data: Uint8Array, size: number, where: string): Uint8Array {
  try {
    return inflate(data, size, 'zlib', where);
  } catch (cause) {
    if (!isShuffleportError(cause)) throw cause;
    const { found, expected } = cause.explanation;
    throw new DamagedImageError(where, `pixel data: ${found}`, expected, { cause });
  }
}
