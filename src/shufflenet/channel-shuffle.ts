// The article's `channel_shuffle`: the channels seen as a (groups, n) matrix and transposed, so that each group of
// the next convolution reads from every group of the one before (paper, section 3.1).
import { sizeOf, type Tensor, type TensorData, tensor } from '../core/tensor.js';
import { IndivisibleChannelsError } from './errors.js';

/**
 * Shuffles the last axis of a tensor of any rank: reshape to `(…, groups, n)`, swap the two, reshape back.
 * `[0 1 2 3 4 5 6 7 8]` with 3 groups gives `[0 3 6 1 4 7 2 5 8]`. The values are moved, never computed.
 */
export function channelShuffle<D extends TensorData>(x: Tensor<D>, groups: number): Tensor<D> {
  const channels = x.shape.at(-1) ?? 1;
  if (groups < 1 || channels % groups !== 0) {
    throw new IndivisibleChannelsError('channel_shuffle', 'in', channels, groups);
  }
  const n = channels / groups;
  const outer = x.shape.slice(0, -1);
  const outerStride = x.stride.slice(0, -1);
  const step = x.stride.at(-1) ?? 1;
  // The transpose is a matter of strides: (…, n, groups) over the same data, read in row-major order.
  return rowMajor(
    { data: x.data, shape: [...outer, n, groups], stride: [...outerStride, step, n * step], offset: x.offset },
    x.shape,
  );
}

/** The elements of a strided view in row-major order, as a tensor of `shape`. */
function rowMajor<D extends TensorData>(view: Tensor<D>, shape: readonly number[]): Tensor<D> {
  const size = sizeOf(shape);
  const data = new (view.data.constructor as new (size: number) => D)(size);
  const index = new Array<number>(view.shape.length).fill(0);
  for (let i = 0; i < size; i++) {
    data[i] = view.data[index.reduce((at, k, axis) => at + k * view.stride[axis]!, view.offset)]!;
    advance(index, view.shape);
  }
  return tensor(data, shape);
}

function advance(index: number[], shape: readonly number[]): void {
  for (let axis = index.length - 1; axis >= 0; axis--) {
    if (++index[axis]! < shape[axis]!) return;
    index[axis] = 0;
  }
}
