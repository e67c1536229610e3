// What `bench` answers: times, in milliseconds, and what they mean on the machine at hand.
import type { FileDescription, NetworkConfig } from './describe.js';

/** Of repeated measurements. The least is what the machine can do, the median what it did. */
export interface Spread {
  readonly least: number;
  readonly median: number;
}

/** One that runs the network, beside the others. */
export interface BenchRunner {
  /** `engine, relaxed SIMD, 1 thread`, `onnxruntime-web 1.30.0`. */
  readonly name: string;
  /** The largest difference from the engine's outputs, relative to their largest. */
  readonly difference: number;
  /** Milliseconds an image; null where the outputs are others, and times would compare nothing. */
  readonly time: Spread | null;
  /** Billions of multiply-adds a second, at the least time. */
  readonly gmacs: number | null;
  /** The median of its time over the engine's in the same round. */
  readonly ratio: number | null;
}

/** A task of the engine, or all tasks of a kind. */
export interface BenchPart {
  readonly macs: number;
  readonly time: Spread;
  /** At the least time; null where nothing is multiplied. */
  readonly gmacs: number | null;
  /** Of the measured peak. */
  readonly share: number | null;
}

/** All tasks of a kind. */
export interface BenchKind extends BenchPart {
  readonly kind: string;
  readonly tasks: number;
}

/** One task. */
export interface BenchLayer extends BenchPart {
  /** The layer that it ends in. */
  readonly layer: string;
  readonly kind: string;
}

/** How the engine was made. */
export interface BenchEngine {
  readonly threads: number;
  readonly relaxedSimd: boolean;
  readonly barriers: boolean;
  /** What runs slower than it might, and why. */
  readonly notes: readonly string[];
  /** Milliseconds: from the file to the model, from that to the engine, and the first run, before code is optimised. */
  readonly load: { readonly model: number; readonly engine: number; readonly firstResult: number };
  /** Bytes of memory in all, of packed weights, and of maps. */
  readonly memory: { readonly bytes: number; readonly weights: number; readonly maps: number };
}

/** A network's speed on this machine. */
export interface BenchResult {
  readonly source: FileDescription;
  readonly config: NetworkConfig;
  /** `[height, width, channels]`, one image. */
  readonly input: readonly number[];
  /** Multiply-adds of an image. */
  readonly macs: number;
  readonly engine: BenchEngine;
  /** Timed runs of each, in turns. */
  readonly runs: number;
  /** GMAC/s of one thread, measured in the same rounds: `best`, and the median. */
  readonly peak: { readonly best: number; readonly median: number };
  /** The engine's multiply-adds a second by the peak's. */
  readonly share: number;
  /** The engine first; on more threads, if they were asked for; then the peers. */
  readonly runners: readonly BenchRunner[];
  /** Peers that are not installed; null where none were asked for. */
  readonly missing: readonly string[] | null;
  readonly kinds: readonly BenchKind[];
  readonly layers: readonly BenchLayer[];
}
