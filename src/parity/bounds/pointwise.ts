// Layers that add one rounding or none: addition, the rectifier, and what only moves or picks values.
import { apply } from '../../evaluator/evaluator.js';
import type { FloatMap } from '../../evaluator/map.js';
import type { Layer } from '../../network/layer.js';
import {
  arrivingErrors,
  type BoundedMap,
  FLOAT64_SLACK,
  isExact,
  noErrors,
  SMALLEST_NORMAL,
  UNIT_ROUNDOFF,
} from './bounded.js';

/** One rounding of the sum, `u |y|`, on top of what comes with the terms. */
export function boundAdd(a: BoundedMap, b: BoundedMap, y: FloatMap, rounding: number): Float64Array {
  const bound = arrivingErrors(a, rounding);
  const other = arrivingErrors(b, rounding);
  for (let i = 0; i < bound.length; i++) {
    const e = bound[i]! + other[i]!;
    bound[i] = FLOAT64_SLACK * (UNIT_ROUNDOFF * (Math.abs(y.data[i]!) + e) + e) + 3 * SMALLEST_NORMAL;
  }
  return bound;
}

/** `max(x, 0)` rounds nothing and shortens errors that reach below zero. Takes the values before. */
export function boundRelu(x: BoundedMap): Float64Array {
  if (isExact(x)) return x.error;
  const { value, error } = x;
  const bound = new Float64Array(error.length);
  for (let i = 0; i < bound.length; i++) bound[i] = Math.max(0, error[i]! + Math.min(value.data[i]!, 0));
  return bound;
}

/**
 * Slices, joins, shuffles and maxima: errors go where the values go, and a maximum is off by no more than the largest
 * error under its window. Values that were recorded stay exact.
 */
export function boundMoved(layer: Layer, inputs: readonly BoundedMap[], y: FloatMap): Float64Array {
  if (inputs.every(isExact)) return noErrors(y.data.length);
  const errors = inputs.map(({ value, error }) => ({ data: error, shape: value.shape }));
  return apply(layer, errors, {}).data;
}
