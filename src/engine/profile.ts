// A program whose steps can be run one by one, so that each can be timed, with what it multiplies and the memory it takes.
// Read first: program.ts.
import { sizeOf } from '../core/tensor.js';
import { type Layer, layersByName, type Network } from '../network/layer.js';
import type { Model } from '../network/model.js';
import { sizeOfInput } from './engine.js';
import { loadProgram } from './instance.js';
import type { Job } from './lower/job.js';
import { type Program, type ProgramStep, programOf } from './program.js';
import { readValue, setInput } from './values.js';
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

/** What a step computes for one layer, or for several that have become one. */
export interface ProfiledTask {
  /** The layer that it ends in: additions, batch norms and relus are part of what is before them. */
  readonly layer: string;
  readonly kind: TaskKind;
  /** Multiply-adds of convolutions and dense layers, as the paper counts them. */
  readonly macs: number;
}

/** A step that can be run on its own: a task, or several band by band. */
export interface ProfiledStep {
  readonly tasks: readonly ProfiledTask[];
  /** Runs it, and gives each task's milliseconds. */
  run(now: () => number): number[];
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
  /** What the steps gave, one after the other. */
  readonly output: Float32Array;
}

/** The program that an engine of one thread runs for `input`, one image. */
export async function profileOf(
  model: Pick<Model, 'network' | 'weights'>,
  input: Float32Array,
  { inputShape, features }: { readonly inputShape: readonly number[]; readonly features: Features },
): Promise<Profile> {
  const shape = sizeOfInput(model.network.inputShape, inputShape);
  const program = programOf(model, shape, { features, fold: true, keep: new Set(), threads: 1 });
  const { memory, exports } = await loadProgram(program, false);
  const floats = new Float32Array(memory.buffer);
  setInput(floats, program, input);
  const steps = program.steps.map((step) => profiled(step, model.network, exports));
  // Once in order, so that every map holds what it will.
  for (const step of steps) step.run(() => 0);
  return { steps, memory: memoryOf(program), output: readValue(floats, program.values.get(program.output)!) };
}

function profiled({ jobs, parts }: ProgramStep, network: Network, exports: WebAssembly.Exports): ProfiledStep {
  const calls = parts.flat().map(({ kernel, args, job }) => {
    return { kernel: exports[kernel.name] as (...args: number[]) => void, args, job };
  });
  const layers = layersByName(network);
  return {
    tasks: jobs.map((job) => taskOf(job, layers)),
    run: (now) => {
      const times = jobs.map(() => 0);
      let last = now();
      for (const { kernel, args, job } of calls) {
        kernel(...args);
        const time = now();
        times[job]! += time - last;
        last = time;
      }
      return times;
    },
  };
}

function taskOf(job: Job, layers: ReadonlyMap<string, Layer>): ProfiledTask {
  const { name } = job.task;
  const kind = layers.get(name)?.op === 'Dense' ? 'dense' : kindOf(job);
  return { layer: name, kind, macs: macsOf(job) };
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
