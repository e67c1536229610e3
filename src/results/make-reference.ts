// What `make-reference` answers.
import type { Note } from '../core/weights.js';
import type { FileDescription, NetworkConfig } from './describe.js';

/** Which script. `keras`: it runs the user's Keras. `numpy`: it computes the network itself, with numpy and h5py only. */
export type Flavour = 'keras' | 'numpy';

/** A script that records a network's layers, written. */
export interface MakeReferenceResult {
  readonly source: FileDescription;
  /** Of the source, in hexadecimal: the script accepts no other file. */
  readonly sha256: string;
  readonly flavour: Flavour;
  /** Where the script was written. */
  readonly output: string;
  readonly config: NetworkConfig;
  /** `(height, width, channels)` of the random images that the script makes unless it is given others. */
  readonly randomInput: readonly [number, number, number];
  readonly notes: readonly Note[];
}
