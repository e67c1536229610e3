// A model as the files that `shuffleport/runtime` loads from a folder: the weights, and config.json beside them.
import { encodeText } from '../core/bytes.js';
import { exportModel, verifyExport } from '../export/export.js';
import type { ExportFile } from '../export/files.js';
import { configRecord, type ModelFacts } from '../shufflenet/config.js';
import type { ShuffleNetModel } from '../shufflenet/load.js';

/** The files, and the check that what was written is the model. */
export interface RuntimeFiles {
  /** The weights, then config.json. */
  readonly files: readonly ExportFile[];
  /** Rejects unless the weights, as read back, are the model's bit for bit. */
  check(files: readonly ExportFile[]): Promise<void>;
}

/** The model with what a page wants to know of it. */
export async function runtimeFiles(model: ShuffleNetModel, facts: Omit<ModelFacts, 'weights'>): Promise<RuntimeFiles> {
  const weights = await exportModel(model, 'safetensors');
  const record = configRecord(model.settings, { weights: weights[0]!.name, ...facts });
  const config = { name: 'config.json', bytes: encodeText(`${JSON.stringify(record, undefined, 2)}\n`) };
  return { files: [...weights, config], check: ([first]) => verifyExport(model, 'safetensors', [first!]) };
}
