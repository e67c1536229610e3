// What the two decoders give, and the limit both keep. Read next: decode.ts.
import { type Tensor, tensor } from '../core/tensor.js';
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

/** (height, width, channels): colour as it is, or grey by PIL's formula. */
export function pixelTensor(pixels: Omit<Pixels, 'notes'>, channels: 1 | 3): Tensor<Uint8Array> {
  return channels === 3 ? colour(pixels) : grey(pixels);
}

function colour({ rgb, width, height }: Omit<Pixels, 'notes'>): Tensor<Uint8Array> {
  return tensor(rgb, [height, width, 3]);
}

/** PIL's `convert('L')`: weights 0.299, 0.587, 0.114 in 16-bit fixed point. Grey stays as it is, to the bit. */
function grey({ rgb, width, height }: Omit<Pixels, 'notes'>): Tensor<Uint8Array> {
  const out = new Uint8Array(width * height);
  for (let i = 0; i < out.length; i++) {
    out[i] = (rgb[3 * i]! * 19595 + rgb[3 * i + 1]! * 38470 + rgb[3 * i + 2]! * 7471 + 0x8000) >> 16;
  }
  return tensor(out, [height, width, 1]);
}
