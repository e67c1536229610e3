// A convolution's kernel as the model's tensors have it, joined and scaled only by who needs it: the millions of weights
// of a network are copied once while it loads, into the order in which they are used. Read first: layer.ts.
import { rowMajorFloats, sizeOf, type Tensor, tensor } from '../core/tensor.js';

/** A kernel in parts that lie side by side along the channels out. */
export interface Kernel {
  /** Of the whole: `(height, width, channels of one group, channels out)`; depthwise `(height, width, channels, 1)`. */
  readonly shape: readonly number[];
  /** All of one shape. */
  readonly parts: readonly Tensor<Float32Array>[];
  /** What each channel out is multiplied by, in float64; the product is rounded once. */
  readonly scale: Float64Array | undefined;
}

/** A kernel of one part. */
export const kernelOf = (part: Tensor<Float32Array>): Kernel => ({
  shape: part.shape,
  parts: [part],
  scale: undefined,
});

/** The kernels of a grouped convolution as one. */
export function joinedKernel(parts: readonly Tensor<Float32Array>[]): Kernel {
  const shape = parts[0]!.shape;
  return { shape: [...shape.slice(0, -1), parts.length * shape.at(-1)!], parts, scale: undefined };
}

/** The kernel as one tensor: the model's own, where it is of one part and not scaled. */
export function wholeKernel({ shape, parts, scale }: Kernel): Tensor<Float32Array> {
  const joined = parts.length === 1 ? parts[0]! : joinedLast(parts);
  return scale === undefined ? joined : scaled(joined, shape, scale);
}

/** Tensors of one shape, joined along their last axis. */
export function joinedLast(tensors: readonly Tensor<Float32Array>[]): Tensor<Float32Array> {
  const shape = tensors[0]!.shape;
  const width = shape.at(-1)!;
  const total = width * tensors.length;
  const rows = sizeOf(shape.slice(0, -1));
  const data = new Float32Array(rows * total);
  for (const [g, part] of tensors.entries()) {
    const own = rowMajorFloats(part);
    for (let row = 0; row < rows; row++) {
      data.set(own.subarray(row * width, (row + 1) * width), row * total + g * width);
    }
  }
  return tensor(data, [...shape.slice(0, -1), total]);
}

/** The channels out stand last in either kind of kernel: a depthwise one has one output for each channel. */
function scaled(kernel: Tensor<Float32Array>, shape: readonly number[], scale: Float64Array): Tensor<Float32Array> {
  const own = rowMajorFloats(kernel);
  const channels = scale.length;
  const products = new Float32Array(own.length);
  for (let row = 0; row < own.length; row += channels) {
    for (let c = 0; c < channels; c++) products[row + c] = own[row + c]! * scale[c]!;
  }
  return tensor(products, shape);
}
