// What an export may be like beside its format. Read first: files.ts.
import { ExportOptionError } from './errors.js';
import type { ExportFormat } from './files.js';

/** Which axis of a picture holds the channels: the last, as in Keras, or the second. */
export type InputLayout = 'nhwc' | 'nchw';

/** Every layout, by the word that chooses it. */
export const INPUT_LAYOUTS: readonly InputLayout[] = ['nhwc', 'nchw'];

/** Options of an export. Not every format has them. */
export interface ExportOptions {
  /** Fold batch normalisations into the convolutions before them. `tfjs` and `onnx`, where it is the default. */
  readonly fold?: boolean;
  /** The layout of the input, and of an output that is a map. `onnx`; Keras's `nhwc` unless told. */
  readonly inputLayout?: InputLayout;
  /** SHA-256 of the files that the weights come from, in hexadecimal digits: written into the file where it has a place. */
  readonly hashes?: readonly string[];
}

/** Whether batch normalisations can be folded in that format, and are unless told otherwise. */
export const folds = (format: ExportFormat): boolean => format === 'tfjs' || format === 'onnx';

/** Throws an `ExportOptionError` for what that format leaves no choice about. */
export function checkExportOptions(format: ExportFormat, options: ExportOptions): void {
  if (format === 'onnx') return;
  const { fold, inputLayout } = options;
  if (fold !== undefined && !folds(format)) {
    throw new ExportOptionError(fold ? '--fold' : '--no-fold', format, 'tfjs or onnx');
  }
  if (inputLayout !== undefined) throw new ExportOptionError('--input-layout', format, 'onnx');
}
