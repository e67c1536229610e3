// What `predict` answers.
import type { FileDescription, NetworkConfig } from './describe.js';

/** A network's outputs for some inputs. */
export interface PredictResult {
  readonly source: FileDescription;
  readonly input: FileDescription & { readonly shape: readonly number[]; readonly preprocess: string };
  readonly config: NetworkConfig;
  /** The layer whose output this is. */
  readonly output: string;
  readonly shape: readonly number[];
  /** One per image. */
  readonly predictions: readonly Prediction[];
}

/** One image's classes, most probable first; without a top, its features instead. */
export interface Prediction {
  readonly classes: readonly { readonly index: number; readonly label: string | null; readonly probability: number }[];
  readonly features?: readonly number[];
}
