// Maximum and average under a window; padding is never counted.
import type { Features } from '../wasm/features.js';
import type { FunctionBuilder } from '../wasm/function.js';
import type { WindowedMap } from './windowed-map.js';

/** Pooling under a moving window. */
export interface PoolingSpec {
  readonly map: WindowedMap;
  readonly vectors: number;
  readonly kind: 'max' | 'average';
  readonly relu: boolean;
}

/**
 * Parameters: input, output, zeros, y0, y1. Addresses are those of whole maps; output rows y0 to y1 (exclusive) are
 * computed. `zeros` is a row of zeros as long as an input row, `width * inStep`.
 */
export function poolingKernel(_name: string, _spec: PoolingSpec, _features: Features): FunctionBuilder {
  throw new Error('not written yet');
}
