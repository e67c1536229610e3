// Image files to tensors of bytes, as Keras's load_img gives them. The kind of file is told from its bytes.
// Read next: png.ts, jpeg.ts; then resize.ts and recipes.ts for what happens before the network.
import { encodeText, startsWith } from '../core/bytes.js';
import type { Tensor } from '../core/tensor.js';
import type { Note } from '../core/weights.js';
import { ImageFormatError } from './errors.js';
import { decodeJpeg } from './jpeg.js';
import { pixelTensor } from './pixels.js';
import { decodePng } from './png.js';
import { PNG_SIGNATURE } from './png-chunks.js';

/** A decoded image. */
export interface DecodedImage {
  /** (height, width, channels), values 0 to 255. */
  readonly tensor: Tensor<Uint8Array>;
  readonly format: 'PNG' | 'JPEG';
  /** What of the file did not survive, and what other decoders would do differently. */
  readonly notes: readonly Note[];
}

/**
 * Decodes a PNG or JPEG. With 3 channels, grey is repeated; with 1 channel, colour becomes grey by PIL's formula
 * (ITU-R 601). Transparency is dropped, as by `load_img`. `where` names the file in messages. Throws
 * `ImageFormatError`, `UnsupportedImageError`, `DamagedImageError`, `ImageLimitError`.
 */
export async function decodeImage(bytes: Uint8Array, where: string, channels: 1 | 3): Promise<DecodedImage> {
  const format = formatOf(bytes, where);
  const pixels = await (format === 'PNG' ? decodePng(bytes, where) : decodeJpeg(bytes, where));
  return { tensor: pixelTensor(pixels, channels), format, notes: pixels.notes };
}

function formatOf(bytes: Uint8Array, where: string): 'PNG' | 'JPEG' {
  if (startsWith(bytes, PNG_SIGNATURE.subarray(0, 4))) return 'PNG';
  if (startsWith(bytes, Uint8Array.of(0xff, 0xd8, 0xff))) return 'JPEG';
  const other = OTHER_FORMATS.find(([, at, text]) => startsWith(bytes.subarray(at), encodeText(text)))?.[0];
  throw new ImageFormatError(where, other, describeStart(bytes));
}

/** Formats told by name so that the message can say what to convert: name, position and text of the signature. */
const OTHER_FORMATS: readonly (readonly [string, number, string])[] = [
  ['GIF', 0, 'GIF8'],
  ['WebP', 8, 'WEBP'],
  ['BMP', 0, 'BM'],
  ['TIFF', 0, 'II*\0'],
  ['TIFF', 0, 'MM\0*'],
  ['AVIF', 4, 'ftypavif'],
  ['HEIC', 4, 'ftypheic'],
  ['SVG', 0, '<svg'],
];

function describeStart(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'an empty file';
  return `a file beginning ${Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ')}`;
}
