// Maps written out by hand.

import { type Tensor, tensor } from '../../src/core/tensor.js';
import type { FloatMap } from '../../src/evaluator/map.js';

/** A map from its shape and its values, row-major. */
export const map = (shape: readonly number[], values: readonly number[]): FloatMap => ({
  data: Float64Array.from(values),
  shape,
});

/** One channel, from rows of values. */
export const grid = (...rows: readonly (readonly number[])[]): FloatMap =>
  map([rows.length, rows[0]!.length, 1], rows.flat());

/** A weight. */
export const weight = (shape: readonly number[], values: readonly number[]): Tensor<Float32Array> =>
  tensor(Float32Array.from(values), shape);

/** The values of a map. */
export const values = ({ data }: FloatMap): number[] => [...data];
