// .npy files: one array, as numpy.save writes it. No pickle is ever run, so arrays of objects are refused.
// Read first: npy-header.ts (what the bytes are), elements.ts (what they mean).
import { concatBytes } from '../core/bytes.js';
import { rowMajorStride, type Tensor } from '../core/tensor.js';
import { type Dtype, decodeElements, dtypeOf, encodeElements } from './elements.js';
import { NPY_HEAD_BYTES, readNpyHeader, writeNpyHeader } from './npy-header.js';

/** An array read from a file, and the type its elements had there. */
export interface NpyArray {
  readonly tensor: Tensor;
  readonly dtype: Dtype;
}

/**
 * Reads a whole .npy file (versions 1 to 3, either byte order). A Fortran-ordered array keeps its bytes and gets the
 * strides that say so. `where` names the file in messages. Throws what `readNpyHeader` throws, and
 * `InexactIntegerError` for 64-bit integers beyond 2^53.
 */
export function readNpy(bytes: Uint8Array, where: string): NpyArray {
  const header = readNpyHeader(bytes.subarray(0, NPY_HEAD_BYTES), bytes.length, where);
  const data = decodeElements(bytes.subarray(header.dataOffset), header.dtype, header.littleEndian, where);
  const shape = header.shape;
  const stride = header.fortranOrder ? rowMajorStride([...shape].reverse()).reverse() : rowMajorStride(shape);
  return { tensor: { data, shape, stride, offset: 0 }, dtype: header.dtype };
}

/** The file that numpy.save would write for the same array in C order, byte for byte. */
export function writeNpy(tensor: Tensor): Uint8Array<ArrayBuffer> {
  return concatBytes([writeNpyHeader(dtypeOf(tensor), tensor.shape), encodeElements(tensor)]);
}
