// Things that are timed in turns: what else the machine does falls on all of them, and ratios can be taken of runs that
// followed each other.
import { median } from '../../core/median.js';
import type { Spread } from '../../results/bench.js';

/** Something that is timed. */
export interface Timed {
  run(): unknown;
}

/** How often, and by which clock. */
export interface RoundsOptions {
  /** Rounds before the first that counts: code is optimised while it runs. */
  readonly warmUp: number;
  readonly count: number;
  readonly now: () => number;
}

/** Milliseconds of each, round by round. */
export async function takeTurns(
  timed: readonly Timed[],
  { warmUp, count, now }: RoundsOptions,
): Promise<readonly (readonly number[])[]> {
  const times = timed.map((): number[] => []);
  for (let round = -warmUp; round < count; round++) {
    for (const [i, each] of timed.entries()) {
      const start = now();
      const done = each.run();
      // Not awaited where there is nothing to wait for: a turn of the event loop takes microseconds, too.
      if (done instanceof Promise) await done;
      if (round >= 0) times[i]!.push(now() - start);
    }
  }
  return times;
}

/** The least and the median. */
export function spreadOf(values: readonly number[]): Spread {
  return { least: Math.min(...values), median: median(values) };
}
