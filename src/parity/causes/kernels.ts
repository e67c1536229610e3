// Kernels written in another order of their axes, or turned.
import { sizeOf, type Tensor, tensor } from '../../core/tensor.js';
import type { Layer } from '../../network/layer.js';
import type { LayerWeights } from '../../network/model.js';
import type { Segment } from '../segment.js';

/** Layers of the segment that have a kernel. */
export function layersWithKernels({ layers }: Segment): Layer[] {
  return layers.filter(({ weights }) => weights.kernel !== undefined || weights.depthwise_kernel !== undefined);
}

/** The layer's weights with its kernel changed. */
export function withKernel(weights: LayerWeights, change: (kernel: Tensor<Float32Array>) => Tensor<Float32Array>) {
  const { kernel, depthwise_kernel } = weights;
  return {
    ...weights,
    ...(kernel && { kernel: change(kernel) }),
    ...(depthwise_kernel && { depthwise_kernel: change(depthwise_kernel) }),
  };
}

/** Axis `i` of the result is axis `axes[i]` of `t`, as `numpy.transpose` has it. `t` is row-major. */
export function transposed(
  { data, shape, stride }: Tensor<Float32Array>,
  axes: readonly number[],
): Tensor<Float32Array> {
  const newShape = axes.map((axis) => shape[axis]!);
  const steps = axes.map((axis) => stride[axis]!);
  const out = new Float32Array(sizeOf(shape));
  const index = new Array<number>(axes.length).fill(0);
  for (let i = 0; i < out.length; i++) {
    out[i] = data[index.reduce((at, position, axis) => at + position * steps[axis]!, 0)]!;
    for (let axis = index.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < newShape[axis]!) break;
      index[axis] = 0;
    }
  }
  return tensor(out, newShape);
}

/** The same values in the same order of memory, under another shape. */
export function reshaped({ data }: Tensor<Float32Array>, shape: readonly number[]): Tensor<Float32Array> {
  return tensor(data, shape);
}

/** Positions along `axes` counted from the other end. */
export function flipped(t: Tensor<Float32Array>, axes: readonly number[]): Tensor<Float32Array> {
  const out = new Float32Array(t.data.length);
  for (let i = 0; i < out.length; i++) {
    let at = 0;
    t.shape.forEach((size, axis) => {
      const position = Math.floor(i / t.stride[axis]!) % size;
      at += (axes.includes(axis) ? size - 1 - position : position) * t.stride[axis]!;
    });
    out[i] = t.data[at]!;
  }
  return tensor(out, t.shape);
}
