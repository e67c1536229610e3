import * as fc from 'fast-check';
import { deflateSync, zlibSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { concatBytes, encodeText, viewOf } from '../../src/core/bytes.js';
import { ShuffleportError } from '../../src/core/errors.js';
import { toFloat64 } from '../../src/core/tensor.js';
import { crc32 } from '../../src/formats/crc32.js';
import { readNpz } from '../../src/formats/npz.js';
import { decodeImage } from '../../src/image/decode.js';
import { golden } from '../formats/golden.js';

const expected = new Map(readNpz(golden('image/expected.npz'), 'expected.npz').map((entry) => [entry.key, entry]));
const names = [...new Set([...expected.keys()].map((key) => key.slice(0, key.lastIndexOf('/'))))];
const pngs = names.filter((name) => name.endsWith('.png'));

/** Pixels as Pillow decoded them. */
const pillow = (name: string, kind: 'rgb' | 'grey') => expected.get(`${name}/${kind}`)!;
const decode = (bytes: Uint8Array, channels: 1 | 3 = 3) => decodeImage(bytes, 'x.png', channels);

/** The error of ours that decoding ends in. */
async function refusal(bytes: Uint8Array): Promise<ShuffleportError> {
  const result = await decode(bytes).catch((error: unknown) => error);
  if (result instanceof ShuffleportError) return result;
  throw new Error('not refused', { cause: result });
}

/** Largest difference from what Pillow decoded. */
async function largestDifference(name: string, channels: 1 | 3): Promise<number> {
  const { tensor } = await decode(golden(`image/${name}`), channels);
  const { read, shape } = pillow(name, channels === 3 ? 'rgb' : 'grey');
  expect(tensor.shape).toEqual([shape[0], shape[1], channels]);
  const theirs = toFloat64(read());
  return toFloat64(tensor).reduce((most, value, i) => Math.max(most, Math.abs(value - theirs[i]!)), 0);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = concatBytes([encodeText(type), data]);
  const out = new Uint8Array(body.length + 8);
  viewOf(out).setUint32(0, data.length);
  out.set(body, 4);
  viewOf(out).setUint32(4 + body.length, crc32(body));
  return out;
}

/** A PNG with right checksums, whatever else is wrong with it. */
function png(width: number, height: number, rest: number[], ...chunks: Uint8Array[]): Uint8Array {
  const header = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, ...rest);
  viewOf(header).setUint32(0, width);
  viewOf(header).setUint32(4, height);
  const signature = golden('image/rgb8.png').subarray(0, 8);
  return concatBytes([signature, chunk('IHDR', header), ...chunks, chunk('IEND', new Uint8Array(0))]);
}

const GREY = [8, 0, 0, 0, 0];
const pixels = (...bytes: number[]) => chunk('IDAT', zlibSync(Uint8Array.from(bytes)));

describe('decodeImage reads PNG', () => {
  test.each(pngs)('to the bytes that Pillow gives: %s', async (name) => {
    expect(await largestDifference(name, 3)).toBe(0);
    expect(await largestDifference(name, 1)).toBe(0);
  });

  test('and tells what did not survive', async () => {
    const ids = async (name: string) => (await decode(golden(`image/${name}.png`))).notes.map((note) => note.id);
    expect(await ids('rgb8')).toEqual([]);
    expect(await ids('grey16')).toEqual(['sixteen-bit']);
    expect(await ids('rgba16')).toEqual(['sixteen-bit', 'alpha-dropped']);
    expect(await ids('grey-alpha8')).toEqual(['alpha-dropped']);
    expect(await ids('palette8-transparent')).toEqual(['alpha-dropped']);
  });

  test('without inflating what makes no pixels', async () => {
    const profile = chunk('iCCP', concatBytes([encodeText('x\0\0'), Uint8Array.of(1, 2, 3)]));
    const { tensor } = await decode(png(1, 1, GREY, profile, pixels(0, 77)));
    expect([...tensor.data]).toEqual([77, 77, 77]);
  });
});

describe('decodeImage reads JPEG', () => {
  // Two decoders round differently: a colour is a sum of three inverse transforms, each rounded.
  test.each([
    ['rgb444.jpg', 2],
    ['progressive.jpg', 2],
    ['restart.jpg', 2],
    ['grey.jpg', 1],
  ])('to within rounding of what Pillow gives: %s', async (name, most) => {
    expect(await largestDifference(name, 3)).toBeLessThanOrEqual(most);
    expect(await largestDifference(name, 1)).toBeLessThanOrEqual(1);
  });

  test('with subsampled chroma to something near, and says that decoders differ', async () => {
    const { format, notes } = await decode(golden('image/rgb420.jpg'));
    expect(format).toBe('JPEG');
    expect(notes.map((note) => note.id)).toEqual(['chroma-subsampled']);
    expect(await largestDifference('rgb420.jpg', 3)).toBeLessThanOrEqual(20);
    expect((await decode(golden('image/rgb444.jpg'))).notes).toEqual([]);
  });

  test('with bytes after its end, as cameras append them', async () => {
    const bytes = golden('image/grey.jpg');
    const { tensor } = await decode(concatBytes([bytes, encodeText('video')]));
    expect(tensor).toEqual((await decode(bytes)).tensor);
  });
});

describe('decodeImage refuses', () => {
  test.each([
    ['image.gif', 'GIF'],
    ['image.webp', 'WebP'],
    ['image.bmp', 'BMP'],
    ['image.tiff', 'TIFF'],
  ])('other formats, by name: %s', async (name, format) => {
    expect(await refusal(golden(`image/refused/${name}`))).toMatchObject({ tag: 'ImageFormat', format });
  });

  test.each([
    ['AVIF', '\0\0\0\x1cftypavif'],
    ['HEIC', '\0\0\0\x18ftypheic'],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg">'],
    ['TIFF', 'MM\0*'],
    [undefined, '<!doctype html>'],
    [undefined, ''],
  ])('%s', async (format, text) => {
    expect(await refusal(encodeText(text))).toMatchObject({ tag: 'ImageFormat', format });
  });

  test('what has no name, showing how it begins', async () => {
    const found = async (bytes: Uint8Array) => (await refusal(bytes)).explanation.found;
    expect(await found(encodeText('<!doctype html>'))).toBe('a file beginning 3c 21 64 6f 63 74 79 70');
    expect(await found(Uint8Array.of(7))).toBe('a file beginning 07');
    expect(await found(new Uint8Array(0))).toBe('an empty file');
  });

  test('every proper prefix of an image', async () => {
    for (const name of ['pillow.png', 'palette4.png', 'grey.jpg', 'progressive.jpg']) {
      const bytes = golden(`image/${name}`);
      for (let length = 0; length < bytes.length; length++) {
        expect((await refusal(bytes.slice(0, length))).kind).toBe('file');
      }
    }
  });

  test('an image whose header says it is too large, before decoding it', async () => {
    expect(await refusal(png(50_001, 1000, GREY))).toMatchObject({ tag: 'ImageLimit', width: 50_001, height: 1000 });
    const bytes = golden('image/grey.jpg');
    const frame = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xc0);
    viewOf(bytes).setUint32(frame + 5, 0xffffffff);
    expect(await refusal(bytes)).toMatchObject({ tag: 'ImageLimit', width: 65_535, height: 65_535 });
  });

  test('a PNG that inflates to more, or fewer, bytes than its header says', async () => {
    expect((await refusal(png(1, 1, GREY, pixels(0, 1, 2)))).explanation.found).toBe('pixel data: more than 2 bytes');
    expect((await refusal(png(1, 2, GREY, pixels(0, 1)))).explanation.found).toBe('pixel data: 2 bytes');
    expect((await refusal(png(1, 1, GREY))).tag).toBe('DamagedImage');
  });

  test.each([
    ['no pixels', png(0, 1, GREY, pixels(0, 1))],
    ['a depth that does not go with its colour', png(1, 1, [4, 2, 0, 0, 0], pixels(0, 1, 2))],
    ['an unknown colour type', png(1, 1, [8, 5, 0, 0, 0], pixels(0, 1))],
    ['another compression', png(1, 1, [8, 0, 1, 0, 0], pixels(0, 1))],
    ['another filter method', png(1, 1, [8, 0, 0, 1, 0], pixels(0, 1))],
    ['another interlacing', png(1, 1, [8, 0, 0, 0, 2], pixels(0, 1))],
    ['an unknown filter', png(1, 1, GREY, pixels(5, 1))],
    ['an index beyond its palette', png(1, 1, [8, 3, 0, 0, 0], chunk('PLTE', Uint8Array.of(1, 2, 3)), pixels(0, 1))],
    ['no zlib wrapping', png(1, 1, GREY, chunk('IDAT', deflateSync(Uint8Array.of(0, 1))))],
  ])('a PNG with %s', async (_, bytes) => {
    expect((await refusal(bytes)).tag).toBe('DamagedImage');
  });

  test('a PNG with a wrong checksum', async () => {
    const bytes = golden('image/rgb8.png');
    bytes[bytes.length - 20]! ^= 1;
    expect((await refusal(bytes)).explanation.found).toBe('a wrong checksum of the IDAT chunk');
  });

  test('an interlaced PNG of fewer than 8 bits, which is rare', async () => {
    expect((await refusal(golden('image/refused/interlaced2.png'))).tag).toBe('UnsupportedImage');
  });

  test('a CMYK JPEG, by name', async () => {
    const error = await refusal(golden('image/refused/cmyk.jpg'));
    expect(error.tag).toBe('UnsupportedImage');
    expect(error.explanation.found).toContain('CMYK');
  });

  test.each([
    ['lossless', 0xc3],
    ['arithmetic-coded', 0xc9],
  ])('a JPEG of another kind: %s', async (kind, marker) => {
    const bytes = golden('image/grey.jpg');
    const frame = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xc0);
    bytes[frame + 1] = marker;
    expect((await refusal(bytes)).explanation.found).toContain(kind);
  });

  test.each([
    ['nothing between start and end', [0xff, 0xd8, 0xff, 0xd9]],
    ['a second start', [0xff, 0xd8, 0xff, 0xd8, 0xff, 0xd9]],
    ['pixel data first', [0xff, 0xd8, 0xff, 0xda, 0, 2, 1, 0xff, 0xd9]],
    ['a segment shorter than its length', [0xff, 0xd8, 0xff, 0xe0, 0, 1, 0xff, 0xd9]],
    ['bytes between segments', [0xff, 0xd8, 0xff, 0xe0, 0, 2, 7, 0xff, 0xd9]],
  ])('a JPEG with %s', async (_, bytes) => {
    expect((await refusal(Uint8Array.from(bytes))).tag).toBe('DamagedImage');
  });

  test.each([0x01, 0xd0, 0xd8])('a JPEG with a marker between segments that has no place there: %i', async (marker) => {
    const bytes = golden('image/grey.jpg');
    const error = await refusal(
      concatBytes([bytes.subarray(0, 2), Uint8Array.of(0xff, marker, 0, 2), bytes.subarray(2)]),
    );
    expect(error.explanation.found).toBe(`marker ff${marker === 1 ? '01' : marker.toString(16)} out of place`);
  });

  test('a JPEG of more scans than encoders make', async () => {
    const bytes = golden('image/grey.jpg');
    const scan = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xda);
    const copies = Array.from({ length: 101 }, () => bytes.subarray(scan, -2));
    const error = await refusal(concatBytes([bytes.subarray(0, scan), ...copies, bytes.subarray(-2)]));
    expect(error.tag).toBe('UnsupportedImage');
  });

  test('what is not an image, whatever bytes were changed, without a crash', async () => {
    for (const name of ['grey.jpg', 'progressive.jpg', 'rgb420.jpg', 'rgb8-interlaced.png']) {
      const bytes = golden(`image/${name}`);
      const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
          const changed = bytes.slice();
          for (const [at, byte] of changes) changed[at] = byte;
          const result = await decode(changed).catch((error: unknown) => error);
          if (result instanceof Error) expect(result).toBeInstanceOf(ShuffleportError);
        }),
        { numRuns: 200 },
      );
    }
  });
});
