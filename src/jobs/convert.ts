// A file of weights as a model for JavaScript: the bytes, and the check that what was written reads back the same.
import type { Source } from '../checkpoint/source.js';
import { exportModel, verifyExport } from '../export/export.js';
import type { ExportFile, ExportFormat } from '../export/files.js';
import { checkExportOptions, type ExportOptions, folds } from '../export/options.js';
import { networkParameters } from '../network/cost.js';
import type { ConvertResult } from '../results/convert.js';
import { hashesOf } from './certificate.js';
import { type LoadingOptions, loadModel } from './model.js';

/** What to write. */
export interface ConvertOptions extends LoadingOptions, Pick<ExportOptions, 'fold' | 'inputLayout'> {
  readonly to: ExportFormat;
}

/** A conversion in memory. Whoever writes `files` reads them back and passes them to `check` before saying it is done. */
export interface Conversion extends Omit<ConvertResult, 'output' | 'files'> {
  /** The article's name for the network: the default name of what is written. */
  readonly name: string;
  readonly files: readonly ExportFile[];
  /** Rejects unless the files, as read back, hold every weight bit for bit. */
  check(files: readonly ExportFile[]): Promise<void>;
}

/** Loads the network in `source` and writes it in another format, in memory. */
export async function convert(source: Source, options: ConvertOptions): Promise<Conversion> {
  const { to, fold, inputLayout, ...loading } = options;
  const choices: ExportOptions = {
    ...(fold !== undefined && { fold }),
    ...(inputLayout !== undefined && { inputLayout }),
  };
  checkExportOptions(to, choices);
  const model = await loadModel(source, loading);
  const chosen = to === 'onnx' ? { ...choices, hashes: await hashesIn(source) } : choices;
  const files = await exportModel(model, to, chosen);
  const check = (written: readonly ExportFile[]): Promise<void> => verifyExport(model, to, written, chosen);
  await check(files);
  return {
    source: { name: source.name, bytes: source.size },
    format: to,
    name: model.network.name,
    config: model.settings,
    parameters: networkParameters(model.network),
    report: model.report,
    folded: folds(to) && fold !== false,
    files,
    check,
  };
}

/** Without names: where the file lies must not decide the bytes of what is made of it. */
const hashesIn = async (source: Source): Promise<string[]> => (await hashesOf(source)).map(({ sha256 }) => sha256);
