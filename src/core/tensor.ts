// Tensors as plain data: the structural { data, shape, stride, offset } that ndarray's NdArray satisfies.
// Read first: this file; everything above passes these values. Images are NHWC, kernels HWIO (Keras channels_last).

/** The typed arrays a tensor may stand on. 64-bit integers are widened to Float64Array by the readers (exact up to 2^53). */
export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array;

/** A strided view: element (i, j, …) lies at `offset + i * stride[0] + j * stride[1] + …` of `data`. */
export interface Tensor<D extends TensorData = TensorData> {
  readonly data: D;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  readonly offset: number;
}

/** Number of elements: the product of the dimensions, 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, dim) => size * dim, 1);
}

/** Row-major (C order) strides, counted in elements. */
export function rowMajorStride(shape: readonly number[]): number[] {
  const stride = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    stride[axis] = step;
    step *= shape[axis]!;
  }
  return stride;
}

/** A row-major tensor over `data`, which it does not copy. */
export function tensor<D extends TensorData>(data: D, shape: readonly number[]): Tensor<D> {
  if (data.length !== sizeOf(shape)) {
    throw new RangeError(`a tensor of shape ${formatShape(shape)} needs ${sizeOf(shape)} elements, got ${data.length}`);
  }
  return { data, shape: [...shape], stride: rowMajorStride(shape), offset: 0 };
}

/** A view with the axes in another order: the new one's axis `i` is axis `axes[i]`. */
export function transposed<D extends TensorData>(t: Tensor<D>, axes: readonly number[]): Tensor<D> {
  return { ...t, shape: axes.map((axis) => t.shape[axis]!), stride: axes.map((axis) => t.stride[axis]!) };
}

/** Whether the elements lie row-major and without gaps, so that a subarray of `data` holds them all. */
export function isRowMajor(t: Tensor): boolean {
  const expected = rowMajorStride(t.shape);
  return t.shape.every((dim, axis) => dim <= 1 || t.stride[axis] === expected[axis]);
}

/** The elements in row-major order as a Float64Array. Always a copy: the caller may write to it. */
export function toFloat64(t: Tensor): Float64Array<ArrayBuffer> {
  return copyInto(t, new Float64Array(sizeOf(t.shape)));
}

/** The elements in row-major order as a Float32Array, each rounded to nearest. Always a copy. */
export function toFloat32(t: Tensor): Float32Array<ArrayBuffer> {
  return copyInto(t, new Float32Array(sizeOf(t.shape)));
}

/** The elements in row-major order: the tensor's own where they lie so, which must not be written to; else a copy. */
export function rowMajorFloats(t: Tensor<Float32Array>): Float32Array {
  return isRowMajor(t) ? t.data.subarray(t.offset, t.offset + sizeOf(t.shape)) : toFloat32(t);
}

function copyInto<D extends Float32Array | Float64Array>(t: Tensor, out: D): D {
  if (isRowMajor(t)) {
    out.set(t.data.subarray(t.offset, t.offset + out.length));
    return out;
  }
  const index = new Array<number>(t.shape.length).fill(0);
  let at = t.offset;
  for (let i = 0; i < out.length; i++) {
    out[i] = t.data[at]!;
    at = step(t, index, at);
  }
  return out;
}

/** Moves a row-major odometer one element on; returns the new position in `data`. */
function step(t: Tensor, index: number[], at: number): number {
  let next = at;
  for (let axis = index.length - 1; axis >= 0; axis--) {
    next += t.stride[axis]!;
    index[axis]!++;
    if (index[axis]! < t.shape[axis]!) return next;
    next -= t.stride[axis]! * t.shape[axis]!;
    index[axis] = 0;
  }
  return next;
}

/** Whether two shapes agree in rank and in every dimension. */
export function sameShape(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

/** The multi-index of the flat row-major position `flat`. */
export function unravel(flat: number, shape: readonly number[]): number[] {
  const index = new Array<number>(shape.length);
  let rest = flat;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = rest % shape[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return index;
}

/** A shape as Python prints it, unknown dimensions as `None`: `(3, 3, None)`, `(10,)`, `()`. */
export function formatShape(shape: readonly (number | null)[]): string {
  const dims = shape.map((dim) => (dim === null ? 'None' : String(dim)));
  return dims.length === 1 ? `(${dims[0]},)` : `(${dims.join(', ')})`;
}
