// Depthwise convolution of any window.
import type { Features } from '../wasm/features.js';
import type { FunctionBuilder } from '../wasm/function.js';
import type { WindowedMap } from './windowed-map.js';

/** A depthwise convolution with bias: every channel has a kernel of its own. */
export interface DepthwiseSpec {
  readonly map: WindowedMap;
  readonly vectors: number;
  readonly relu: boolean;
}

/** What a depthwise convolution multiplies with. */
export interface DepthwiseWeights {
  /** `(window height * window width, channels)`, row by row. */
  readonly kernel: Float32Array;
  readonly channels: number;
  readonly bias: Float32Array | undefined;
  /** For each of the `4 * vectors` lanes, its channel, or -1 for padding. */
  readonly lanes: readonly number[];
}

/**
 * Parameters: input, weights, output, zeros, y0, y1. Addresses are those of whole maps; output rows y0 to y1 (exclusive)
 * are computed. `zeros` is a row of zeros as long as an input row, `width * inStep`.
 */
export function depthwiseKernel(_name: string, _spec: DepthwiseSpec, _features: Features): FunctionBuilder {
  throw new Error('not written yet');
}

/** The weights in the order in which the kernel reads them. */
export function packDepthwise(_spec: DepthwiseSpec, _weights: DepthwiseWeights): Float32Array {
  throw new Error('not written yet');
}
