// The engine's steps with their times, and the same by what they do.
import type { ProfiledStep } from '../../engine/profile.js';
import type { BenchKind, BenchLayer, BenchPart, Spread } from '../../results/bench.js';
import { median, spreadOf } from './turns.js';

/** Each step, with its milliseconds round by round. `peak` in GMAC/s. */
export function layersOf(
  steps: readonly ProfiledStep[],
  times: readonly (readonly number[])[],
  peak: number,
): BenchLayer[] {
  return steps.map(({ layers, kinds, macs }, i) => ({ layers, kinds, ...partOf(macs, spreadOf(times[i]!), peak) }));
}

/** Steps of one kind together, the one that takes longest first. Steps of several tasks are a kind of their own. */
export function kindsOf(
  steps: readonly ProfiledStep[],
  times: readonly (readonly number[])[],
  peak: number,
): BenchKind[] {
  const names = steps.map(({ kinds }) => kinds.join(' + '));
  const kinds = [...new Set(names)].map((kind): BenchKind => {
    const own = steps.flatMap((step, i) => (names[i] === kind ? [{ macs: step.macs, times: times[i]! }] : []));
    // The least of each, summed: a disturbance falls on some of them, hardly on all.
    const least = own.reduce((sum, each) => sum + Math.min(...each.times), 0);
    const rounds = own[0]!.times.map((_, round) => own.reduce((sum, each) => sum + each.times[round]!, 0));
    const macs = own.reduce((sum, each) => sum + each.macs, 0);
    return { kind, steps: own.length, ...partOf(macs, { least, median: median(rounds) }, peak) };
  });
  return kinds.sort((a, b) => b.time.least - a.time.least);
}

function partOf(macs: number, time: Spread, peak: number): BenchPart {
  if (macs === 0) return { macs, time, gmacs: null, share: null };
  const gmacs = macs / time.least / 1e6;
  return { macs, time, gmacs, share: gmacs / peak };
}
