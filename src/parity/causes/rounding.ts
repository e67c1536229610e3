// Numbers rounded more coarsely than float32, and whether numbers have been.
import type { Layer } from '../../network/layer.js';
import type { LayerWeights } from '../../network/model.js';
import type { BoundedMap } from '../bounds/bounded.js';
import { mapWeight } from '../bounds/linear.js';
import type { Format } from '../number-formats.js';
import { type Change, type Segment, weightsOf } from '../segment.js';

/** NVIDIA's TF32: float32's range with float16's digits, for what is multiplied. */
export const TF32: Format = { name: 'TF32', bits: 11, least: -126 };

/** The nearest number of a format; multiples of its smallest one below the normal numbers. */
export function nearestOf({ bits, least }: Format, x: number): number {
  if (!Number.isFinite(x)) return x;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(x))), least);
  const step = 2 ** (exponent - bits + 1);
  const steps = x / step;
  const rounded = Math.round(steps);
  // Math.round takes halves up; ties go to even.
  const even = Math.abs(steps % 1) === 0.5 ? 2 * Math.round(steps / 2) : rounded;
  return even * step;
}

/** What is left when the digits beyond a format's are cut off. */
export function cutTo({ bits, least }: Format, x: number): number {
  if (!Number.isFinite(x)) return x;
  const step = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(x))), least) - bits + 1);
  return Math.trunc(x / step) * step;
}

/** Too few values other than zero tell nothing. */
const LEAST_VALUES = 16;

/** Whether all values are numbers of a format: by chance one in 2^13 of float32's is one of float16's. */
export function areOf(format: Format, values: Iterable<number>): boolean {
  let count = 0;
  for (const value of values) {
    if (value === 0) continue;
    if (nearestOf(format, value) !== value) return false;
    count++;
  }
  return count >= LEAST_VALUES;
}

/** Layers that multiply: what units with coarser inputs do. */
export function multiplying({ layers }: Segment): Layer[] {
  return layers.filter(({ op }) => op === 'Conv2D' || op === 'DepthwiseConv2D' || op === 'Dense');
}

/** What these layers multiply, rounded first: inputs and kernels, not biases. */
export function roundedOperands(segment: Segment, layers: readonly Layer[], round: (x: number) => number): Change {
  const rounded = ({ value, error }: BoundedMap): BoundedMap => ({
    value: { data: value.data.map(round), shape: value.shape },
    error,
  });
  return {
    given: new Map(layers.map(({ name }) => [name, (inputs: readonly BoundedMap[]) => inputs.map(rounded)])),
    weights: new Map(layers.map(({ name }) => [name, roundedKernels(weightsOf(segment, name), round)])),
  };
}

const roundedKernels = (weights: LayerWeights, round: (x: number) => number): LayerWeights => ({
  ...weights,
  ...(weights.kernel && { kernel: mapWeight(weights.kernel, round) }),
  ...(weights.depthwise_kernel && { depthwise_kernel: mapWeight(weights.depthwise_kernel, round) }),
});
