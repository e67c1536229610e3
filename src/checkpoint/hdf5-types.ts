// Number types whose bits lie elsewhere than usual: shifted, narrow, with another exponent. libhdf5 converts them; h5wasm
// hands out the bits as they are and does not tell the layout, so it is looked for in the file itself. Read
// hdf5-datasets.ts first.
import { viewOf } from '../core/bytes.js';

/** A number type of a file: its class, its bytes, and whether its bits lie as usual. */
export type NumberLayout = 'usual' | 'bfloat16' | 'odd';

/** Which odd layouts a file has: `integer4`, `float2`, … for odd ones, `bfloat16` for floats that are the upper halves. */
export type OddTypes = ReadonlySet<string>;

/** Of the header message that holds a type (HDF5 format specification 3.0, IV.A.2.d). */
const DATATYPE_MESSAGE = 3;
/** Header of the message by the version of the object header, with the order of creation or without. */
const MESSAGE_HEADERS: readonly [idBytes: number, toBody: number][] = [
  [2, 8],
  [1, 4],
  [1, 6],
];
/** Least and most bytes of such a message: class, flags, size, and four bytes or twelve; some padding. */
const MIN_BODY = 12;
const MAX_BODY = 255;
const NEWEST_VERSION = 5;
const WIDEST = 8;

const INTEGER = 0;
const FLOAT = 1;
/** Mantissas without their first bit, which is always 1 (the specification's normalisation 2). */
const IMPLIED = 2;

/** IEEE 754's formats, and bfloat16: where exponent and mantissa begin, their bits, the bias. */
const FORMATS: Readonly<Record<number, readonly [NumberLayout, readonly number[]][]>> = {
  2: [
    ['usual', [10, 5, 0, 10, 15]],
    ['bfloat16', [7, 8, 0, 7, 127]],
  ],
  4: [['usual', [23, 8, 0, 23, 127]]],
  8: [['usual', [52, 11, 0, 52, 1023]]],
};

/**
 * Looks for messages that describe such types anywhere in the file, since the library does not say where a dataset has
 * its own. Bytes that only look like one, 10 of which must be right, would refuse weights, never give wrong values.
 */
export function findOddTypes(bytes: Uint8Array): OddTypes {
  const found = new Set<string>();
  const view = viewOf(bytes);
  for (let at = bytes.indexOf(DATATYPE_MESSAGE); at >= 0; at = bytes.indexOf(DATATYPE_MESSAGE, at + 1)) {
    // The upper byte of the size, in either header: spares looking closer at nearly all bytes of weights.
    if (bytes[at + 2] !== 0 && bytes[at + 3] !== 0) continue;
    for (const [idBytes, toBody] of MESSAGE_HEADERS) {
      if (at + toBody + MIN_BODY > bytes.length || (idBytes === 2 && bytes[at + 1] !== 0)) continue;
      const size = view.getUint16(at + idBytes, true);
      if (size < MIN_BODY || size > MAX_BODY || at + toBody + size > bytes.length) continue;
      const name = oddType(new DataView(bytes.buffer, bytes.byteOffset + at + toBody, size));
      if (name !== undefined) found.add(name);
    }
  }
  return found;
}

/** The name of an odd type, where a message describes one. */
function oddType(message: DataView): string | undefined {
  const [version, kind] = [message.getUint8(0) >> 4, message.getUint8(0) & 15];
  const size = message.getUint32(4, true);
  if (version === 0 || version > NEWEST_VERSION || size === 0 || size > WIDEST) return undefined;
  if (kind === INTEGER) return isPlain(message, size) ? undefined : `integer${size}`;
  if (kind !== FLOAT || message.byteLength < 20) return undefined;
  const layout = floatLayout(message, size);
  return layout === 'usual' ? undefined : layout === 'odd' ? `float${size}` : layout;
}

/** Whether all bits count: the first at 0, as many as there are. */
const isPlain = (message: DataView, size: number): boolean =>
  message.getUint16(8, true) === 0 && message.getUint16(10, true) === 8 * size;

function floatLayout(message: DataView, size: number): NumberLayout {
  const [flags, sign] = [message.getUint8(1), message.getUint8(2)];
  const isVax = (flags & 0x40) !== 0;
  if (!isPlain(message, size) || isVax || ((flags >> 4) & 3) !== IMPLIED || sign !== 8 * size - 1) return 'odd';
  const places = [12, 13, 14, 15].map((at) => message.getUint8(at));
  const format = [...places, message.getUint32(16, true)];
  return FORMATS[size]?.find(([, usual]) => usual.every((value, i) => value === format[i]))?.[0] ?? 'odd';
}
