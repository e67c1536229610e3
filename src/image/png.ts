// PNG files to RGB bytes: fast-png undoes the filters and the interlacing; samples of 1 to 16 bits become bytes here.
// Read first: png-chunks.ts.
import { zlibSync } from 'fflate';
import { concatBytes, encodeText } from '../core/bytes.js';
import type { Note } from '../core/weights.js';
import { crc32 } from '../formats/crc32.js';
import { DamagedImageError } from './errors.js';
import type { Pixels } from './pixels.js';
import { PALETTE, PNG_SAMPLES, PNG_SIGNATURE, type PngParts, readPngParts } from './png-chunks.js';

/**
 * Decodes a PNG. Of 16-bit samples the upper byte is kept, alpha and transparency are dropped, colour profiles and
 * gamma ignored, as by PIL's `convert('RGB')`; the notes say which of the first two happened. Throws
 * `DamagedImageError`, `UnsupportedImageError`, `ImageLimitError`.
 */
export async function decodePng(bytes: Uint8Array, where: string): Promise<Pixels> {
  const parts = readPngParts(bytes, where);
  const { decode } = await import('fast-png');
  let samples: Uint8Array;
  try {
    samples = toByteSamples(decode(rebuild(parts)).data, parts);
  } catch (cause) {
    throw new DamagedImageError(where, cause instanceof Error ? cause.message : String(cause), undefined, { cause });
  }
  return { width: parts.width, height: parts.height, rgb: toRgb(samples, parts, where), notes: notesOf(parts) };
}

/** The same image as the decoder needs it: pixel data stored, nothing else that would be inflated or parsed. */
function rebuild({ header, scanlines }: PngParts): Uint8Array {
  const data = zlibSync(scanlines, { level: 0 });
  return concatBytes([PNG_SIGNATURE, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', new Uint8Array(0))]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = concatBytes([encodeText(type), data]);
  const out = new Uint8Array(body.length + 8);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  out.set(body, 4);
  view.setUint32(4 + body.length, crc32(body));
  return out;
}

/** One byte a sample: palette indices and 8-bit samples as they are, others scaled to 0 … 255. */
function toByteSamples(data: ArrayLike<number>, { width, height, depth, colourType }: PngParts): Uint8Array {
  if (depth === 8) return Uint8Array.from(data);
  if (depth === 16) return Uint8Array.from(data, (sample) => sample >> 8);
  // Fewer bits: rows of whole bytes, first sample in the highest bits, one sample a pixel.
  const scale = colourType === PALETTE ? 1 : 255 / (2 ** depth - 1);
  const perByte = 8 / depth;
  const rowBytes = Math.ceil(width / perByte);
  const out = new Uint8Array(width * height);
  for (let i = 0; i < out.length; i++) {
    const x = i % width;
    const byte = data[Math.floor(i / width) * rowBytes + Math.floor(x / perByte)]!;
    out[i] = ((byte >> (8 - depth * ((x % perByte) + 1))) & (2 ** depth - 1)) * scale;
  }
  return out;
}

function toRgb(samples: Uint8Array, { width, height, colourType, palette }: PngParts, where: string): Uint8Array {
  const perPixel = PNG_SAMPLES.get(colourType)!;
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < rgb.length; i++) {
    const pixel = Math.floor(i / 3) * perPixel;
    if (colourType === PALETTE) {
      const colour = palette[samples[pixel]! * 3 + (i % 3)];
      if (colour === undefined)
        throw new DamagedImageError(where, `palette index ${samples[pixel]}`, 'one in the palette');
      rgb[i] = colour;
    } else {
      rgb[i] = samples[pixel + (perPixel >= 3 ? i % 3 : 0)]!;
    }
  }
  return rgb;
}

function notesOf({ depth, colourType, hasTransparency }: PngParts): Note[] {
  const notes: Note[] = [];
  if (depth === 16) notes.push({ id: 'sixteen-bit', text: 'Of the 16-bit samples the upper byte was kept.' });
  if (hasTransparency || colourType === 4 || colourType === 6) {
    notes.push({ id: 'alpha-dropped', text: 'Transparency was dropped, the colour under it kept.' });
  }
  return notes;
}
