// How fast a network runs on this machine: the engine, its steps, the ceiling of one thread, and peers, in turns.
// Read first: bench/measure.ts.
import type { Source } from '../checkpoint/source.js';
import type { Tensor } from '../core/tensor.js';
import { createEngine, type Engine, type EngineOptions, featuresHere } from '../engine/engine.js';
import { profileOf } from '../engine/profile.js';
import type { Features } from '../engine/wasm/features.js';
import type { BenchEngine, BenchResult } from '../results/bench.js';
import type { ShuffleNetModel } from '../shufflenet/load.js';
import { compared, measure, results } from './bench/measure.js';
import { differenceOf, isSame, type OpenPeers } from './bench/peers.js';
import { type LoadingOptions, loadModel } from './model.js';
import { noise } from './noise.js';

/** What is timed, and how often. */
export interface BenchOptions extends LoadingOptions {
  /** The engine on so many threads, too. Default 1. */
  readonly threads?: number;
  /** Timed runs of each. Default 60. */
  readonly runs?: number;
  /** Decides by a measurement whether kernels have scheduling barriers, as `tune` of the engine does. */
  readonly tune?: boolean;
  /** What kernels are made of, where that is to be said. */
  readonly features?: Partial<Features>;
  /** Runtimes to time beside the engine; none unless given. */
  readonly openPeers?: OpenPeers;
  readonly now?: () => number;
}

const DEFAULT_RUNS = 60;

/** Runs before the first that counts: V8 of Node 20 has optimised everything after some 15. */
const WARM_UP = 20;

/** Times the network in `source`. */
export async function bench(source: Source, options: BenchOptions = {}): Promise<BenchResult> {
  const { now = clock } = options;
  const start = now();
  const model = await loadModel(source, options);
  const loaded = now() - start;
  const { engine, ...rest } = await benchModel(model, options);
  return {
    source: { name: source.name, bytes: source.size },
    ...rest,
    engine: { ...engine, load: { model: loaded, ...engine.load } },
  };
}

/** The same of a model that is in memory. */
export interface BenchedModel extends Omit<BenchResult, 'source' | 'engine'> {
  readonly engine: Omit<BenchEngine, 'load'> & { readonly load: Omit<BenchEngine['load'], 'model'> };
}

/** Times a model, wherever it comes from. */
export async function benchModel(model: ShuffleNetModel, options: BenchOptions = {}): Promise<BenchedModel> {
  const { threads = 1, runs = DEFAULT_RUNS, now = clock } = options;
  const input = noise(model.network.inputShape);
  const how = { inputShape: input.shape.slice(1), features: featuresHere(options.features, options.tune) };
  const { engine, load } = await firstRun(model, input, how, now);
  const engines = [engine, ...(threads === 1 ? [] : [await createEngine(model, { ...how, threads })])];
  const opened = await options.openPeers?.(model, input);
  try {
    const contestants = await compared(engines, opened?.peers ?? [], input.data);
    const profile = await profileOf(model, input.data, how);
    if (!isSame(differenceOf(profile.output, engine.run(input.data)))) throw new Error('steps give other outputs');
    const times = await measure(contestants, profile.steps, {
      features: how.features,
      warmUp: WARM_UP,
      count: runs,
      now,
    });
    return {
      config: model.settings,
      input: how.inputShape,
      engine: {
        threads,
        relaxedSimd: how.features.fma,
        barriers: how.features.barriers,
        notes: [...new Set(engines.flatMap(({ notes }) => notes))],
        load,
        memory: { bytes: engine.bytes, ...profile.memory },
      },
      runs,
      missing: opened?.missing ?? null,
      ...results(contestants, times),
    };
  } finally {
    for (const each of engines) each.dispose();
    await Promise.all(opened?.peers.map((peer) => peer.close()) ?? []);
  }
}

const clock = (): number => performance.now();

/** What an engine takes before there is a first result. */
async function firstRun(
  model: ShuffleNetModel,
  { data }: Tensor<Float32Array>,
  how: EngineOptions,
  now: () => number,
): Promise<{ readonly engine: Engine; readonly load: BenchedModel['engine']['load'] }> {
  const start = now();
  const engine = await createEngine(model, how);
  const made = now();
  engine.run(data);
  return { engine, load: { engine: made - start, firstResult: now() - made } };
}
