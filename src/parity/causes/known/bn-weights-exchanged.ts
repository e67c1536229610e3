// The four vectors of a batch normalisation stand in each other's places: gamma for beta, gamma for the variance, …
import type { WeightRole } from '../../../core/weights.js';
import type { LayerWeights } from '../../../network/model.js';
import type { KnownCause } from '../cause.js';
import { choices, layersOf, named, withWeights } from '../changes.js';

const ROLES = ['gamma', 'beta', 'moving_mean', 'moving_variance'] as const satisfies readonly WeightRole[];
type Order = readonly (typeof ROLES)[number][];

/** Files written or mapped by order have this: exchanges of two first, then every other order. */
export const bnWeightsExchanged: KnownCause = {
  id: 'bn-weights-exchanged',
  prior: 4,
  *variations(segment) {
    for (const some of choices(layersOf(segment, 'BatchNormalization'))) {
      for (const order of ORDERS) {
        yield {
          words: `The checkpoint's weights of ${named(some)} stand in each other's places: ${told(order)}. The checkpoint, or whoever mapped it by order, is wrong, not the port`,
          fix: "Write the checkpoint again with Keras's order (gamma, beta, moving_mean, moving_variance), or correct the mapping.",
          change: withWeights(segment, some, (weights) => reassigned(weights, order)),
        };
      }
    }
  },
};

const reassigned = (weights: LayerWeights, order: Order): LayerWeights =>
  Object.fromEntries(ROLES.map((role, i) => [role, weights[order[i]!]!]));

const moves = (order: Order): number => order.filter((role, i) => role !== ROLES[i]).length;

const ORDERS: readonly Order[] = orders(ROLES)
  .filter((order) => moves(order) > 0)
  .toSorted((a, b) => moves(a) - moves(b));

function orders<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) => orders(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

function told(order: Order): string {
  const wrong = ROLES.filter((role, i) => role !== order[i]);
  if (wrong.length === 2) return `${wrong[0]} and ${wrong[1]} are exchanged`;
  return wrong.map((role) => `${role} is what it calls ${order[ROLES.indexOf(role)]}`).join(', ');
}
