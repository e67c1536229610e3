// What `convert` answers.
import type { LoadReport } from '../network/model.js';
import type { FileDescription, NetworkConfig } from './describe.js';

/** A conversion, read back and compared. */
export interface ConvertResult {
  readonly source: FileDescription;
  readonly format: string;
  /** Where it was written. */
  readonly output: string;
  readonly files: readonly FileDescription[];
  readonly config: NetworkConfig;
  readonly parameters: number;
  /** Whether batch normalisations were folded into the convolutions before them. */
  readonly folded: boolean;
  readonly report: LoadReport;
}
