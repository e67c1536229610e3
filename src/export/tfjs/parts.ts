// In how many parts a grouped convolution runs in TensorFlow.js, which has none: from one for each group to a single
// dense one whose kernel is zero between groups. Decided by what each form takes in its WebAssembly backend.
// Read first: network/grouped.ts.
import { type Tensor, tensor } from '../../core/tensor.js';

/** A grouped convolution, as far as its time depends on it. */
export interface GroupedSize {
  readonly channelsIn: number;
  readonly channelsOut: number;
  readonly groups: number;
  /** Height times width of the output. */
  readonly pixels: number;
}

/** From one channel on, up to another, which is outside. */
export interface Range {
  readonly begin: number;
  readonly end: number;
}

/**
 * Microseconds on one core in tfjs-backend-wasm 4.22.0, fitted to single operations at 28, 14 and 7 pixels a side (240
 * to 1536 channels, 3 and 8 groups). Only their ratios matter.
 */
const COST = {
  /** Any operation: the executor, the kernel's JavaScript, memory. */
  operation: 15,
  /** A multiply-add of a 1x1 convolution: 11 of them take a nanosecond. */
  multiplyAdd: 1 / 11_000,
  /** A pixel of a slice or of one input of a concat along the channels: both are loops in JavaScript over pixels. */
  pixel: 0.12,
  /** A value of a transpose; the channel shuffle is one where it is not folded into a kernel. */
  transposed: 0.0055,
} as const;

/** What it takes to cut a piece out of a map of so many pixels, or to put one into a larger map. */
export const copyCost = (pixels: number): number => COST.operation + COST.pixel * pixels;

/** What the convolutions themselves take in that many parts. */
export function convolutionCost({ channelsIn, channelsOut, pixels }: GroupedSize, parts: number): number {
  return parts * COST.operation + (COST.multiplyAdd * pixels * channelsIn * channelsOut) / parts;
}

/** What it takes to have the channels of a map shuffled that more than one convolution made. */
export const shuffleCost = ({ channelsOut, pixels }: GroupedSize): number =>
  3 * COST.operation + COST.transposed * pixels * channelsOut;

/** The number of parts, a divisor of `groups`, that takes least time; `around` is what is done before and after it. */
export function fewestMicroseconds(size: GroupedSize, around: (parts: number) => number): number {
  const cost = (parts: number): number => convolutionCost(size, parts) + around(parts);
  return divisors(size.groups).reduce((best, parts) => (cost(parts) < cost(best) ? parts : best));
}

const divisors = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);

/** So many equal ranges of `channels`. */
export function equalRanges(channels: number, parts: number): Range[] {
  return Array.from({ length: parts }, (_, i) => {
    return { begin: (i * channels) / parts, end: ((i + 1) * channels) / parts };
  });
}

/**
 * The kernel of the dense convolution that gives the channels `outputs` from the input channels in `range`: zero where
 * an output does not take an input, since it is of another group. `kernel` is row-major.
 */
export function denseKernel(
  { kernel, groups }: { readonly kernel: Tensor<Float32Array>; readonly groups: number },
  range: Range,
  outputs: readonly number[],
): Tensor<Float32Array> {
  const [height, width, inGroup, channelsOut] = kernel.shape as [number, number, number, number];
  const rows = range.end - range.begin;
  const data = new Float32Array(height * width * rows * outputs.length);
  const outGroup = channelsOut / groups;
  outputs.forEach((output, column) => {
    const first = Math.floor(output / outGroup) * inGroup;
    for (let place = 0; place < height * width; place++) {
      for (let i = Math.max(first, range.begin); i < Math.min(first + inGroup, range.end); i++) {
        const from = kernel.offset + (place * inGroup + i - first) * channelsOut + output;
        data[(place * rows + i - range.begin) * outputs.length + column] = kernel.data[from]!;
      }
    }
  });
  return tensor(data, [height, width, rows, outputs.length]);
}
