// What `convert` answers.
import type { LoadReport } from '../network/model.js';
import type { FileDescription, NetworkConfig } from './describe.js';
import type { VerifiedLayer } from './verify.js';

/** How what was written is checked: not, by its weights and its graph, or by running it, too. */
export type CheckLevel = 'none' | 'weights' | 'run';

/** A conversion, and what its check found. */
export interface ConvertResult {
  readonly source: FileDescription;
  readonly format: string;
  /** Where it was written, or would have been. */
  readonly output: string;
  /** Whether it is there: not after `--dry-run`, and not where a run failed. */
  readonly written: boolean;
  readonly files: readonly FileDescription[];
  readonly config: NetworkConfig;
  readonly parameters: number;
  /** Whether batch normalisations were folded into the convolutions before them. */
  readonly folded: boolean;
  readonly report: LoadReport;
  /** The network as its layers in Keras, and the file it came in. */
  readonly before: Extent;
  readonly after: Extent;
  readonly check: ConvertCheck;
  /** How to load the result. */
  readonly loading: readonly LoadingCode[];
}

/** How much there is of something. */
export interface Extent {
  /** Null where there are weights only. */
  readonly operators: number | null;
  readonly parameters: number;
  readonly bytes: number;
}

/** What the check of the written bytes found. A difference of weights or graph is an error, and no result. */
export interface ConvertCheck {
  readonly level: CheckLevel;
  readonly verdict: 'pass' | 'fail';
  /** Null where nothing was run. */
  readonly run: ConvertRun | null;
}

/** The written bytes, run. */
export interface ConvertRun {
  /** What ran them: `onnxruntime-web 1.30.0`. */
  readonly executor: string;
  readonly input: 'noise' | 'reference';
  /** Of the input, batch first. */
  readonly shape: readonly number[];
  /** Layers of the network that the file still has, in the network's order. */
  readonly layers: readonly RunLayer[];
  /** The one that uses the largest share. */
  readonly worst: RunLayer | null;
  /** How many layers the file has no more: folded, or inside a grouped convolution. */
  readonly gone: number;
  /** The same run held against what was recorded; null without a reference. */
  readonly reference: ConvertReference | null;
}

/** A layer's error, against the evaluation in float64. */
export interface RunLayer {
  readonly layer: string;
  /** Null where the shape is another. */
  readonly maxAbsError: number | null;
  /** Of the error expected of float32: above 1 is a failure. */
  readonly share: number;
}

/** Recorded layers, against the run and against each layer's own bound. */
export interface ConvertReference {
  readonly name: string;
  readonly verdict: 'pass' | 'fail';
  readonly layers: readonly VerifiedLayer[];
  /** The first layer at fault, and why. */
  readonly reason: string | null;
  readonly notCompared: readonly string[];
}

/** Three lines of code that load the result. */
export interface LoadingCode {
  readonly language: 'javascript' | 'python';
  readonly code: string;
}
