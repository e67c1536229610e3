// What an export is made of. Read first in this room; then export.ts, its index.

/** One file of an export, as it is written or as it was read back. */
export interface ExportFile {
  /** Base name: all files of an export lie in one folder, which the caller chooses. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * `tfjs`: a TensorFlow.js graph model. `onnx`: an ONNX model. `keras`: a `.keras` file of Keras 3. `safetensors`, `npz`: the weights by layer and role, with
 * the settings.
 */
export type ExportFormat = 'tfjs' | 'onnx' | 'keras' | 'safetensors' | 'npz';

/** Every format, by the word that chooses it. */
export const EXPORT_FORMATS: readonly ExportFormat[] = ['tfjs', 'onnx', 'keras', 'safetensors', 'npz'];
