// `convert`: written under another name, read back, checked, and only then given its own; or not written at all.
import { dirname, join } from 'node:path';
import type { ExportFile, ExportFormat } from '../export/files.js';
import type { InputLayout } from '../export/options.js';
import type { Conversion, ConvertOptions } from '../jobs/convert.js';
import type { LoadingOptions } from '../jobs/model.js';
import { fileSource, writeOutputFile, writeOutputFolder } from '../node/files.js';
import { checkOutputs } from '../node/replaceable.js';
import { loadingCode } from '../report/loading-code.js';
import type { CheckLevel, ConvertCheck, ConvertResult } from '../results/convert.js';
import { NO, PASS } from './exit-codes.js';
import type { Answer } from './output.js';

/** Where and how `convert` writes. */
export interface ConvertTarget {
  readonly to?: ExportFormat;
  readonly output?: string;
  readonly force: boolean;
  readonly fold?: boolean;
  readonly inputLayout?: InputLayout;
  readonly check?: CheckLevel;
  readonly reference?: string;
  /** Everything but writing. */
  readonly dryRun?: boolean;
  /** List every layer that was run. */
  readonly all?: boolean;
}

/** `convert FILE`. The output is named after the network when no name is given. */
export async function runConvert(file: string, options: LoadingOptions, target: ConvertTarget): Promise<Answer> {
  const { convert } = await import('../jobs/convert.js');
  const { convertText } = await import('../report/convert.js');
  const conversion = await convert(await fileSource(file), await conversionOptions(options, target));
  const { format } = conversion;
  const output = target.output ?? join(dirname(file), defaultName(conversion));
  const write = format === 'tfjs' ? writeOutputFolder : writeFirst;
  const replacing = { force: target.force, inputs: inputsOf(file, target) };
  if (target.dryRun === true) await checkOutputs([output], { ...replacing, ...(format === 'tfjs' && { folder: [] }) });
  const { check, written } = await writeChecked(conversion, target, (checked) =>
    write(output, conversion.files, { ...replacing, check: checked }),
  );
  const path = format === 'tfjs' ? join(output, conversion.files[0]!.name) : output;
  const result = conversionResult(conversion, target, { output, path, written, check });
  return {
    command: 'convert',
    result,
    text: convertText(result, { all: target.all ?? false, dryRun: target.dryRun ?? false }),
    exitCode: check.verdict === 'pass' ? PASS : NO,
  };
}

/** What is read, and must not be replaced. */
export const inputsOf = (
  file: string,
  { reference, labels }: { readonly reference?: string; readonly labels?: string },
): string[] => [file, reference, labels].filter((path) => path !== undefined);

/** Formats of one file, whose names end in theirs. */
const ONE_FILE: readonly ExportFormat[] = ['onnx', 'keras', 'safetensors', 'npz'];

function formatOf(output: string | undefined): ExportFormat | undefined {
  return ONE_FILE.find((format) => output?.endsWith(`.${format}`));
}

const defaultName = ({ name, format }: Conversion): string => (format === 'tfjs' ? name : `${name}.${format}`);

const writeFirst: typeof writeOutputFolder = (path, files, options) => writeOutputFile(path, files[0]!, options);

/** The flags as the job's options. */
export async function conversionOptions(options: LoadingOptions, target: ConvertTarget): Promise<ConvertOptions> {
  const { fold, inputLayout, check, reference } = target;
  const { openRuntime } = await import('../node/open-runtime.js');
  return {
    ...options,
    to: target.to ?? formatOf(target.output) ?? 'tfjs',
    ...(fold !== undefined && { fold }),
    ...(inputLayout !== undefined && { inputLayout }),
    ...(check !== undefined && { check }),
    ...(reference !== undefined && { reference: await fileSource(reference) }),
    openRuntime,
  };
}

/** Thrown through the writer, so that files which a run found wrong never get their name. */
class NotToBeWritten extends Error {}

/** Has files written, if the check of what was read back passes; with `dryRun` checks them in memory. */
export async function writeChecked(
  conversion: Conversion,
  { dryRun = false }: Pick<ConvertTarget, 'dryRun'>,
  write: (check: (files: readonly ExportFile[]) => Promise<void>) => Promise<void>,
): Promise<{ readonly check: ConvertCheck; readonly written: boolean }> {
  if (dryRun) return { check: await conversion.check(conversion.files), written: false };
  let check: ConvertCheck | undefined;
  try {
    await write(async (files) => {
      check = await conversion.check(files);
      if (check.verdict === 'fail') throw new NotToBeWritten();
    });
    return { check: check!, written: true };
  } catch (error) {
    if (!(error instanceof NotToBeWritten)) throw error;
    return { check: check!, written: false };
  }
}

/** The result, with where it lies and how it is loaded from there. */
export function conversionResult(
  { check: _, forRuntime: __, name: ___, input, files, ...rest }: Conversion,
  { inputLayout }: Pick<ConvertTarget, 'inputLayout'>,
  done: { readonly output: string; readonly path: string; readonly written: boolean; readonly check: ConvertCheck },
): ConvertResult {
  const { path, ...told } = done;
  const { format, config } = rest;
  return {
    ...rest,
    ...told,
    files: files.map(({ name, bytes }) => ({ name, bytes: bytes.length })),
    loading: loadingCode({ format, config, path, input, nchw: inputLayout === 'nchw' }),
  };
}
