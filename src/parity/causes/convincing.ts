// Over several layers a bound grows until wrong guesses keep it, too. There a change must do more: leave next to nothing
// of the difference.
import { sizeOf } from '../../core/tensor.js';
import type { Layer } from '../../network/layer.js';
import type { BoundedMap } from '../bounds/bounded.js';
import { roundoff } from '../number-formats.js';
import type { Segment } from '../segment.js';
import type { Precision } from './cause.js';

/** What may be left of the difference, root mean square. A true cause leaves 1e-4 or less of one that matters. */
const LEFT = 1e-3;

/** Fewer values than this that are neither zero nor, of probabilities, nearly 0 or 1 tell too little. */
const LEAST_VALUES = 4;

/** Of coarser numbers: so many of their roundings, relative to the layer's values. */
const ROUNDINGS = 16;

/** Classes whose results are rounded. */
const ROUNDING: readonly Layer['op'][] = [
  'Conv2D',
  'DepthwiseConv2D',
  'Dense',
  'BatchNormalization',
  'Add',
  'AveragePooling2D',
  'GlobalAveragePooling2D',
  'Activation',
];

/** Whether values go through more than one layer that rounds, on their longest way. */
export function isDeep({ layers, target }: Segment): boolean {
  const depths = new Map<string, number>();
  for (const { name, op, attrs, inputs } of layers) {
    const rounds = ROUNDING.includes(op) && !(op === 'Activation' && attrs.activation === 'relu');
    depths.set(name, Math.max(0, ...inputs.map((input) => depths.get(input) ?? 0)) + (rounds ? 1 : 0));
  }
  return depths.get(target.name)! > 1;
}

/** Whether the changed outputs, an image each, leave next to nothing of the difference. */
export function isConvincing(segment: Segment, changed: readonly BoundedMap[], precision?: Precision): boolean {
  const { target, outputs, recording } = segment;
  const probabilities = areProbabilities(segment);
  const scale = probabilities ? (value: number) => Math.log(Math.max(value, LEAST)) : (value: number) => value;
  const recorded = recording.values.map(scale);
  if (recording.values.filter((v) => tells(v, probabilities)).length < LEAST_VALUES) return false;
  const after = distance(changed, recorded, scale);
  const size = Math.sqrt(recorded.reduce((sum, v) => sum + v * v, 0) / recorded.length);
  const relative = Math.max(precision?.relative ?? 0, coarseness(segment));
  if (relative > 0) return after <= ROUNDINGS * relative * size;
  const before = outputs.map((of) => of.get(target.name)!);
  const comparable = before.every(({ value }) => value.data.length * before.length === recorded.length);
  const reached = comparable ? distance(before, recorded, scale) : size;
  return after <= LEFT * reached;
}

/** Where the rounding of stored weights is allowed for: the coarsest of the segment's. */
function coarseness({ layers, stored }: Segment): number {
  const formats = layers.flatMap(({ name }) => Object.values(stored?.get(name) ?? {}));
  return Math.max(0, ...formats.map(roundoff));
}

/** Below float32's numbers there is no logarithm to compare. */
const LEAST = 2 ** -126;

/** Probabilities are compared by their logarithms: two that are nearly 0 may be a factor of a million apart. */
function areProbabilities({ target, recording }: Segment): boolean {
  const isSoftmax = target.op === 'Activation' && target.attrs.activation === 'softmax';
  return isSoftmax && recording.values.every((v) => v >= 0 && v <= 1);
}

/** Whether a value is more than an end of the scale, where many inputs lead. */
const tells = (value: number, probabilities: boolean): boolean =>
  probabilities ? value > LEAST && value < 1 - 2 ** -20 : value !== 0;

/** Root mean square of the differences. */
function distance(maps: readonly BoundedMap[], recorded: Float64Array, scale: (value: number) => number): number {
  let [sum, start] = [0, 0];
  for (const { value } of maps) {
    for (let i = 0; i < value.data.length; i++) sum += (scale(value.data[i]!) - recorded[start + i]!) ** 2;
    start += sizeOf(value.shape);
  }
  return Math.sqrt(sum / Math.max(1, recorded.length));
}
