// A model for inputs of one size as a WebAssembly module and what its memory holds. Read first: plan/operations.ts,
// plan/places.ts, plan/schedule.ts, lower/job.ts; then engine.ts.
import type { Model } from '../network/model.js';
import { NotInTheEngineError } from './errors.js';
import { type Job, type Located, locate, type Workshop } from './lower/job.js';
import { lower } from './lower/lower.js';
import { ALIGNMENT, aligned, arena } from './plan/arena.js';
import { chainCalls, type JobCall } from './plan/bands.js';
import { fuse } from './plan/fuse.js';
import { FLOAT, layoutOf } from './plan/layout.js';
import { type MapShape, type Operation, operationsOf } from './plan/operations.js';
import { place } from './plan/places.js';
import { type Chain, schedule } from './plan/schedule.js';
import { root, type Store } from './plan/stores.js';
import { sharedRun, writeCalls } from './threads/run-shared.js';
import { MOST_PARTS, wordBytes } from './threads/words.js';
import type { Features } from './wasm/features.js';
import { FunctionBuilder } from './wasm/function.js';
import { encodeModule } from './wasm/module.js';

/** How a program is made. */
export interface ProgramOptions {
  readonly features: Features;
  /** Batch norms folded, groups as one, relus fused. Without, every layer is computed. */
  readonly fold: boolean;
  /** Layers whose outputs stay until after the run. */
  readonly keep: ReadonlySet<string>;
  /** How many threads will run it. With more than one, its memory is shared. */
  readonly threads: number;
}

/** What is called for one task or several that run together. */
export interface ProgramStep {
  readonly jobs: readonly Job[];
  /** What can be computed at the same time. One part, if there is one thread. */
  readonly parts: readonly (readonly JobCall[])[];
}

/** A value in memory. */
export interface Placed {
  readonly map: Located;
  /** The lane of each channel, counted from the map's first. */
  readonly lanes: Int32Array;
  /** Whether the value is what a softmax makes of what is there. */
  readonly softmax: boolean;
}

/** Weights, to be written into memory that holds zeros. */
export interface Constants {
  readonly address: number;
  readonly length: number;
  write(into: Float32Array): void;
}

/** A module, and how to use it. */
export interface Program {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly pages: number;
  readonly constants: readonly Constants[];
  readonly input: Located;
  /** Layers whose outputs can be had: of those in `keep`, and the network's. */
  readonly values: ReadonlyMap<string, Placed>;
  /** Layers that are computed as values of their own, whether kept or not. */
  readonly layers: ReadonlySet<string>;
  /** The network's output, one of them. */
  readonly output: string;
  readonly steps: readonly ProgramStep[];
  /** What runs slower than it might, and why. */
  readonly notes: readonly string[];
}

const PAGE_BYTES = 65536;

/** Makes the program of `model` for inputs of shape `input`. */
export function programOf(
  model: Pick<Model, 'network' | 'weights'>,
  input: MapShape,
  { features, fold, keep, threads }: ProgramOptions,
): Program {
  const { output } = model.network;
  const all = operationsOf(model, input, { fold });
  const kept = new Set([...keep, output]);
  const operations = fold ? fuse(all, kept) : all;
  const places = place(operations, kept);
  const chains = schedule(places.tasks);
  const memory = new Memory(chains, places.input, features);
  const steps = chains.map((chain) => stepOf(chain, memory, threads));
  const run = threads === 1 ? runFunction(steps) : sharedRun(steps.map(({ parts }) => parts));
  const pages = Math.ceil(memory.end / PAGE_BYTES);
  const layers = new Set(operations.flatMap(({ name, layer }) => (layer ? [name] : [])));
  const softmaxes = softmaxesOf(operations);
  const placed = (name: string): [string, Placed] => {
    const { store, at } = places.values.get(name)!;
    const map = locate(store, memory);
    return [name, { map, lanes: Int32Array.from(at, (c) => map.lanes[c]!), softmax: softmaxes.has(name) }];
  };
  return {
    bytes: encodeModule([...memory.kernels, run], { pages, shared: threads > 1 }),
    pages,
    constants: memory.held,
    input: locate(places.input, memory),
    values: new Map([...kept].filter((name) => layers.has(name)).map(placed)),
    layers,
    output,
    steps,
    notes: places.notes,
  };
}

/** So many parts for each thread: one that begins late finds something left to do. */
const PARTS_A_THREAD = 2;

function stepOf(chain: Chain, memory: Memory, threads: number): ProgramStep {
  const most = threads === 1 ? 1 : Math.min(MOST_PARTS, threads * PARTS_A_THREAD);
  const jobs = lower(chain, memory, most);
  const { units } = jobs.at(-1)!;
  const count = Math.min(most, units);
  const bound = (part: number) => Math.floor((units * part) / count);
  const parts = Array.from({ length: count }, (_, i) => chainCalls(chain, jobs, bound(i), bound(i + 1)));
  return { jobs, parts };
}

/** A softmax is computed when its value is asked for: nothing may come after it. */
function softmaxesOf(operations: readonly Operation[]): ReadonlySet<string> {
  const softmaxes = new Set(operations.filter(({ work }) => work.kind === 'softmax').map(({ name }) => name));
  for (const { name, inputs } of operations) {
    if (inputs.some((input) => softmaxes.has(input))) throw new NotInTheEngineError(name, 'what takes a softmax');
  }
  return softmaxes;
}

/** Calls everything in order. */
function runFunction(steps: readonly ProgramStep[]): FunctionBuilder {
  const run = new FunctionBuilder('run', 0);
  for (const { parts } of steps) for (const calls of parts) writeCalls(run, calls);
  return run;
}

/** Holds what lies where, and the kernels that have been made. */
class Memory implements Workshop {
  readonly held: Constants[] = [];
  readonly zeros: number;
  end: number;
  readonly #addresses: ReadonlyMap<Store, number>;
  readonly #kernels = new Map<string, { readonly kernel: FunctionBuilder; readonly spec: unknown }>();
  readonly #features: Features;

  constructor(chains: readonly Chain[], input: Store, features: Features) {
    const { addresses, end } = arena(chains, input, aligned(wordBytes(chains.length)));
    this.#addresses = addresses;
    this.#features = features;
    this.zeros = end;
    const longest = Math.max(...[...addresses.keys()].map((store) => layoutOf(store).rowStep));
    this.end = end + aligned(longest);
  }

  get kernels(): FunctionBuilder[] {
    return [...this.#kernels.values()].map(({ kernel }) => kernel);
  }

  addressOf(store: Store): number {
    return this.#addresses.get(root(store))!;
  }

  kernel<S>(kind: string, spec: S, make: (name: string, spec: S, features: Features) => FunctionBuilder) {
    const key = `${kind} ${JSON.stringify(spec)}`;
    const number = this.#kernels.size;
    const known = this.#kernels.get(key) ?? { spec, kernel: make(`${kind}_${number}`, spec, this.#features) };
    this.#kernels.set(key, known);
    return known as { kernel: FunctionBuilder; spec: S };
  }

  constants(length: number, write: (into: Float32Array) => void): number {
    const address = this.end;
    this.held.push({ address, length, write });
    this.end += aligned(FLOAT * length) + ALIGNMENT;
    return address;
  }
}
