// Who is timed, the rounds in which they take turns, and what the times say. Read first: turns.ts, peers.ts.
import type { Engine } from '../../engine/engine.js';
import { peakMeter } from '../../engine/peak.js';
import type { ProfiledStep } from '../../engine/profile.js';
import type { Features } from '../../engine/wasm/features.js';
import type { BenchResult, BenchRunner } from '../../results/bench.js';
import { kindsOf, layersOf } from './parts.js';
import { differenceOf, isSame, type Peer } from './peers.js';
import { median, type RoundsOptions, spreadOf, takeTurns } from './turns.js';

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
  readonly steps: readonly (readonly number[])[];
  readonly peak: readonly number[];
}

/** Times all of them, the steps and the peak in the same rounds. */
export async function measure(
  contestants: readonly Contestant[],
  steps: readonly ProfiledStep[],
  { features, ...rounds }: RoundsOptions & { readonly features: Features },
): Promise<Times> {
  const same = contestants.filter(({ difference }) => isSame(difference));
  const peak: number[] = [];
  const meter = peakMeter(features, rounds.now);
  const times = await takeTurns([...same, { run: () => peak.push(meter()) }, ...steps], rounds);
  return {
    contestants: contestants.map((each) => times[same.indexOf(each)]),
    steps: times.slice(same.length + 1),
    peak: peak.slice(rounds.warmUp),
  };
}

/** What the times say. The engine is the first. */
export function results(
  contestants: readonly Contestant[],
  steps: readonly ProfiledStep[],
  times: Times,
): Pick<BenchResult, 'macs' | 'peak' | 'share' | 'runners' | 'kinds' | 'layers'> {
  const macs = steps.reduce((sum, step) => sum + step.macs, 0);
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
    kinds: kindsOf(steps, times.steps, peak.best),
    layers: layersOf(steps, times.steps, peak.best),
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
