// Who is timed, the rounds in which they take turns, and what the times say. Read first: turns.ts, peers.ts.

import { median } from '../../core/median.js';
import type { Engine } from '../../engine/engine.js';
import { peakMeter } from '../../engine/peak.js';
import type { ProfiledStep } from '../../engine/profile.js';
import type { Features } from '../../engine/wasm/features.js';
import type { BenchResult, BenchRunner } from '../../results/bench.js';
import { kindsOf, layersOf, type TimedTask } from './parts.js';
import { differenceOf, isSame, type Peer } from './peers.js';
import { type RoundsOptions, spreadOf, type Timed, takeTurns } from './turns.js';

/** One that runs the network, and how far its outputs are from the engine's. */
interface Contestant {
  readonly name: string;
  readonly difference: number;
  run(): unknown;
}

/** Engines and peers, their outputs held against the first engine's before anything is timed. */
export async function compared(
  engines: readonly Engine[],
  peers: readonly Peer[],
  input: Float32Array,
): Promise<Contestant[]> {
  const expected = engines[0]!.run(input);
  const ours = engines.map((engine) => {
    const run = () => engine.run(input);
    return { name: engine.name, difference: differenceOf(run(), expected), run };
  });
  const others: Contestant[] = [];
  for (const peer of peers) {
    const difference = differenceOf(await peer.output(), expected);
    others.push({ name: peer.name, difference, run: () => peer.run() });
  }
  return [...ours, ...others];
}

/** Milliseconds round by round, and the peak's GMAC/s. */
interface Times {
  /** Nothing for those whose outputs are others. */
  readonly contestants: readonly (readonly number[] | undefined)[];
  readonly tasks: readonly TimedTask[];
  readonly peak: readonly number[];
}

/** Times all of them, the steps and the peak in the same rounds. */
export async function measure(
  contestants: readonly Contestant[],
  steps: readonly ProfiledStep[],
  { features, ...rounds }: RoundsOptions & { readonly features: Features },
): Promise<Times> {
  const same = contestants.filter(({ difference }) => isSame(difference));
  const meter = peakMeter(features, rounds.now);
  const peak = recorded(meter);
  const records = steps.map((step) => recorded(() => step.run(rounds.now)));
  const times = await takeTurns([...same, peak, ...records], rounds);
  return {
    contestants: contestants.map((each) => times[same.indexOf(each)]),
    tasks: steps.flatMap(({ tasks }, i) => {
      const kept = records[i]!.values.slice(rounds.warmUp);
      return tasks.map((task, t) => ({ ...task, times: kept.map((each) => each[t]!) }));
    }),
    peak: peak.values.slice(rounds.warmUp),
  };
}

/** Something that measures by itself: what it gives is kept. */
function recorded<T>(measureOnce: () => T): Timed & { readonly values: readonly T[] } {
  const values: T[] = [];
  return { values, run: () => values.push(measureOnce()) };
}

/** What the times say. The engine is the first. */
export function results(
  contestants: readonly Contestant[],
  times: Times,
): Pick<BenchResult, 'macs' | 'peak' | 'share' | 'runners' | 'kinds' | 'layers'> {
  const macs = times.tasks.reduce((sum, task) => sum + task.macs, 0);
  const peak = { best: Math.max(...times.peak), median: median(times.peak) };
  const own = times.contestants[0]!;
  const runners = contestants.map(({ name, difference }, i) => {
    return { name, difference, ...runnerTimes(times.contestants[i], own, macs) };
  });
  return {
    macs,
    peak,
    share: macs / Math.min(...own) / 1e6 / peak.best,
    runners,
    kinds: kindsOf(times.tasks, peak.best),
    layers: layersOf(times.tasks, peak.best),
  };
}

function runnerTimes(
  times: readonly number[] | undefined,
  own: readonly number[],
  macs: number,
): Pick<BenchRunner, 'time' | 'gmacs' | 'ratio'> {
  if (times === undefined) return { time: null, gmacs: null, ratio: null };
  const time = spreadOf(times);
  const ratio = median(times.map((each, round) => each / own[round]!));
  return { time, gmacs: macs / time.least / 1e6, ratio };
}
