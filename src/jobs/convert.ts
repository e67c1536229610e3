// A file of weights as a model for JavaScript: the bytes, and the check that what was written is the model.
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { Source } from '../checkpoint/source.js';
import { printable } from '../core/text.js';
import type { Note } from '../core/weights.js';
import { type ExportContents, exportContents } from '../export/contents.js';
import { exportModel, verifyExport } from '../export/export.js';
import type { ExportFile, ExportFormat } from '../export/files.js';
import { checkExportOptions, type ExportOptions, folds } from '../export/options.js';
import { networkParameters } from '../network/cost.js';
import type { Executor } from '../network/executor.js';
import { type Fixture, readFixture } from '../parity/fixture.js';
import type { CheckLevel, ConvertCheck, ConvertResult, ConvertRun } from '../results/convert.js';
import type { ModelFacts } from '../shufflenet/config.js';
import { checkLabels } from '../shufflenet/predictions.js';
import type { Pooling } from '../shufflenet/settings.js';
import { hashesOf } from './certificate.js';
import { type FileInference, infer, withCheckpoint } from './inference.js';
import { decidedPooling, type LoadedModel, type LoadingOptions, loadWith } from './model.js';
import { heldRun, type OpenRuntime, type RunMaterial, runCheck, runPasses } from './run-check.js';
import { type RuntimeFiles, runtimeFiles } from './runtime-files.js';
import { tryAll } from './verify.js';

/** What to write, and how to check it. */
export interface ConvertOptions extends LoadingOptions, Pick<ExportOptions, 'fold' | 'inputLayout'> {
  readonly to: ExportFormat;
  /** What `Conversion.check` does: `weights`, unless there is a reference to `run`. */
  readonly check?: CheckLevel;
  /** Recorded outputs. They tell the pooling where nobody says, and what is run is held against them, too. */
  readonly reference?: Source;
  /** Runs `tfjs` and `onnx`; without it those cannot be checked by a run. */
  readonly openRuntime?: OpenRuntime;
}

/** A conversion in memory. Whoever writes `files` reads them back and passes them to `check` before saying it is done. */
export interface Conversion
  extends Omit<ConvertResult, 'format' | 'output' | 'written' | 'files' | 'check' | 'loading'> {
  readonly format: ExportFormat;
  /** The article's name for the network: the default name of what is written. */
  readonly name: string;
  /** The name of its input. */
  readonly input: string;
  readonly files: readonly ExportFile[];
  /**
   * Rejects unless the files, as read back, hold every weight bit for bit, and the graph. With `run` they are run, too;
   * a run that is further off than float32 explains is a verdict, and no rejection.
   */
  check(files: readonly ExportFile[]): Promise<ConvertCheck>;
  /** The same model for `shuffleport/runtime`, with what a page wants to know of it. */
  forRuntime(facts?: Omit<ModelFacts, 'weights'>): Promise<RuntimeFiles>;
  /** Holds a run of the files in a runtime of the caller's as `check` holds its own: each layer that it says it has. */
  heldRun(executor: Executor): Promise<ConvertRun>;
}

/** Loads the network in `source` and writes it in another format, in memory. */
export async function convert(source: Source, options: ConvertOptions): Promise<Conversion> {
  const { to, fold, inputLayout, check: level, reference, openRuntime, ...loading } = options;
  const choices: ExportOptions = {
    ...(fold !== undefined && { fold }),
    ...(inputLayout !== undefined && { inputLayout }),
  };
  checkExportOptions(to, choices);
  const fixture = reference && readFixture(await reference.bytes(), printable(reference.name));
  const loaded = await withCheckpoint(source, (checkpoint) => load(checkpoint, fixture, loading));
  const { model } = loaded;
  const chosen = to === 'onnx' ? { ...choices, hashes: await hashesIn(source) } : choices;
  const files = await exportModel(model, to, chosen);
  const material: RunMaterial = { ...loaded, format: to, fixture, openRuntime };
  return {
    source: { name: source.name, bytes: source.size },
    format: to,
    name: model.network.name,
    input: model.network.input,
    config: model.settings,
    parameters: networkParameters(model.network),
    report: { ...model.report, notes: [...model.report.notes, ...openSizeNotes(model, to)] },
    folded: folds(to) && fold !== false,
    ...extents(source, material, files),
    files,
    forRuntime: async (facts = {}) => {
      checkLabels(model.settings, facts.labels);
      return runtimeFiles(model, facts);
    },
    check: async (written) => {
      const done = level ?? (fixture === undefined ? 'weights' : 'run');
      if (done === 'none') return { level: done, verdict: 'pass', run: null };
      await verifyExport(model, to, written, chosen);
      if (done === 'weights') return { level: done, verdict: 'pass', run: null };
      const run = await runCheck(written, material);
      return { level: done, verdict: runPasses(run) ? 'pass' : 'fail', run };
    },
    heldRun: (executor) => heldRun(executor, material),
  };
}

/** Without names: where the file lies must not decide the bytes of what is made of it. */
const hashesIn = async (source: Source): Promise<string[]> => (await hashesOf(source)).map(({ sha256 }) => sha256);

/** A model, and how its file writes layers' names. */
interface Loaded {
  readonly model: LoadedModel;
  readonly encode: (name: string) => string;
}

async function load(checkpoint: Checkpoint, fixture: Fixture | undefined, options: LoadingOptions): Promise<Loaded> {
  const inference = infer(checkpoint, options);
  const pooling = await poolingOf(checkpoint, inference, fixture, options);
  return { model: await loadWith(inference, pooling, options), encode: inference.layers.fileName };
}

/** What is stated; else what the reference tells, if it tells one. */
async function poolingOf(
  checkpoint: Checkpoint,
  inference: FileInference,
  fixture: Fixture | undefined,
  options: LoadingOptions,
): Promise<Pooling | null> {
  if (fixture === undefined || inference.settings.pooling !== undefined) return decidedPooling(inference);
  const { trial, decided } = await tryAll(checkpoint, fixture, options);
  return decided ? trial.model.settings.pooling : decidedPooling(inference);
}

/** Keras's own average pooling is what such a file has: see docs/exports.md. */
function openSizeNotes({ network }: LoadedModel, to: ExportFormat): Note[] {
  if (to !== 'keras' || !network.inputShape.includes(null)) return [];
  const text =
    'Height or width is open: on PyTorch Keras up to 3.15 averages wrongly at the edges of maps of even size. Where the size is stated, such as --input-shape 224,224,3, it does not.';
  return [{ id: 'keras-open-size', text }];
}

/** The network's layers and its file, beside what is written. */
function extents(
  { size }: Source,
  { model, format }: RunMaterial,
  files: readonly ExportFile[],
): Pick<ConvertResult, 'before' | 'after'> {
  const { operators, parameters }: ExportContents = exportContents(model, format, files);
  const { network } = model;
  return {
    before: {
      // The input computes nothing.
      operators: network.layers.length - 1,
      parameters: networkParameters(network),
      bytes: size,
    },
    after: { operators, parameters, bytes: files.reduce((sum, file) => sum + file.bytes.length, 0) },
  };
}
