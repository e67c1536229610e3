// Random orders that are the same on every machine and in every run: a self-check must give the same answer twice.

/** A source of numbers in [0, 1). */
export type Random = () => number;

/** Tommy Ettinger's mulberry32: 32 bits of state, one call a number. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The numbers 0 to n - 1. */
export function identityOrder(n: number): Uint32Array {
  return Uint32Array.from({ length: n }, (_, i) => i);
}

/** The numbers 0 to n - 1 in a random order, each order as likely as any other (Fisher and Yates). */
export function randomOrder(n: number, random: Random): Uint32Array {
  const order = identityOrder(n);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** A likeness, held against the same thing under random orders. */
export interface OrderTest {
  /** What was measured; larger is better. */
  readonly value: number;
  /** Its mean under random orders. */
  readonly random: number;
  /** How far above that mean it lies, in standard deviations of the random orders. */
  readonly sigma: number;
  /** Whether no random order reached it. */
  readonly best: boolean;
}

/** Compares a value with those of random orders. Without spread among them nothing can stand out: sigma is 0. */
export function orderTest(value: number, random: readonly number[]): OrderTest {
  const mean = average(random);
  const deviation = Math.sqrt(average(random.map((x) => (x - mean) ** 2)));
  return {
    value,
    random: mean,
    sigma: deviation > 0 ? (value - mean) / deviation : 0,
    best: random.every((x) => x < value),
  };
}

/** The mean of some numbers. */
export function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
