// What `verify` answers.
import type { Note } from '../core/weights.js';
import type { FileDescription, NetworkConfig } from './describe.js';

/** A network held against recorded outputs. */
export interface VerifyResult {
  readonly source: FileDescription;
  readonly reference: FileDescription;
  /** `undecided`: two poolings fit equally well, and nobody said which one it is. */
  readonly verdict: 'pass' | 'fail' | 'undecided';
  readonly executor: string;
  /** Largest error allowed, relative to the largest value recorded for the layer. */
  readonly tolerance: number;
  readonly config: NetworkConfig;
  readonly pooling: PoolingDecision;
  readonly firstFailure: VerifiedLayer | null;
  readonly layers: readonly VerifiedLayer[];
  /** Keys of the reference that name no layer of the network. */
  readonly notCompared: readonly string[];
  /** Layers of the file outside the network. */
  readonly otherLayers: readonly string[];
  readonly notes: readonly Note[];
}

/** Which pooling was used, and who said so. `reference`: both were tried, and this one fits. */
export interface PoolingDecision {
  readonly decision: 'max' | 'avg' | null;
  readonly source: 'flag' | 'config' | 'metadata' | 'reference' | 'none';
}

/** One layer's verdict. Errors are null where shapes differ. */
export interface VerifiedLayer {
  readonly layer: string;
  readonly key: string;
  readonly verdict: 'pass' | 'fail';
  readonly shape: readonly number[];
  readonly maxAbsError: number | null;
  /** Relative to the largest value recorded for the layer. */
  readonly maxRelError: number | null;
  readonly reason?: string;
}
