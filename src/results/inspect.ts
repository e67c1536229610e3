// What `inspect` answers.
import type { Note } from '../core/weights.js';
import type { FileDescription, NetworkConfig } from './describe.js';

/** What is in a file of weights. */
export interface InspectResult {
  readonly file: FileDescription;
  /** `keras-hdf5-weights`, `keras-hdf5-model`, `safetensors`, `npz`, …. */
  readonly container: string;
  readonly kerasVersion: string | null;
  readonly backend: string | null;
  /** How layer names are written, and the network's settings; null where it is not the article's network. */
  readonly scheme: string | null;
  readonly config: NetworkConfig | null;
  /** In the file's order; only those that were asked for. */
  readonly layers: readonly InspectedLayer[];
  /** Of the whole file. `macs`: multiply-adds for one image, null where network or input size is not known. */
  readonly totals: {
    readonly layers: number;
    readonly weightedLayers: number;
    readonly weights: number;
    readonly parameters: number;
    readonly macs: number | null;
  };
  readonly notes: readonly Note[];
}

/** One layer, as the file calls it. */
export interface InspectedLayer {
  readonly name: string;
  readonly weights: readonly InspectedWeight[];
}

/** One weight. */
export interface InspectedWeight {
  readonly name: string;
  readonly role: string | null;
  readonly shape: readonly number[];
  readonly dtype: string;
  /** Why it cannot be read. */
  readonly fault?: string;
  readonly stats?: WeightStats;
}

/** Numbers about a weight's values, those that are not finite left out and counted. */
export interface WeightStats {
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** Population standard deviation. */
  readonly std: number | null;
  readonly zeros: number;
  readonly nonFinite: number;
}
