// Copies: of channels within pixels, and of rows into a map that has its padding written out.
import type { Features } from '../wasm/features.js';
import type { FunctionBuilder } from '../wasm/function.js';

/** Channels that are copied, pixel by pixel. Steps are bytes from one pixel to the next. */
export interface GatherSpec {
  readonly inStep: number;
  readonly outStep: number;
  /** Float numbers (not bytes) within the input pixel and the output pixel. */
  readonly lanes: readonly (readonly [from: number, to: number])[];
}

/** Rows that are copied into a map with a border; the border itself is not written. */
export interface PadRowsSpec {
  /** Bytes of a row of the source. */
  readonly rowBytes: number;
  readonly outRowBytes: number;
  /** Rows above. */
  readonly top: number;
  /** Bytes to the left. */
  readonly left: number;
}

/** Parameters: input, output, p0, p1. Pixels p0 to p1 (exclusive) are copied. Maps must not overlap. */
export function gatherKernel(_name: string, _spec: GatherSpec, _features: Features): FunctionBuilder {
  throw new Error('not written yet');
}

/** Parameters: input, output, y0, y1. Rows y0 to y1 (exclusive) of the source are copied. */
export function padRowsKernel(_name: string, _spec: PadRowsSpec, _features: Features): FunctionBuilder {
  throw new Error('not written yet');
}
