// Exported models in the runtimes that they are made for, if those are installed. Read first: runtime.ts.
import { UsageError } from '../../core/errors.js';
import { keepingAwake } from '../../core/keep-awake.js';
import type { ExportFile } from '../../export/files.js';
import { FORMAT_OF, RUNTIMES, type RunnableFormat, type RuntimeName } from './names.js';
import { onnxruntimeExecutor } from './onnxruntime.js';
import { type ExportExecutor, type ImportPackage, importPackage, told } from './runtime.js';
import { tfjsExecutor, tfjsNodeExecutor } from './tfjs.js';

export type { RunnableFormat, RuntimeName } from './names.js';
export type { ExportExecutor, ImportPackage } from './runtime.js';

/** How to run an export. */
export interface ExecutorOptions {
  /** Which runtime; without it `onnxruntime` for ONNX, and `tfjs` for a graph model. */
  readonly runtime?: RuntimeName;
  /** How packages are found. */
  readonly load?: ImportPackage;
}

/**
 * The export in a runtime. Throws a `RuntimeMissingError` where that is not installed, and a `UsageError` where it does
 * not take the format; running it, a `RuntimeFailedError` where the runtime refuses.
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
  const executor = await keepingAwake(MAKERS[runtime](files, load));
  return { ...executor, run: (input, observe) => told(executor.name, () => executor.run(input, observe)) };
}

const MAKERS = {
  onnxruntime: ([file]: readonly ExportFile[], load: ImportPackage) => onnxruntimeExecutor(file!.bytes, load),
  tfjs: tfjsExecutor,
  'tfjs-node': tfjsNodeExecutor,
} as const;
