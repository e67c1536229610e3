// Elements between file and memory: numpy's type names, byte order, and the bytes of a tensor in row-major order.
// Read first: ../core/tensor.ts. Used by npy.ts and safetensors.ts.
import { aligned, bytesOf } from '../core/bytes.js';
import { isRowMajor, sizeOf, type Tensor, type TensorData } from '../core/tensor.js';
import { FileLimitError, InexactIntegerError } from './errors.js';
import { bfloat16sToFloats, halvesToFloats } from './float16.js';

/** The types of element that are read, under numpy's names (`bfloat16` is ml_dtypes's). */
export type Dtype =
  | 'float16'
  | 'bfloat16'
  | 'float32'
  | 'float64'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'bool';

/** The types a tensor in memory may have, each its own typed array. */
export type StoredDtype = Exclude<Dtype, 'float16' | 'bfloat16' | 'int64' | 'uint64' | 'bool'>;

/** Most dimensions an array may have: numpy 2's own limit (32 before). */
const MAX_DIMENSIONS = 64;

const BYTES: Readonly<Record<Dtype, number>> = {
  float16: 2,
  bfloat16: 2,
  float32: 4,
  float64: 8,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  uint8: 1,
  uint16: 2,
  uint32: 4,
  uint64: 8,
  bool: 1,
};

/** Bytes an element takes in a file. */
export function bytesPerElement(dtype: Dtype): number {
  return BYTES[dtype];
}

/**
 * Elements in an array of a shape that a file declares. Dimensions of zero do not excuse the others: like numpy, this
 * refuses a product too large to count. Throws `FileLimitError`.
 */
export function elementCount(shape: readonly number[], where: string): number {
  if (shape.length > MAX_DIMENSIONS) {
    throw new FileLimitError(where, 'dimensions', 'The shape', shape.length, MAX_DIMENSIONS);
  }
  const product = shape.reduce((count, dim) => count * Math.max(1, dim), 1);
  if (product > Number.MAX_SAFE_INTEGER) {
    throw new FileLimitError(where, 'elements', 'The shape', product, Number.MAX_SAFE_INTEGER);
  }
  return shape.includes(0) ? 0 : product;
}

const HOST_IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * Elements as a typed array, always a copy. float16 and bfloat16 become float32; int64 and uint64 become float64, and
 * an `InexactIntegerError` is thrown beyond 2^53; bool becomes 0 and 1. Everything else keeps its bits.
 */
export function decodeElements(bytes: Uint8Array, dtype: Dtype, littleEndian: boolean, where: string): TensorData {
  const copy = aligned(bytes);
  if (littleEndian !== HOST_IS_LITTLE_ENDIAN) swapBytes(copy, BYTES[dtype]);
  return DECODERS[dtype](copy.buffer, where);
}

/** Elements that lie as this machine has them, not copied; else, as `decodeElements` gives them. */
export function viewElements(bytes: Uint8Array, dtype: Dtype, littleEndian: boolean, where: string): TensorData {
  const lieRight = littleEndian === HOST_IS_LITTLE_ENDIAN && bytes.byteOffset % Float32Array.BYTES_PER_ELEMENT === 0;
  if (dtype !== 'float32' || !lieRight) return decodeElements(bytes, dtype, littleEndian, where);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / Float32Array.BYTES_PER_ELEMENT);
}

const DECODERS: Readonly<Record<Dtype, (buffer: ArrayBuffer, where: string) => TensorData>> = {
  float16: (buffer) => halvesToFloats(new Uint16Array(buffer)),
  bfloat16: (buffer) => bfloat16sToFloats(new Uint16Array(buffer)),
  float32: (buffer) => new Float32Array(buffer),
  float64: (buffer) => new Float64Array(buffer),
  int8: (buffer) => new Int8Array(buffer),
  int16: (buffer) => new Int16Array(buffer),
  int32: (buffer) => new Int32Array(buffer),
  int64: (buffer, where) => widenIntegers(new BigInt64Array(buffer), where),
  uint8: (buffer) => new Uint8Array(buffer),
  uint16: (buffer) => new Uint16Array(buffer),
  uint32: (buffer) => new Uint32Array(buffer),
  uint64: (buffer, where) => widenIntegers(new BigUint64Array(buffer), where),
  bool: (buffer) => new Uint8Array(buffer).map((byte) => (byte === 0 ? 0 : 1)),
};

/** Reverses the bytes of each element in place. */
function swapBytes(bytes: Uint8Array, size: number): void {
  if (size === 1) return;
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}

const LARGEST_EXACT = 2n ** 53n;

function widenIntegers(integers: BigInt64Array | BigUint64Array, where: string): Float64Array<ArrayBuffer> {
  const out = new Float64Array(integers.length);
  for (let i = 0; i < out.length; i++) {
    const value = integers[i]!;
    if (value > LARGEST_EXACT || value < -LARGEST_EXACT) throw new InexactIntegerError(where, value, i);
    out[i] = Number(value);
  }
  return out;
}

/** The type of a tensor's own elements. Clamped bytes are bytes. */
export function dtypeOf(t: Tensor): StoredDtype {
  const name = Object.prototype.toString.call(t.data).slice('[object '.length, -'Array]'.length).toLowerCase();
  return name === 'uint8clamped' ? 'uint8' : (name as StoredDtype);
}

/** The elements in row-major order as little-endian bytes, bit for bit. A view of the tensor where possible. */
export function encodeElements(t: Tensor): Uint8Array {
  checkExtent(t);
  const size = t.data.BYTES_PER_ELEMENT;
  const start = t.offset * size;
  const ordered = isRowMajor(t)
    ? bytesOf(t.data).subarray(start, start + sizeOf(t.shape) * size)
    : gather(bytesOf(t.data), t, size);
  if (HOST_IS_LITTLE_ENDIAN) return ordered;
  const copy = aligned(ordered);
  swapBytes(copy, size);
  return copy;
}

/** A view whose strides lead outside its memory would write a file with bytes missing. */
function checkExtent(t: Tensor): void {
  if (sizeOf(t.shape) === 0) return;
  const reach = t.shape.map((dim, axis) => (dim - 1) * t.stride[axis]!);
  const first = reach.reduce((at, step) => at + Math.min(0, step), t.offset);
  const last = reach.reduce((at, step) => at + Math.max(0, step), t.offset);
  if (first < 0 || last >= t.data.length) {
    throw new RangeError(`a tensor's elements lie at ${first} to ${last} of an array of ${t.data.length}`);
  }
}

/** Copies element by element as bytes: numbers would lose the payload of a signalling NaN. */
function gather(source: Uint8Array, t: Tensor, size: number): Uint8Array {
  const out = new Uint8Array(sizeOf(t.shape) * size);
  let to = 0;
  const copyFrom = (axis: number, at: number): void => {
    if (axis === t.shape.length) {
      for (let byte = 0; byte < size; byte++) out[to++] = source[at * size + byte]!;
      return;
    }
    for (let i = 0; i < t.shape[axis]!; i++) copyFrom(axis + 1, at + i * t.stride[axis]!);
  };
  copyFrom(0, t.offset);
  return out;
}
