// The engine's tasks with their times, and the same by what they do.

import { median } from '../../core/median.js';
import type { ProfiledTask } from '../../engine/profile.js';
import type { BenchKind, BenchLayer, BenchPart, Spread } from '../../results/bench.js';
import { spreadOf } from './turns.js';

/** A task, and its milliseconds round by round. */
export interface TimedTask extends ProfiledTask {
  readonly times: readonly number[];
}

/** Each task. `peak` in GMAC/s. */
export function layersOf(tasks: readonly TimedTask[], peak: number): BenchLayer[] {
  return tasks.map(({ layer, kind, macs, times }) => ({ layer, kind, ...partOf(macs, spreadOf(times), peak) }));
}

/** Tasks of one kind together, the kind that takes longest first. */
export function kindsOf(tasks: readonly TimedTask[], peak: number): BenchKind[] {
  const kinds = [...new Set(tasks.map(({ kind }) => kind))].map((kind): BenchKind => {
    const own = tasks.filter((task) => task.kind === kind);
    // The least of each, summed: a disturbance falls on some of them, hardly on all.
    const least = sum(own, ({ times }) => Math.min(...times));
    const rounds = own[0]!.times.map((_, round) => sum(own, ({ times }) => times[round]!));
    const macs = sum(own, (task) => task.macs);
    return { kind, tasks: own.length, ...partOf(macs, { least, median: median(rounds) }, peak) };
  });
  return kinds.sort((a, b) => b.time.least - a.time.least);
}

const sum = <T>(items: readonly T[], value: (item: T) => number): number =>
  items.reduce((total, item) => total + value(item), 0);

function partOf(macs: number, time: Spread, peak: number): BenchPart {
  if (macs === 0) return { macs, time, gmacs: null, share: null };
  const gmacs = macs / time.least / 1e6;
  return { macs, time, gmacs, share: gmacs / peak };
}
