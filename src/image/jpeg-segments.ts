// A JPEG file walked through before anything decodes it: is it whole, of a kind that is read, and of what size?
// The decoder (jpeg-js) trusts lengths and makes up what is missing. Layout: ITU-T T.81, annex B. Read next: jpeg.ts.
import { viewOf } from '../core/bytes.js';
import { DamagedImageError, UnsupportedImageError } from './errors.js';
import { checkDimensions } from './pixels.js';

/** What a JPEG's frame header says. */
export interface JpegFrame {
  readonly width: number;
  readonly height: number;
  /** Grey (1) or colour (3). */
  readonly components: number;
  /** Whether the chroma components have fewer samples than the first. */
  readonly subsampled: boolean;
}

const EOI = 0xd9;
const SOS = 0xda;
const DHT = 0xc4;
const JPG = 0xc8;
const DAC = 0xcc;

/** Most scans: a progressive encoder makes about 10; each costs a pass over the whole image, however short it is. */
const MAX_SCANS = 100;

/** The frame of a whole JPEG. Throws `DamagedImageError`, `UnsupportedImageError`, `ImageLimitError`. */
export function readJpegFrame(bytes: Uint8Array, where: string): JpegFrame {
  const early = (part: string) => new DamagedImageError(where, `the file ends ${part}`, 'an end-of-image marker');
  let frame: JpegFrame | undefined;
  let scans = 0;
  let at = 2;
  for (;;) {
    const marker = bytes[at + 1];
    if (marker === undefined) throw early('between two segments');
    if (bytes[at] !== 0xff) throw new DamagedImageError(where, `no marker at byte ${at}`, 'a marker, beginning ff');
    if (marker === 0xff) {
      at++; // any number of fill bytes may stand before a marker
      continue;
    }
    if (marker === EOI) break;
    if (hasNoLength(marker)) throw new DamagedImageError(where, `marker ${markerName(marker)} out of place`);
    const data = segmentData(bytes, at, early);
    if (isFrame(marker)) {
      if (frame !== undefined) throw new UnsupportedImageError(where, 'a JPEG of several frames', 'one frame');
      frame = readFrame(marker, data, where);
    }
    at += 4 + data.length;
    if (marker !== SOS) continue;
    if (frame === undefined) throw new DamagedImageError(where, 'pixel data before the frame header');
    if (++scans > MAX_SCANS) throw new UnsupportedImageError(where, `more than ${MAX_SCANS} scans`, 'a JPEG of fewer');
    at = skipEntropyCoded(bytes, at, early);
  }
  if (frame === undefined || scans === 0) throw new DamagedImageError(where, 'a JPEG without pixel data');
  return frame;
}

const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== DHT && marker !== JPG && marker !== DAC;

/** Start of image, restarts, and a marker for private use stand alone; none belongs between two segments. */
const hasNoLength = (marker: number): boolean => marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8);

/** As the standard writes it: `ffd8`. */
const markerName = (marker: number): string => `ff${marker.toString(16).padStart(2, '0')}`;

/** The bytes of the segment whose marker is at `at`, without its length. */
function segmentData(bytes: Uint8Array, at: number, early: (part: string) => Error): Uint8Array {
  if (at + 4 > bytes.length) throw early('within a segment');
  const length = viewOf(bytes).getUint16(at + 2);
  const end = at + 2 + length;
  if (length < 2 || end > bytes.length) throw early(`within segment ${markerName(bytes[at + 1]!)}`);
  return bytes.subarray(at + 4, end);
}

const KINDS: ReadonlyMap<number, string> = new Map([
  [0xc3, 'lossless'],
  [0xc9, 'arithmetic-coded'],
  [0xca, 'arithmetic-coded'],
]);

function readFrame(marker: number, data: Uint8Array, where: string): JpegFrame {
  if (marker > 0xc2) {
    const kind = KINDS.get(marker) ?? `frame type ${markerName(marker)}`;
    throw new UnsupportedImageError(where, `a JPEG of the kind: ${kind}`, 'baseline or progressive');
  }
  const components = data[5] ?? 0;
  if (data.length !== 6 + 3 * components) throw new DamagedImageError(where, 'a frame header of the wrong length');
  const [height, width] = [viewOf(data).getUint16(1), viewOf(data).getUint16(3)];
  if (data[0] !== 8) throw new UnsupportedImageError(where, `a JPEG of ${data[0]} bits a sample`, '8 bits');
  if (components !== 1 && components !== 3) {
    const found = components === 4 ? 'a CMYK JPEG (4 components)' : `a JPEG of ${components} components`;
    throw new UnsupportedImageError(where, found, '1 component (grey) or 3 (colour)');
  }
  checkDimensions(width, height, where);
  const sampling = Array.from({ length: components }, (_, i) => data[7 + 3 * i]!);
  return { width, height, components, subsampled: sampling.some((factor) => factor !== sampling[0]) };
}

/** Where the next segment's marker is. `ff00` is a data byte, `ffd0` to `ffd7` mark restarts within the data. */
function skipEntropyCoded(bytes: Uint8Array, start: number, early: (part: string) => Error): number {
  for (let at = bytes.indexOf(0xff, start); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next === undefined) break;
    if (next !== 0x00 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  throw early('within its pixel data');
}
