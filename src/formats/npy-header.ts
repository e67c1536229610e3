// The header of a .npy file: what the elements are, how many, in which order.
// Read first: numpy's format description (numpy.lib.format), then python-literal.ts; npy.ts reads and writes the data.
import { concatBytes, decodeText, encodeText, startsWith, viewOf } from '../core/bytes.js';
import { formatShape } from '../core/tensor.js';
import { printable } from '../core/text.js';
import { bytesPerElement, type Dtype, elementCount, type StoredDtype } from './elements.js';
import {
  FileLimitError,
  FormatSignatureError,
  MalformedFileError,
  TrailingBytesError,
  TruncatedFileError,
  UnsupportedDtypeError,
} from './errors.js';
import { type PythonDict, type PythonLiteral, parsePythonLiteral } from './python-literal.js';

/** What a header says, and where the data begins. */
export interface NpyHeader {
  readonly dtype: Dtype;
  readonly littleEndian: boolean;
  /** Whether the first index varies fastest. */
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Bytes before the data. */
  readonly dataOffset: number;
}

const MAGIC = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59); // \x93NUMPY

/** Longest header read, in bytes: numpy's own limit (`max_header_size`), since parsing a longer one costs too much. */
const MAX_HEADER_BYTES = 10_000;

/** Bytes from the start of a file that are sure to hold the whole header. */
export const NPY_HEAD_BYTES = 12 + MAX_HEADER_BYTES;

/**
 * Reads the header from the first bytes of a file `total` bytes long, and holds the size it declares against `total`.
 * Throws `FormatSignatureError`, `TruncatedFileError`, `TrailingBytesError`, `MalformedFileError`, `FileLimitError`,
 * `UnsupportedDtypeError`.
 */
export function readNpyHeader(head: Uint8Array, total: number, where: string): NpyHeader {
  const { text, dataOffset } = headerText(head, where);
  const header = { ...interpret(parsePythonLiteral(text, where), where), dataOffset };
  const needed = dataOffset + elementCount(header.shape, where) * bytesPerElement(header.dtype);
  const part = `an array of ${header.dtype} of shape ${formatShape(header.shape)}`;
  if (total < needed) throw new TruncatedFileError(where, total, needed, part);
  if (total > needed) throw new TrailingBytesError(where, total, needed, part);
  return header;
}

function headerText(head: Uint8Array, where: string): { text: string; dataOffset: number } {
  if (!startsWith(head, MAGIC.subarray(0, head.length)) || head.length === 0) {
    throw new FormatSignatureError('.npy', where, head, 'a file written by numpy.save, beginning 93 4e 55 4d 50 59');
  }
  const version = head[6];
  // Version 1 has a length of two bytes, versions 2 and 3 of four; version 3 is in UTF-8.
  const start = version === 1 ? 10 : 12;
  if (head.length < start) throw new TruncatedFileError(where, head.length, undefined, 'a header');
  if ((version !== 1 && version !== 2 && version !== 3) || head[7] !== 0) {
    throw new MalformedFileError('The .npy version is not known.', where, `${version}.${head[7]}`, '1.0, 2.0 or 3.0');
  }
  const length = version === 1 ? viewOf(head).getUint16(8, true) : viewOf(head).getUint32(8, true);
  if (length > MAX_HEADER_BYTES) throw new FileLimitError(where, 'bytes', 'The header', length, MAX_HEADER_BYTES);
  const end = start + length;
  if (head.length < end) throw new TruncatedFileError(where, head.length, end, 'the header');
  return { text: decodeText(head.subarray(start, end)), dataOffset: end };
}

function interpret(value: PythonLiteral, where: string): Omit<NpyHeader, 'dataOffset'> {
  if (!(value instanceof Map)) throw new MalformedFileError('The header is not a dict.', where);
  const keys = [...value.keys()].sort().join(', ');
  if (keys !== 'descr, fortran_order, shape') {
    const expected = 'the keys descr, fortran_order, shape';
    throw new MalformedFileError('The header has other keys.', where, printable(keys), expected);
  }
  return { ...elementType(value.get('descr')!, where), fortranOrder: order(value, where), shape: shape(value, where) };
}

function order(header: PythonDict, where: string): boolean {
  const value = header.get('fortran_order');
  if (typeof value === 'boolean') return value;
  throw new MalformedFileError('fortran_order is not True or False.', where);
}

function shape(header: PythonDict, where: string): number[] {
  const value = header.get('shape');
  if (Array.isArray(value) && value.every((dim) => typeof dim === 'number' && dim >= 0)) return value as number[];
  throw new MalformedFileError('The shape is not a tuple of sizes.', where);
}

/** numpy's type characters with sizes, without byte order. */
const TYPES: ReadonlyMap<string, Dtype> = new Map([
  ['f2', 'float16'],
  ['f4', 'float32'],
  ['f8', 'float64'],
  ['i1', 'int8'],
  ['i2', 'int16'],
  ['i4', 'int32'],
  ['i8', 'int64'],
  ['u1', 'uint8'],
  ['u2', 'uint16'],
  ['u4', 'uint32'],
  ['u8', 'uint64'],
  ['b1', 'bool'],
]);

function elementType(descr: PythonLiteral, where: string): { dtype: Dtype; littleEndian: boolean } {
  if (typeof descr !== 'string') throw unsupported(where, 'a structured type');
  const byteOrder = descr[0] ?? '';
  const dtype = TYPES.get(descr.slice(1));
  if (dtype === undefined || !'<>|'.includes(byteOrder)) throw unsupported(where, descr);
  if (byteOrder === '|' && bytesPerElement(dtype) > 1) {
    throw new MalformedFileError(
      'The byte order is missing.',
      where,
      descr,
      `<${descr.slice(1)} or >${descr.slice(1)}`,
    );
  }
  return { dtype, littleEndian: byteOrder !== '>' };
}

const READABLE = 'float16, float32, float64, bool, or an integer of 8 to 64 bits';

function unsupported(where: string, descr: string): UnsupportedDtypeError {
  const next = /^[<>|=]?O/.test(descr)
    ? 'a pickle runs code from the file, so it is never run: save the array with a numeric dtype'
    : 'save the array with one of these: array.astype("float32")';
  return new UnsupportedDtypeError(where, descr, READABLE, next);
}

const DESCR: Readonly<Record<StoredDtype, string>> = {
  float32: '<f4',
  float64: '<f8',
  int8: '|i1',
  int16: '<i2',
  int32: '<i4',
  uint8: '|u1',
  uint16: '<u2',
  uint32: '<u4',
};

/** The data begins at a multiple of this many bytes (numpy's ARRAY_ALIGN). */
const ALIGNMENT = 64;
/** numpy leaves room for the first dimension to grow to this many digits in place (GROWTH_AXIS_MAX_DIGITS). */
const GROWTH_DIGITS = 21;

/** The bytes before the data, as numpy.save writes them for a C-ordered array (version 1.0). */
export function writeNpyHeader(dtype: StoredDtype, dims: readonly number[]): Uint8Array {
  const dict = `{'descr': '${DESCR[dtype]}', 'fortran_order': False, 'shape': ${formatShape(dims)}, }`;
  const growth = dims.length === 0 ? 0 : GROWTH_DIGITS - String(dims[0]).length;
  const unpadded = MAGIC.length + 4 + dict.length + growth + 1;
  // A header that is aligned already gets a whole block of padding: numpy's arithmetic.
  const padding = ALIGNMENT - (unpadded % ALIGNMENT);
  const text = encodeText(`${dict}${' '.repeat(growth + padding)}\n`);
  return concatBytes([MAGIC, Uint8Array.of(1, 0, text.length & 0xff, text.length >> 8), text]);
}
