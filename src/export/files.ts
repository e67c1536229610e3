// Index of the room: a model in, the files of one format out, and the proof that they hold what went in.
import { isShuffleportError } from '../core/errors.js';
import type { ShuffleNetModel } from '../shufflenet/load.js';
import { ExportReadBackError } from './errors.js';
import type { ExportFile, ExportFormat } from './export-file.js';
import { verifyNpzModel, writeNpzModel } from './npz.js';
import { verifySafetensorsModel, writeSafetensorsModel } from './safetensors.js';
import { verifyTfjsModel } from './tfjs/verify.js';
import { writeTfjsModel } from './tfjs/write.js';

export type { ExportFile, ExportFormat } from './export-file.js';

/** Every format, by the word that chooses it. */
export const EXPORT_FORMATS: readonly ExportFormat[] = ['tfjs', 'safetensors', 'npz'];

/**
 * The model as files: `NAME/model.json` and `NAME/group1-shard1ofN.bin` (tfjs), `NAME.safetensors` or `NAME.npz`, where
 * NAME is the network's name. The same model makes the same bytes.
 */
export function exportModel(model: ShuffleNetModel, format: ExportFormat): ExportFile[] {
  switch (format) {
    case 'tfjs':
      return writeTfjsModel(model);
    case 'safetensors':
      return writeSafetensorsModel(model);
    case 'npz':
      return writeNpzModel(model);
  }
}

/**
 * Parses the bytes of an export of `exportModel`, as read back from where they were written, and compares every weight
 * bit for bit, the settings, and for tfjs the graph. Throws `ExportReadBackError` at the first difference.
 */
export function verifyExport(model: ShuffleNetModel, files: readonly ExportFile[]): void {
  const [file] = files;
  if (file === undefined) throw new ExportReadBackError(model.network.name, 'no files', 'at least one');
  try {
    if (file.name.endsWith('.safetensors')) verifySafetensorsModel(model, file);
    else if (file.name.endsWith('.npz')) verifyNpzModel(model, file);
    else verifyTfjsModel(model, files);
  } catch (cause) {
    if (!isShuffleportError(cause) || cause instanceof ExportReadBackError) throw cause;
    const { what, where = file.name } = cause.explanation;
    throw new ExportReadBackError(where, what, 'the file that was written', { cause });
  }
}
