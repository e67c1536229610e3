// A model for inputs of one size as a WebAssembly module and what its memory holds. Read first: plan/operations.ts,
// plan/places.ts, plan/schedule.ts, lower/job.ts; then engine.ts.
import type { Model } from '../network/model.js';
import { type Call, type Job, type Located, locate, type Workshop } from './lower/job.js';
import { lower } from './lower/lower.js';
import { ALIGNMENT, aligned, arena } from './plan/arena.js';
import { chainCalls } from './plan/bands.js';
import { fuse } from './plan/fuse.js';
import { layoutOf } from './plan/layout.js';
import { type MapShape, type Operation, operationsOf } from './plan/operations.js';
import { place, root, type Store, type Value } from './plan/places.js';
import { type Chain, schedule } from './plan/schedule.js';
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
}

/** What is called for one task or several that run together. */
export interface ProgramStep {
  readonly jobs: readonly Job[];
  readonly calls: readonly Call[];
}

/** A value in memory. */
export interface Placed {
  readonly map: Located;
  /** The map's channel for each of the value's. */
  readonly at: readonly number[];
}

/** A module, and how to use it. */
export interface Program {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly pages: number;
  readonly constants: readonly { readonly address: number; readonly values: Float32Array }[];
  readonly input: Located;
  /** Layers whose outputs can be had: of those in `keep`, and the network's. */
  readonly values: ReadonlyMap<string, Placed>;
  /** Layers that are computed as values of their own, whether kept or not. */
  readonly layers: ReadonlySet<string>;
  /** Whether the output is still to be put through a softmax. */
  readonly softmax: boolean;
  readonly steps: readonly ProgramStep[];
  /** What runs slower than it might, and why. */
  readonly notes: readonly string[];
}

/** The memory's first bytes hold no map: room for the threads' words. */
const RESERVED_BYTES = 1024;

const PAGE_BYTES = 65536;

/** Makes the program of `model` for inputs of shape `input`. */
export function programOf(
  model: Pick<Model, 'network' | 'weights'>,
  input: MapShape,
  { features, fold, keep }: ProgramOptions,
): Program {
  const { output } = model.network;
  const all = operationsOf(model, input, { fold });
  const kept = new Set([...keep, output]);
  const operations = fold ? fuse(all, kept) : all;
  const places = place(operations, kept);
  const chains = schedule(places.tasks);
  const memory = new Memory(chains, places.input, features);
  const steps = chains.map((chain) => stepOf(chain, memory));
  const run = runFunction(steps);
  const pages = Math.ceil(memory.end / PAGE_BYTES);
  const layers = new Set(operations.flatMap(({ name, layer }) => (layer ? [name] : [])));
  const placed = (name: string): [string, Placed] => [name, placedAt(places.values.get(name)!, memory)];
  return {
    bytes: encodeModule([...memory.kernels, run], { pages, shared: false }),
    pages,
    constants: memory.held,
    input: locate(places.input, memory),
    values: new Map([...kept].filter((name) => layers.has(name)).map(placed)),
    layers,
    softmax: isSoftmax(operations, output),
    steps,
    notes: places.notes,
  };
}

function placedAt({ store, at }: Value, memory: Memory): Placed {
  return { map: locate(store, memory), at };
}

function stepOf(chain: Chain, memory: Memory): ProgramStep {
  const jobs = lower(chain, memory);
  return { jobs, calls: chainCalls(chain, jobs, 0, jobs.at(-1)!.rows) };
}

function isSoftmax(operations: readonly Operation[], output: string): boolean {
  return operations.find(({ name }) => name === output)?.work.kind === 'softmax';
}

/** Calls everything in order. */
function runFunction(steps: readonly ProgramStep[]): FunctionBuilder {
  const run = new FunctionBuilder('run', 0);
  for (const { kernel, args } of steps.flatMap(({ calls }) => calls)) {
    for (const arg of args) run.const(arg);
    run.call(kernel);
  }
  return run;
}

/** Holds what lies where, and the kernels that have been made. */
class Memory implements Workshop {
  readonly held: { readonly address: number; readonly values: Float32Array }[] = [];
  readonly zeros: number;
  end: number;
  readonly #addresses: ReadonlyMap<Store, number>;
  readonly #kernels = new Map<string, FunctionBuilder>();
  readonly #features: Features;

  constructor(chains: readonly Chain[], input: Store, features: Features) {
    const { addresses, end } = arena(chains, input, RESERVED_BYTES);
    this.#addresses = addresses;
    this.#features = features;
    this.zeros = end;
    const longest = Math.max(...[...addresses.keys()].map((store) => layoutOf(store).rowStep));
    this.end = end + aligned(longest);
  }

  get kernels(): Iterable<FunctionBuilder> {
    return this.#kernels.values();
  }

  addressOf(store: Store): number {
    return this.#addresses.get(root(store))!;
  }

  kernel<S>(kind: string, spec: S, make: (name: string, spec: S, features: Features) => FunctionBuilder) {
    const key = `${kind} ${JSON.stringify(spec)}`;
    const known = this.#kernels.get(key);
    if (known !== undefined) return known;
    const made = make(`${kind}_${this.#kernels.size}`, spec, this.#features);
    this.#kernels.set(key, made);
    return made;
  }

  constants(values: Float32Array): number {
    const address = this.end;
    this.held.push({ address, values });
    this.end += aligned(values.byteLength) + ALIGNMENT;
    return address;
  }
}
