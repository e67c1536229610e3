// Arrays as tests have them: tensors, ndarrays, typed arrays with or without a shape, lists of numbers.
// Read first: src/core/tensor.ts.
import { UsageError } from '../core/errors.js';
import { formatShape, rowMajorStride, sizeOf, type TensorData, toFloat64 } from '../core/tensor.js';

/** An array with a shape: a `Tensor`, an `NdArray`, or row-major data where strides are left out. */
export interface ShapedValues {
  readonly data: TensorData | readonly number[];
  readonly shape: readonly number[];
  readonly stride?: readonly number[];
  readonly offset?: number;
}

/** Numbers, with a shape or without: a plain array takes the shape of what it is compared with. */
export type Values = ShapedValues | TensorData | readonly number[];

/** Numbers in row-major order; the shape is missing where none was given. */
export interface FlatValues {
  readonly values: Float64Array;
  readonly shape: readonly number[] | undefined;
}

/** Whether something is an array of numbers. What was made in another realm, as under Jest, counts too. */
export function isValues(given: unknown): given is Values {
  return isPlain(given) || (isObject(given) && 'shape' in given && 'data' in given && isPlain(given.data));
}

const isObject = (given: unknown): given is Record<string, unknown> => typeof given === 'object' && given !== null;

const isPlain = (given: unknown): given is TensorData | readonly number[] =>
  Array.isArray(given)
    ? given.every((value) => typeof value === 'number')
    : ArrayBuffer.isView(given) && NUMBERS.test(Object.prototype.toString.call(given));

const NUMBERS = /^\[object (Float(32|64)|Int(8|16|32)|Uint(8|16|32)|Uint8Clamped)Array\]$/;

/** The numbers in row-major order. `what` is what the test calls it. Throws a `UsageError` for anything else. */
export function flatValues(given: unknown, what: string): FlatValues {
  if (!isValues(given)) {
    throw new UsageError({
      what: `${what} is no array of numbers.`,
      found: isObject(given) ? Object.prototype.toString.call(given) : String(given),
      expected: 'a tensor, an ndarray, a typed array or a list of numbers',
    });
  }
  if (!('shape' in given)) return { values: Float64Array.from(given), shape: undefined };
  const { data, shape, stride = rowMajorStride(shape), offset = 0 } = given;
  const last = shape.reduce((at, dim, axis) => at + (dim - 1) * stride[axis]!, offset);
  if (!(sizeOf(shape) === 0 || last < data.length)) {
    throw new UsageError({
      what: `${what} has fewer numbers than its shape says.`,
      found: String(data.length),
      expected: formatShape(shape),
    });
  }
  const held = Array.isArray(data) ? Float64Array.from(data) : (data as TensorData);
  return { values: toFloat64({ data: held, shape, stride, offset }), shape };
}
