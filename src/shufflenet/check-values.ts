// Values that no weight may have: what is not finite, and variances below zero.
import { type Tensor, unravel } from '../core/tensor.js';
import type { WeightRole } from '../core/weights.js';
import type { NegativeVariance, NonFiniteWeight } from '../network/model.js';

/** What of a row-major weight is not finite; nothing, or one entry. */
export function nonFiniteValues(layer: string, role: WeightRole, { data, shape }: Tensor): NonFiniteWeight[] {
  const first = data.findIndex((value) => !Number.isFinite(value));
  if (first < 0) return [];
  const nan = data.filter((value) => Number.isNaN(value)).length;
  const infinite = data.filter((value) => !Number.isFinite(value)).length - nan;
  return [{ layer, role, nan, infinite, firstIndex: unravel(first, shape) }];
}

/** What of a moving variance is negative; nothing, or one entry. */
export function negativeValues(layer: string, { data }: Tensor): NegativeVariance[] {
  const first = data.findIndex((value) => value < 0);
  if (first < 0) return [];
  const count = data.filter((value) => value < 0).length;
  return [{ layer, count, firstIndex: [first], firstValue: data[first]! }];
}
