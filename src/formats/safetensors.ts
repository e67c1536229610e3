// .safetensors files, read, with the checks of the official reader (safetensors/src/tensor.rs) and one of its own:
// no key of the header occurs twice. Layout: length of the header (8 bytes), header (JSON), data without gaps.
// Read first: header-json.ts. Written by safetensors-write.ts.
import { viewOf } from '../core/bytes.js';
import { formatShape, type Tensor, tensor } from '../core/tensor.js';
import { formatCount, plural, printable } from '../core/text.js';
import { bytesPerElement, type Dtype, decodeElements, elementCount, viewElements } from './elements.js';
import {
  FileLimitError,
  FormatSignatureError,
  MalformedFileError,
  TensorExtentError,
  TrailingBytesError,
  TruncatedFileError,
  UnsupportedDtypeError,
} from './errors.js';
import { type HeaderJson, type HeaderObject, parseHeaderJson } from './header-json.js';

/** A tensor in a file. */
interface SafetensorsEntry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** The values. Throws `InexactIntegerError` for 64-bit integers beyond 2^53. */
  read(): Tensor;
  /** The same without a copy where float32 lies aligned: the values are then the file's bytes. */
  view(): Tensor;
}

export interface SafetensorsFile {
  /** What `__metadata__` says. Has no prototype, so that every key is only a key. */
  readonly metadata: Readonly<Record<string, string>>;
  /** In the order of their data. */
  readonly tensors: readonly SafetensorsEntry[];
}

/** Longest header read, in bytes: the official reader's limit. */
const MAX_HEADER_BYTES = 100_000_000;

/** The key that holds the metadata, and so cannot name a tensor. */
export const METADATA_KEY = '__metadata__';

const DTYPES: ReadonlyMap<string, Dtype> = new Map([
  ['BOOL', 'bool'],
  ['U8', 'uint8'],
  ['I8', 'int8'],
  ['U16', 'uint16'],
  ['I16', 'int16'],
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
  ['U32', 'uint32'],
  ['I32', 'int32'],
  ['F32', 'float32'],
  ['U64', 'uint64'],
  ['I64', 'int64'],
  ['F64', 'float64'],
]);

/**
 * Reads the header and checks that the tensors lie side by side and fill the file; values are read on demand. Throws
 * `FormatSignatureError`, `FileLimitError`, `TruncatedFileError`, `TrailingBytesError`, `MalformedFileError`,
 * `DuplicateNameError`, `TensorExtentError`, `UnsupportedDtypeError`.
 */
export function readSafetensors(bytes: Uint8Array, where: string): SafetensorsFile {
  const dataStart = 8 + headerLength(bytes, where);
  const header = parseHeaderJson(headerText(bytes.subarray(8, dataStart), where), where);
  const metadata = readMetadata(header.get(METADATA_KEY), where);
  header.delete(METADATA_KEY);
  const infos = [...header].map(([name, value]) => readInfo(name, value, where)).sort(byPosition);
  checkLayout(infos, dataStart, bytes.length, where);
  const data = bytes.subarray(dataStart);
  return { metadata, tensors: infos.map((info) => entryOf(info, data)) };
}

function headerLength(bytes: Uint8Array, where: string): number {
  if (bytes.length < 9) throw new TruncatedFileError(where, bytes.length, undefined, 'a header');
  if (bytes[8] !== 0x7b) {
    throw new FormatSignatureError(
      'safetensors',
      where,
      bytes,
      '8 bytes of header length, then a header beginning 7b ({)',
    );
  }
  const length = Number(viewOf(bytes).getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES) throw new FileLimitError(where, 'bytes', 'The header', length, MAX_HEADER_BYTES);
  if (8 + length > bytes.length) throw new TruncatedFileError(where, bytes.length, 8 + length, 'the header');
  return length;
}

function headerText(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new MalformedFileError('The header is not UTF-8.', where, undefined, undefined, { cause });
  }
}

function readMetadata(value: HeaderJson | undefined, where: string): Record<string, string> {
  const metadata = Object.create(null) as Record<string, string>;
  if (value === undefined) return metadata;
  if (!(value instanceof Map)) throw new MalformedFileError(`${METADATA_KEY} is not an object.`, where);
  for (const [key, text] of value) {
    if (typeof text !== 'string') {
      throw new MalformedFileError('A value of the metadata is not text.', where, `"${printable(key)}"`);
    }
    metadata[key] = text;
  }
  return metadata;
}

interface Info {
  readonly name: string;
  readonly where: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Bytes from the start of the data. */
  readonly start: number;
  readonly end: number;
}

function readInfo(name: string, value: HeaderJson, file: string): Info {
  const where = `${file}, tensor "${printable(name)}"`;
  if (!(value instanceof Map)) throw new MalformedFileError('A tensor is not described by an object.', where);
  const dtype = readDtype(value, where);
  const shape = readSizes(value, 'shape', where);
  const [start, end, ...more] = readSizes(value, 'data_offsets', where);
  if (start === undefined || end === undefined || more.length > 0) {
    throw new MalformedFileError('data_offsets is not a pair.', where);
  }
  const needed = elementCount(shape, where) * bytesPerElement(dtype);
  if (end - start !== needed) {
    const expected = `${plural(needed, 'byte')} (${dtype} of shape ${formatShape(shape)})`;
    throw new TensorExtentError(
      'A tensor has another size than its shape.',
      where,
      `${formatCount(end - start)} bytes`,
      expected,
    );
  }
  return { name, where, dtype, shape, start, end };
}

function readDtype(info: HeaderObject, where: string): Dtype {
  const code = info.get('dtype');
  if (typeof code !== 'string') throw new MalformedFileError('A tensor has no dtype.', where);
  const dtype = DTYPES.get(code);
  if (dtype === undefined) throw new UnsupportedDtypeError(where, code, [...DTYPES.keys()].join(', '));
  return dtype;
}

function readSizes(info: HeaderObject, key: string, where: string): number[] {
  const value = info.get(key);
  if (Array.isArray(value) && value.every((size) => typeof size === 'number' && size >= 0)) return value as number[];
  throw new MalformedFileError(`${key} is not a list of sizes.`, where);
}

const byPosition = (a: Info, b: Info): number => a.start - b.start || a.end - b.end;

/** Each tensor begins where the one before it ends, the first at 0, and the last ends with the file. */
function checkLayout(infos: readonly Info[], dataStart: number, fileSize: number, where: string): void {
  let end = 0;
  for (const info of infos) {
    if (info.start !== end) {
      const what = info.start < end ? 'Two tensors overlap.' : 'There is a gap before a tensor.';
      throw new TensorExtentError(what, info.where, `byte ${info.start}`, `byte ${end}, where the one before it ends`);
    }
    end = info.end;
  }
  const needed = dataStart + end;
  const part = `header and ${plural(infos.length, 'tensor')}`;
  if (fileSize < needed) throw new TruncatedFileError(where, fileSize, needed, part);
  if (fileSize > needed) throw new TrailingBytesError(where, fileSize, needed, part);
}

function entryOf({ name, where, dtype, shape, start, end }: Info, data: Uint8Array): SafetensorsEntry {
  const own = data.subarray(start, end);
  const read = (): Tensor => tensor(decodeElements(own, dtype, true, where), shape);
  const view = (): Tensor => tensor(viewElements(own, dtype, true, where), shape);
  return { name, dtype, shape, read, view };
}
