// Maximum and average over all pixels.
import type { Features } from '../wasm/features.js';
import type { FunctionBuilder } from '../wasm/function.js';

/** Pooling over whole maps. */
export interface GlobalPoolingSpec {
  readonly pixels: number;
  readonly inStep: number;
  readonly vectors: number;
  readonly kind: 'max' | 'average';
  readonly relu: boolean;
}

/** Parameters: input, output, v0, v1. Vectors v0 to v1 (exclusive) are computed. */
export function globalPoolingKernel(_name: string, _spec: GlobalPoolingSpec, _features: Features): FunctionBuilder {
  throw new Error('not written yet');
}
