// What `predict` answers.
import type { Prediction } from '../shufflenet/predictions.js';
import type { FileDescription, NetworkConfig } from './describe.js';

/** A network's outputs for some inputs. */
export interface PredictResult {
  readonly source: FileDescription;
  readonly input: FileDescription & { readonly shape: readonly number[]; readonly preprocess: string };
  readonly config: NetworkConfig;
  /** What computed: `engine, relaxed SIMD, 1 thread`, `evaluator`. */
  readonly executor: string;
  /** The layer whose output this is. */
  readonly output: string;
  readonly shape: readonly number[];
  /** One per image. */
  readonly predictions: readonly Prediction[];
}
