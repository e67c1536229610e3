// What the two decoders give, and the limit both keep. Read next: decode.ts.
import type { Note } from '../core/weights.js';
import { DamagedImageError, ImageLimitError } from './errors.js';

/** Decoded pixels, always red, green, blue. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Row after row, three bytes a pixel. */
  readonly rgb: Uint8Array;
  /** What of the file did not survive: alpha, lower bits. */
  readonly notes: readonly Note[];
}

/** Most pixels decoded: 50 megapixels, more than most cameras make; jpeg-js takes some 20 bytes for each, 1 GB. */
export const MAX_PIXELS = 50_000_000;

/** Throws `ImageLimitError` for more pixels than `MAX_PIXELS`, `DamagedImageError` for none. */
export function checkDimensions(width: number, height: number, where: string): void {
  if (width === 0 || height === 0) throw new DamagedImageError(where, `${width} x ${height} pixels`, 'one at least');
  if (width * height > MAX_PIXELS) throw new ImageLimitError(where, width, height, MAX_PIXELS);
}
