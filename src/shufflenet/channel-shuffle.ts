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
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
    throw new IndivisibleChannelsError('channel_shuffle', 'in', channels, groups);
  }
  const n = channels / groups;
  const step = x.stride.at(-1) ?? 1;
  const data = new (x.data.constructor as new (size: number) => D)(sizeOf(x.shape));
  let to = 0;
  for (const start of positions(x)) {
    // The transpose: (groups, n) is read with n outside, groups inside.
    for (let i = 0; i < n; i++) {
      for (let g = 0; g < groups; g++) data[to++] = x.data[start + (g * n + i) * step]!;
    }
  }
  return tensor(data, x.shape);
}

/** Where each vector of channels begins in `data`, in row-major order. */
function positions({ shape, stride, offset }: Tensor): number[] {
  let starts = [offset];
  for (let axis = 0; axis < shape.length - 1; axis++) {
    const steps = Array.from({ length: shape[axis]! }, (_, i) => i * stride[axis]!);
    starts = starts.flatMap((start) => steps.map((step) => start + step));
  }
  return starts;
}
