// Settings and weights as the results of jobs show them: plain data, the same in every report.
import type { ShuffleNetSettings } from '../shufflenet/settings.js';

/** A network's settings. `pooling` is null where there is none, or where nobody says. */
export type NetworkConfig = ShuffleNetSettings;

/** A file, for reports. */
export interface FileDescription {
  readonly name: string;
  readonly bytes: number;
}
