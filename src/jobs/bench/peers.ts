// Other people's runtimes beside the engine: what a job needs of them. They are opened where packages can be found.
import type { Tensor } from '../../core/tensor.js';
import type { ShuffleNetModel } from '../../shufflenet/load.js';

/** A runtime that holds the network and its input, on one thread. */
export interface Peer {
  /** `onnxruntime-web 1.30.0`. */
  readonly name: string;
  /** Computes the output; what is timed. */
  run(): Promise<unknown>;
  /** The output, maps as `(batch, height, width, channels)`, row-major. */
  output(): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Those that are there, and the packages of those that are not. */
export interface Peers {
  readonly peers: readonly Peer[];
  readonly missing: readonly string[];
}

/** Opens every peer that is installed. */
export type OpenPeers = (model: ShuffleNetModel, input: Tensor<Float32Array>) => Promise<Peers>;

/** Of the largest output: a hundred times what float32 leaves, a hundredth of what a wrong layer makes. */
const TOLERANCE = 1e-3;

/** The largest difference, relative to the largest value expected. Infinite where nothing can be compared. */
export function differenceOf(found: Float32Array, expected: Float32Array): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY;
  const [error, largest] = expected.reduce(
    ([error, largest], value, i) => [Math.max(error, Math.abs(found[i]! - value)), Math.max(largest, Math.abs(value))],
    [0, 0],
  );
  // NaN on either side: `Math.max` hands it on.
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error / largest;
}

/** Whether outputs that differ so are of the same network. */
export const isSame = (difference: number): boolean => difference <= TOLERANCE;
