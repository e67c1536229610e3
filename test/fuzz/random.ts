// Chance that can be had again: the same seed gives the same numbers everywhere.

/** Draws in a fixed order. */
export interface Random {
  /** A whole number from 0 to below `bound`. */
  below(bound: number): number;
  /** One of a list that is not empty. */
  pick<T>(items: readonly T[]): T;
  /** True with a probability. */
  chance(probability: number): boolean;
}

/** mulberry32 (Tommy Ettinger's, public domain), begun from two numbers: a run's seed, and a case's. */
export function randomOf(seed: number, number: number): Random {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  return { below, pick: (items) => items[below(items.length)]!, chance: (probability) => next() < probability };
}
