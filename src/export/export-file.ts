// What an export is made of. Read first in this room; files.ts is its index.

/** One file of an export. `name` is relative to where the export goes and uses `/`: `NAME/model.json`. */
export interface ExportFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What a model can be written as. */
export type ExportFormat = 'tfjs' | 'safetensors' | 'npz';
