// Chance that can be had again: the same seed gives the same numbers everywhere.
import { seededRandom } from '../../src/parity/selfcheck/random.js';

/** Draws in a fixed order. */
export interface Random {
  /** A whole number from 0 to below `bound`. */
  below(bound: number): number;
  /** One of a list that is not empty. */
  pick<T>(items: readonly T[]): T;
  /** True with a probability. */
  chance(probability: number): boolean;
}

/** Chance begun from two numbers: a run's seed, and a case's. */
export function randomOf(seed: number, number: number): Random {
  const next = seededRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
  const below = (bound: number): number => Math.floor(next() * bound);
  return { below, pick: (items) => items[below(items.length)]!, chance: (probability) => next() < probability };
}
