// Datasets of an HDF5 file: described with all that forbids reading them, then read. Read hdf5.ts first.
import { isShuffleportError, type ShuffleportError } from '../core/errors.js';
import { type Tensor, type TensorData, tensor } from '../core/tensor.js';
import { bytesPerElement, type Dtype, decodeElements } from '../formats/elements.js';
import {
  DeclaredSizeError,
  FileTooLargeError,
  LinkRefusedError,
  MissingDatasetError,
  ReadFailedError,
  UnsupportedFilterError,
  WeightTypeError,
} from './errors.js';
import type { Metadata } from './h5wasm-module.js';
import { readStrings } from './hdf5-attributes.js';
import { guard, type Handle, lastLine, mayFail } from './hdf5-handle.js';
import { guessAt, look, type Paths } from './hdf5-paths.js';

/** What is known of a dataset without reading it. */
export interface DatasetInfo {
  readonly shape: readonly number[];
  /** numpy's name of the element type, `bfloat16`, or HDF5's name for what holds no numbers. */
  readonly dtype: string;
  readonly fault?: ShuffleportError;
}

/** Deflate expands at most 1032-fold (zlib's manual), so no honest dataset declares more than that times the file. */
const MAX_INFLATION = 1032;
/** Filters built into the library: deflate, shuffle, fletcher32, szip, nbit, scale-offset. */
const LARGEST_BUILT_IN_FILTER = 6;

/** Shape and type of the dataset at a path, and why it cannot be read if that shows already. */
export function describeDataset(paths: Paths, path: string): DatasetInfo {
  try {
    return describeReadable(paths, path);
  } catch (error) {
    if (!isShuffleportError(error, 'DamagedFile') || !mayFail()) throw error;
    const fault = new ReadFailedError(path, lastLine(error.cause), { cause: error.cause });
    return { shape: [], dtype: 'unknown', fault };
  }
}

function describeReadable(paths: Paths, path: string): DatasetInfo {
  const { handle } = paths;
  const metadata = guard(handle, () => datasetMetadata(paths, path));
  if (metadata === undefined) return noDataset(paths, path);
  const dtype = guard(handle, () => dtypeOf(handle, path, metadata));
  const fault = faultOf(handle, path, metadata, dtype);
  return { shape: metadata.shape ?? [], dtype, ...(fault !== undefined && { fault }) };
}

/** What a list names is mostly a dataset, so it is asked as one before it is looked at. */
function datasetMetadata(paths: Paths, path: string): Metadata | undefined {
  const { library, id } = paths.handle;
  const metadata = guessAt(paths, path, () => library.get_dataset_metadata(id, path));
  if (metadata !== undefined) return metadata;
  return look(paths, path).kind === 'dataset' ? library.get_dataset_metadata(id, path) : undefined;
}

function noDataset(paths: Paths, path: string): DatasetInfo {
  const { kind, link } = look(paths, path);
  const fault =
    kind === 'link'
      ? new LinkRefusedError(path, link!)
      : new MissingDatasetError(path, kind === 'group' ? 'a group' : 'nothing');
  return { shape: [], dtype: 'unknown', fault };
}

function dtypeOf(handle: Handle, path: string, { type, size, signed }: Metadata): string {
  if (type === INTEGER) return `${signed ? 'int' : 'uint'}${size * 8}`;
  if (type === FLOAT && size === 2) {
    return readStrings(handle, path, 'dtype')?.[0] === 'bfloat16' ? 'bfloat16' : 'float16';
  }
  if (type === FLOAT) return `float${size * 8}`;
  // Keras 3 writes bfloat16 as opaque pairs of bytes, in .weights.h5 with a dtype attribute, in .h5 without.
  if (type === OPAQUE && size === 2) return 'bfloat16';
  return TYPE_NAMES[type] ?? `HDF5 type ${type}`;
}

function faultOf(handle: Handle, path: string, metadata: Metadata, dtype: string): ShuffleportError | undefined {
  const { shape, size, chunks, virtual_sources } = metadata;
  if ((virtual_sources?.length ?? 0) > 0) return new LinkRefusedError(path, 'a virtual dataset');
  if (shape === null) return new MissingDatasetError(path, 'a dataset without a shape');
  if (!READABLE.has(dtype)) return new WeightTypeError(path, dtype);
  if (isOdd(handle, metadata, dtype)) return new WeightTypeError(path, `${dtype} with bits in unusual places`);
  // Only chunked data can be filtered (HDF5 format specification, IV.A.2.i).
  const filters = chunks === null ? [] : guard(handle, () => handle.library.get_dataset_filters(handle.id, path));
  const foreign = filters.find(({ id }) => id > LARGEST_BUILT_IN_FILTER);
  if (foreign !== undefined) return new UnsupportedFilterError(path, `"${foreign.name}" (id ${foreign.id})`);
  // In BigInt: a declared shape may be past 2^53 bytes.
  const declared = shape.reduce((product, dim) => product * BigInt(dim), BigInt(size));
  const bound = handle.size * (filters.length > 0 ? MAX_INFLATION : 1);
  return declared > BigInt(bound) ? new DeclaredSizeError(path, shape, handle.size) : undefined;
}

/** Whether the file has types of this class and size whose bits mean something else; of which dataset is not known. */
function isOdd(handle: Handle, { type, size }: Metadata, dtype: string): boolean {
  if (type === INTEGER) return handle.oddTypes.has(`integer${size}`);
  if (type !== FLOAT) return false;
  return handle.oddTypes.has(`float${size}`) || (dtype === 'float16' && handle.oddTypes.has('bfloat16'));
}

/** The values, row-major, of a dataset that was described. Throws the fault, if there is one. */
export function readDataset(handle: Handle, path: string, { shape, dtype, fault }: DatasetInfo): Tensor {
  if (fault !== undefined) throw fault;
  const size = shape.reduce((product, dim) => product * dim, bytesPerElement(dtype as Dtype));
  const bytes = readBytes(handle, path, size);
  // The library hands out native byte order, which WebAssembly defines as little-endian.
  return tensor(decodeElements(bytes, dtype as Dtype, true, path) as TensorData, shape);
}

function readBytes({ library, id }: Handle, path: string, size: number): Uint8Array {
  const pointer = library._malloc(Math.max(1, size));
  if (pointer === 0) throw new FileTooLargeError(path, 'There is no memory for this weight.', `${size} bytes`, 'less');
  try {
    library.get_dataset_data(id, path, null, null, null, BigInt(pointer));
    return library.HEAPU8.slice(pointer, pointer + size);
  } catch (error) {
    throw new ReadFailedError(path, lastLine(error), { cause: error });
  } finally {
    library._free(pointer);
  }
}

// HDF5's type classes (H5T_class_t).
const INTEGER = 0;
const FLOAT = 1;
const OPAQUE = 5;
const TYPE_NAMES: Readonly<Record<number, string>> = {
  2: 'time',
  3: 'string',
  4: 'bitfield',
  5: 'opaque',
  6: 'compound',
  7: 'reference',
  8: 'enum',
  9: 'variable-length array',
  10: 'array',
};

const READABLE: ReadonlySet<string> = new Set<Dtype>([
  'float16',
  'bfloat16',
  'float32',
  'float64',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
]);
