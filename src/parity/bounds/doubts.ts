// Weights that are known within bounds of their own: what a layer's output may be off by because of them, beside rounding.
import { type Tensor, tensor } from '../../core/tensor.js';
import type { WeightRole } from '../../core/weights.js';
import type { LayerWeights } from '../../network/model.js';

/** The largest magnitude that each weight may have. */
export function widened(weights: LayerWeights, doubts: LayerWeights): LayerWeights {
  return mapRoles(weights, (weight, role) => {
    const doubt = doubts[role];
    if (doubt === undefined) return weight;
    return tensor(
      weight.data.map((w, i) => Math.abs(w) + doubt.data[i]!),
      weight.shape,
    );
  });
}

/** Weights of the same shapes that hold the doubts, zero where there are none. */
export function doubtsAlone(weights: LayerWeights, doubts: LayerWeights): LayerWeights {
  return mapRoles(weights, ({ data, shape }, role) => doubts[role] ?? tensor(new Float32Array(data.length), shape));
}

/** Whether any weight is doubtful. */
export const isDoubtful = (doubts: LayerWeights): boolean => Object.keys(doubts).length > 0;

type FloatTensor = Tensor<Float32Array>;

function mapRoles(weights: LayerWeights, f: (weight: FloatTensor, role: WeightRole) => FloatTensor): LayerWeights {
  const roles = Object.entries(weights) as [WeightRole, FloatTensor][];
  return Object.fromEntries(roles.map(([role, weight]) => [role, f(weight, role)]));
}

/** A batch normalisation's scale `gamma / sqrt(v + epsilon)`, a channel: as stored, and how far it may lie from that. */
export function doubtfulScale(weights: LayerWeights, doubts: LayerWeights, epsilon: number) {
  const { gamma, moving_variance: variance } = weights;
  const at = (role: WeightRole, c: number): number => doubts[role]?.data[c] ?? 0;
  return Array.from(gamma!.data, (g, c) => {
    const v = variance!.data[c]!;
    const inverse = (value: number): number => 1 / Math.sqrt(Math.max(0, value) + epsilon);
    const scale = g * inverse(v);
    // Monotone in either: the extremes lie at the corners.
    const corners = [-1, 1].flatMap((a) =>
      [-1, 1].map((b) => (g + a * at('gamma', c)) * inverse(v + b * at('moving_variance', c))),
    );
    return { scale, doubt: Math.max(...corners.map((corner) => Math.abs(corner - scale))) };
  });
}
