// A program whose steps can be run one by one, so that each can be timed, with what it multiplies and the memory it takes.
// Read first: program.ts.
import { sizeOf } from '../core/tensor.js';
import { layersByName, type Network } from '../network/layer.js';
import type { Model } from '../network/model.js';
import { setInput, sizeOfInput } from './engine.js';
import type { Call, Job } from './lower/job.js';
import { type Program, type ProgramStep, programOf } from './program.js';
import type { Features } from './wasm/features.js';

/** What a task does, as reports sort them. `grouped`: the 1x1 convolutions of units, whether of one group or more. */
export type TaskKind =
  | 'convolution'
  | 'grouped'
  | 'depthwise'
  | 'batch-norm'
  | 'pool'
  | 'global-pool'
  | 'dense'
  | 'add'
  | 'relu'
  | 'copy';

/** A step that can be run on its own. */
export interface ProfiledStep {
  /** The layer that each of its tasks ends in: additions, batch norms and relus are part of what is before them. */
  readonly layers: readonly string[];
  readonly kinds: readonly TaskKind[];
  /** Multiply-adds of convolutions and dense layers, as the paper counts them. */
  readonly macs: number;
  run(): void;
}

/** Bytes of an engine's memory. */
export interface EngineMemory {
  /** Weights, folded, padded, and in the order in which they are read. */
  readonly weights: number;
  /** Maps, and the words of threads. */
  readonly maps: number;
}

/** A program with a handle on each of its steps. */
export interface Profile {
  readonly steps: readonly ProfiledStep[];
  readonly memory: EngineMemory;
}

/** The program that an engine of one thread runs for `input`, one image. */
export async function profileOf(
  model: Pick<Model, 'network' | 'weights'>,
  input: Float32Array,
  { inputShape, features }: { readonly inputShape: readonly number[]; readonly features: Features },
): Promise<Profile> {
  const shape = sizeOfInput(model.network.inputShape, inputShape);
  const program = programOf(model, shape, { features, fold: true, keep: new Set(), threads: 1 });
  const memory = new WebAssembly.Memory({ initial: program.pages, maximum: program.pages });
  const { instance } = await WebAssembly.instantiate(program.bytes, { engine: { memory } });
  for (const { address, length, write } of program.constants) write(new Float32Array(memory.buffer, address, length));
  setInput(new Float32Array(memory.buffer), program, input);
  // Once in order, so that every map holds what it will: kernels may be slower on what is no number.
  (instance.exports.run as () => void)();
  return {
    steps: program.steps.map((step) => profiled(step, model.network, instance.exports)),
    memory: memoryOf(program),
  };
}

function profiled({ jobs, parts }: ProgramStep, network: Network, exports: WebAssembly.Exports): ProfiledStep {
  const calls = parts.flat().map(({ kernel, args }: Call) => {
    return { kernel: exports[kernel.name] as (...args: number[]) => void, args };
  });
  const layers = layersByName(network);
  const isDense = ({ task: { name } }: Job) => layers.get(name)?.op === 'Dense';
  return {
    layers: jobs.map(({ task }) => task.name),
    kinds: jobs.map((job) => (isDense(job) ? 'dense' : kindOf(job))),
    macs: jobs.reduce((sum, job) => sum + macsOf(job), 0),
    run: () => {
      for (const { kernel, args } of calls) kernel(...args);
    },
  };
}

function kindOf({ task: { work } }: Job): TaskKind {
  switch (work.kind) {
    case 'convolution':
      return isPoint(work.window.size) ? 'grouped' : 'convolution';
    case 'depthwise':
      return isPoint(work.window.size) ? 'batch-norm' : 'depthwise';
    case 'gather':
      return 'copy';
    default:
      return work.kind;
  }
}

const isPoint = (size: readonly number[]): boolean => size.every((each) => each === 1);

/** A batch norm that nothing before it takes in is not counted. */
function macsOf(job: Job): number {
  const { work, output } = job.task;
  if (!('kernel' in work) || kindOf(job) === 'batch-norm') return 0;
  return output.store.height * output.store.width * sizeOf(work.kernel.shape);
}

/** Constants lie behind everything else. */
function memoryOf({ constants }: Program): EngineMemory {
  return {
    weights: constants.reduce((sum, { length }) => sum + 4 * length, 0),
    maps: constants[0]?.address ?? 0,
  };
}
