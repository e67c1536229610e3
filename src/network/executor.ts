// Anything that runs a network: our evaluator, our engine, an exported model in somebody's runtime.
import { sizeOf, type Tensor } from '../core/tensor.js';

/** Runs a network on one batch and hands out what the layers computed. */
export interface Executor {
  /** Who computes, for reports: `evaluator`, `tfjs-wasm 4.22.0`. */
  readonly name: string;
  /** The names that may be observed, where not every layer of the network is there: an export has folded some away. */
  readonly layers?: ReadonlySet<string>;
  /** Terms of the longest sum that may begin with a folded bias; nothing where batch normalisations are not folded. */
  readonly biasedTerms?: number;
  /**
   * Runs `input`, `(batch, height, width, channels)`, and returns the outputs of the layers named in `observe`; the
   * network's output alone when it is left out. The batch dimension stays first.
   */
  run(input: Tensor, observe?: readonly string[]): Promise<ReadonlyMap<string, Tensor>>;
}

/** Terms of the longest sum among convolutions of these kernels, `(height, width, channels in, channels out)` in any order of axes. */
export function longestSum(kernels: readonly (readonly number[])[], channelsOut: number): number {
  return Math.max(0, ...kernels.map((shape) => sizeOf(shape) / shape[channelsOut]!));
}
