// Exported models in the runtimes that they are made for, if those are installed. Read first: runtime.ts.
import { UsageError } from '../../core/errors.js';
import type { ExportFile } from '../../export/files.js';
import { onnxruntimeExecutor } from './onnxruntime.js';
import { type ExportExecutor, type ImportPackage, importPackage } from './runtime.js';
import { tfjsExecutor, tfjsNodeExecutor } from './tfjs.js';

export type { ExportExecutor } from './runtime.js';

/** Runtimes, by the word that chooses one. */
export const RUNTIMES = ['onnxruntime', 'tfjs', 'tfjs-node'] as const;

/** One of them. */
export type RuntimeName = (typeof RUNTIMES)[number];

/** Formats that a runtime takes. */
export type RunnableFormat = 'onnx' | 'tfjs';

/** The format that each runtime takes. */
export const FORMAT_OF: Readonly<Record<RuntimeName, RunnableFormat>> = {
  onnxruntime: 'onnx',
  tfjs: 'tfjs',
  'tfjs-node': 'tfjs',
};

/** How to run an export. */
export interface ExecutorOptions {
  /** Which runtime; without it `onnxruntime` for ONNX, and `tfjs` for a graph model. */
  readonly runtime?: RuntimeName;
  /** How packages are found. */
  readonly load?: ImportPackage;
}

/**
 * The export in a runtime. Throws a `RuntimeMissingError` where that is not installed, and a `UsageError` where it does
 * not take the format.
 */
export async function executorFor(
  format: RunnableFormat,
  files: readonly ExportFile[],
  { runtime = format === 'onnx' ? 'onnxruntime' : 'tfjs', load = importPackage }: ExecutorOptions = {},
): Promise<ExportExecutor> {
  if (FORMAT_OF[runtime] !== format) {
    const fitting = RUNTIMES.filter((name) => FORMAT_OF[name] === format);
    throw new UsageError({ what: `${runtime} does not run ${format}.`, expected: fitting.join(' or ') });
  }
  switch (runtime) {
    case 'onnxruntime':
      return onnxruntimeExecutor(files[0]!.bytes, load);
    case 'tfjs':
      return tfjsExecutor(files, load);
    case 'tfjs-node':
      return tfjsNodeExecutor(files, load);
  }
}
