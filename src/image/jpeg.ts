// JPEG files to RGB bytes, by jpeg-js. Read first: jpeg-segments.ts, which decides what is read.
import { DamagedImageError } from './errors.js';
import { readJpegFrame } from './jpeg-segments.js';
import type { Pixels } from './pixels.js';

/** jpeg-js's own bound on what it allocates: 21 bytes for each of MAX_PIXELS, three full components, is 1001 MiB. */
const MAX_DECODER_MEGABYTES = 1024;

/**
 * Decodes a baseline or progressive JPEG. Two decoders seldom agree to the bit: where chroma is subsampled, jpeg-js
 * repeats samples and libjpeg (PIL, TensorFlow) interpolates them, which shows at edges between colours; a note says
 * so. The orientation that cameras write is ignored, as Keras's `load_img` does. Throws `DamagedImageError`,
 * `UnsupportedImageError`, `ImageLimitError`.
 */
export async function decodeJpeg(bytes: Uint8Array, where: string): Promise<Pixels> {
  const { width, height, subsampled } = readJpegFrame(bytes, where);
  const { default: decode } = await import('jpeg-js/lib/decoder.js');
  const notes = subsampled
    ? [{ id: 'chroma-subsampled', text: 'The JPEG has subsampled chroma: other decoders give other values at edges.' }]
    : [];
  try {
    const options = {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      maxMemoryUsageInMB: MAX_DECODER_MEGABYTES,
    } as const;
    return { width, height, rgb: decode(bytes, options).data, notes };
  } catch (cause) {
    throw new DamagedImageError(where, cause instanceof Error ? cause.message : String(cause), undefined, { cause });
  }
}
