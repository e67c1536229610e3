// Values that no weight may have: what is not finite, and variances below zero.
import { type Tensor, type TensorData, unravel } from '../core/tensor.js';
import type { WeightRole } from '../core/weights.js';
import type { NegativeVariance, NonFiniteWeight } from '../network/model.js';

/** What of a row-major weight is not finite; nothing, or one entry. */
export function nonFiniteValues(layer: string, role: WeightRole, { data, shape }: Tensor): NonFiniteWeight[] {
  if (allFinite(data)) return [];
  const first = data.findIndex((value) => !Number.isFinite(value));
  const nan = data.filter((value) => Number.isNaN(value)).length;
  const infinite = data.filter((value) => !Number.isFinite(value)).length - nan;
  return [{ layer, role, nan, infinite, firstIndex: unravel(first, shape) }];
}

/** A loop without a branch: every weight that is loaded goes through it, and a call for each takes ten times as long. */
function allFinite(data: TensorData): boolean {
  let zero = 0;
  // Nothing but NaN and the infinities, times 0, is not 0.
  for (let i = 0; i < data.length; i++) zero += data[i]! * 0;
  return zero === 0;
}

/** What of a moving variance is negative; nothing, or one entry. */
export function negativeValues(layer: string, { data }: Tensor): NegativeVariance[] {
  const first = data.findIndex((value) => value < 0);
  if (first < 0) return [];
  const count = data.filter((value) => value < 0).length;
  return [{ layer, count, firstIndex: [first], firstValue: data[first]! }];
}
