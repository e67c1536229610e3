// TensorFlow's padding rule, the one place where it is written.
import type { Dim, Padding } from './layer.js';

/** Output positions along one axis: `ceil(size / stride)` for `same`, `ceil((size - window + 1) / stride)` for `valid`. */
export function outputSize(size: Dim, window: number, stride: number, padding: Padding): Dim {
  if (size === null) return null;
  return Math.ceil((padding === 'same' ? size : size - window + 1) / stride);
}

/**
 * Cells of padding before the first element of an axis. `same` pads `total = (out - 1) * stride + window - size` cells
 * in all, the smaller half before: with a 3-wide window and stride 2, an even size gets 0 before and 1 after, an odd
 * size 1 and 1. (Caffe and PyTorch pad 1 and 1 always: the commonest mistake in ports.)
 */
export function padBefore(size: number, window: number, stride: number, padding: Padding): number {
  if (padding === 'valid') return 0;
  const out = Math.ceil(size / stride);
  return Math.max(0, (out - 1) * stride + window - size) >> 1;
}

/** Cells of padding after the last element: what the last window reaches out, beside those before. */
export function padAfter(size: number, window: number, stride: number, padding: Padding): number {
  if (padding === 'valid') return 0;
  const out = Math.ceil(size / stride);
  return Math.max(0, (out - 1) * stride + window - size - padBefore(size, window, stride, padding));
}
