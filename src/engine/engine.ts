// A model running in WebAssembly SIMD. The program is made for one size of input; more images are run one after the other.
// Read first: program.ts.
import { formatShape } from '../core/tensor.js';
import type { Model } from '../network/model.js';
import { EngineInputError } from './errors.js';
import { loadProgram } from './instance.js';
import { type Program, programOf } from './program.js';
import { noThreadsReason, Threads } from './threads/threads.js';
import { barriersPay } from './tune.js';
import { copyOut, setInput, valuesIn } from './values.js';
import { type Features, hasRelaxedSimd } from './wasm/features.js';

/** How an engine is made. */
export interface EngineOptions {
  /** `[height, width, channels]`, where the network leaves them open. */
  readonly inputShape?: readonly number[];
  /** Layers whose outputs are wanted, beside the network's. */
  readonly observe?: readonly string[];
  /** `false` computes every layer as Keras does, so that all can be observed. Slower. Default `true`. */
  readonly fold?: boolean;
  /** How many threads may compute. More than one need `SharedArrayBuffer`: in a page, cross-origin isolation. Default 1. */
  readonly threads?: number;
  /** What the kernels are made of; default what this machine has, and barriers. */
  readonly features?: Partial<Features>;
  /** Measures first, for some 20 ms, whether kernels run faster here without scheduling barriers. Default `false`. */
  readonly tune?: boolean;
}

/** A network that runs. */
export interface Engine {
  /** `engine, relaxed SIMD, 1 thread` */
  readonly name: string;
  /** Layers that are computed as values of their own. */
  readonly layers: ReadonlySet<string>;
  /** What runs slower than it might, and why. */
  readonly notes: readonly string[];
  /** Bytes of memory: weights, maps and all. */
  readonly bytes: number;
  /**
   * Runs images, `(batch, height, width, channels)` row-major, and gives the output, `(batch, …)` row-major. Throws
   * `EngineInputError`.
   */
  run(input: Float32Array): Float32Array;
  /** What a layer gave for the images of the last run. Only of layers in `observe`, and of the network's output. */
  observed(layer: string): Float32Array;
  /** Gives the memory back. Nothing can be run after that. */
  dispose(): void;
}

/** Makes an engine for `model`. */
export async function createEngine(
  model: Pick<Model, 'network' | 'weights'>,
  { inputShape, observe = [], fold = true, threads: wanted = 1, features, tune = false }: EngineOptions = {},
): Promise<Engine> {
  const made = featuresHere(features, tune);
  const shape = sizeOfInput(model.network.inputShape, inputShape);
  const alone = wanted === 1 ? undefined : noThreadsReason();
  const threads = alone === undefined ? wanted : 1;
  const program = programOf(model, shape, { features: made, fold, keep: new Set(observe), threads });
  const { memory, module, exports } = await loadProgram(program, threads > 1);
  const run = exports.run as () => void;
  const started =
    threads === 1 ? undefined : await Threads.start(threads, { module, memory, steps: program.steps.length, run });
  const notes = [alone && `1 thread: ${alone}`, started?.note].filter((note) => note !== undefined);
  const count = started?.count ?? 1;
  return new Running(program, memory, {
    name: engineName(made, count),
    notes: [...notes, ...program.notes],
    run: started === undefined ? run : () => started.threads.run(),
    stop: () => started?.threads.stop(),
  });
}

/** What kernels are made of: what is stated, else what this machine has, and barriers, unless `tune` measures otherwise. */
export function featuresHere(stated: Partial<Features> = {}, tune = false): Features {
  const fma = stated.fma ?? hasRelaxedSimd();
  return { fma, barriers: stated.barriers ?? (!tune || barriersPay(fma)) };
}

/** What an engine is called. */
export function engineName({ fma }: Features, threads: number): string {
  return `engine, ${fma ? 'relaxed SIMD' : 'SIMD'}, ${threads} thread${threads === 1 ? '' : 's'}`;
}

/** The size that an input has, from the network's and what is said about it. */
export function sizeOfInput(network: readonly (number | null)[], stated: readonly number[] = []) {
  const [height, width, channels] = network.map((dim, axis) => dim ?? stated[axis] ?? null);
  if (height == null || width == null || channels == null) {
    throw new EngineInputError({
      what: 'The network takes inputs of any size, and the engine is made for one.',
      found: formatShape(network),
      next: 'say inputShape: [height, width, channels]',
    });
  }
  return { height, width, channels };
}

/** What runs a program. */
interface Runner {
  readonly name: string;
  readonly notes: readonly string[];
  run(): void;
  stop(): void;
}

class Running implements Engine {
  readonly name: string;
  readonly layers: ReadonlySet<string>;
  readonly notes: readonly string[];
  readonly bytes: number;
  #held: { program: Program; floats: Float32Array; runner: Runner } | undefined;
  #observed = new Map<string, Float32Array>();

  constructor(program: Program, memory: WebAssembly.Memory, runner: Runner) {
    this.name = runner.name;
    this.layers = program.layers;
    this.notes = runner.notes;
    this.bytes = memory.buffer.byteLength;
    this.#held = { program, floats: new Float32Array(memory.buffer), runner };
  }

  run(input: Float32Array): Float32Array {
    const { program, floats, runner } = this.#running();
    const { height, width, lanes } = program.input;
    const size = height * width * lanes.length;
    const batch = input.length / size;
    if (!Number.isInteger(batch) || batch === 0) {
      throw new EngineInputError({
        what: 'The input is not of whole images.',
        found: `${input.length} values`,
        expected: `a multiple of ${size}: (batch, ${height}, ${width}, ${lanes.length})`,
        next: 'resize the images first',
      });
    }
    const names = [...program.values.keys()];
    const outputs = names.map((name) => new Float32Array(batch * valuesIn(program.values.get(name)!)));
    for (let image = 0; image < batch; image++) {
      setInput(floats, program, input.subarray(image * size, (image + 1) * size));
      runner.run();
      names.forEach((name, i) => {
        const value = program.values.get(name)!;
        const part = outputs[i]!.subarray(image * valuesIn(value), (image + 1) * valuesIn(value));
        copyOut(floats, value, part);
      });
    }
    this.#observed = new Map(names.map((name, i) => [name, outputs[i]!]));
    return this.#observed.get(program.output)!;
  }

  observed(layer: string): Float32Array {
    return this.#observed.get(layer)!;
  }

  dispose(): void {
    this.#held?.runner.stop();
    this.#held = undefined;
    this.#observed.clear();
  }

  #running() {
    if (this.#held === undefined)
      throw new EngineInputError({ what: 'The engine has been disposed of.', next: 'make another' });
    return this.#held;
  }
}
