// The bytes of an export, run: by somebody's runtime where there is one for the format, else opened again and evaluated.
// Read first: src/parity/hold-run.ts.
import { bytesSource } from '../checkpoint/source.js';
import { UsageError } from '../core/errors.js';
import type { Tensor } from '../core/tensor.js';
import { evaluator } from '../evaluator/evaluator.js';
import type { ExportFile, ExportFormat } from '../export/files.js';
import type { Executor } from '../network/executor.js';
import type { Fixture } from '../parity/fixture.js';
import { type HeldLayer, holdRun } from '../parity/hold-run.js';
import { storedFormats } from '../parity/stored.js';
import { checkParity } from '../parity/verify.js';
import type { ConvertReference, ConvertRun } from '../results/convert.js';
import type { ShuffleNetModel } from '../shufflenet/load.js';
import { loadModel } from './model.js';
import { noise } from './noise.js';
import { paritySummary } from './verify.js';

/** Formats that are run by somebody else's runtime. */
export type RuntimeFormat = 'tfjs' | 'onnx';

/** Loads files of a format in a runtime. Maps go in and come out as `(batch, height, width, channels)`. */
export type OpenRuntime = (format: RuntimeFormat, files: readonly ExportFile[]) => Promise<Executor>;

/** What a run is made on, besides the files. */
export interface RunMaterial {
  readonly model: ShuffleNetModel;
  readonly format: ExportFormat;
  /** Runs `tfjs` and `onnx`. */
  readonly openRuntime: OpenRuntime | undefined;
  /** Its input is run, and its layers are compared, too. */
  readonly fixture: Fixture | undefined;
  /** How the checkpoint writes layers' names. */
  readonly encode: (name: string) => string;
}

/** Runs the files, and holds every layer that is left in them against the model, and against the reference. */
export async function runCheck(files: readonly ExportFile[], material: RunMaterial): Promise<ConvertRun> {
  return heldRun(await executorOf(files, material), material);
}

/** The same of files that somebody opened. */
export async function heldRun(
  executor: Executor,
  material: Pick<RunMaterial, 'model' | 'fixture' | 'encode'>,
): Promise<ConvertRun> {
  const { model, fixture } = material;
  const input = fixture?.input.read() ?? noise(model.network.inputShape);
  const computed = model.network.layers.filter(({ op }) => op !== 'InputLayer').map(({ name }) => name);
  const names = computed.filter((name) => executor.layers?.has(name) ?? true);
  const outputs = await executor.run(input, names);
  const layers = holdRun(model, input, outputs, executor.biasedTerms);
  return {
    executor: executor.name,
    input: fixture === undefined ? 'noise' : 'reference',
    shape: input.shape,
    layers,
    worst: worstOf(layers),
    gone: computed.length - layers.length,
    reference: fixture === undefined ? null : await heldAgainst(fixture, material, executor, outputs),
  };
}

/** Whether every layer is as near as float32 lets it be, and the reference says so, too. */
export function runPasses({ layers, reference }: ConvertRun): boolean {
  return layers.length > 0 && layers.every(({ share }) => share <= 1) && reference?.verdict !== 'fail';
}

async function executorOf(files: readonly ExportFile[], { format, openRuntime }: RunMaterial): Promise<Executor> {
  if (format === 'tfjs' || format === 'onnx') {
    if (openRuntime !== undefined) return openRuntime(format, files);
    throw new UsageError({ what: `Nothing is given that runs ${format}.`, next: 'pass `openRuntime`' });
  }
  const { name, bytes } = files[0]!;
  // Nothing is stated: what the file says of its network is what is run.
  return evaluator(await loadModel(bytesSource(name, bytes), {}));
}

function worstOf(layers: readonly HeldLayer[]): HeldLayer | null {
  return layers.reduce<HeldLayer | null>(
    (worst, layer) => (worst !== null && worst.share >= layer.share ? worst : layer),
    null,
  );
}

/** What the runtime gave, in the place of the evaluator's free run; layers that the file has no more are not compared. */
async function heldAgainst(
  fixture: Fixture,
  { model, encode }: Pick<RunMaterial, 'model' | 'encode'>,
  ran: Executor,
  outputs: ReadonlyMap<string, Tensor>,
): Promise<ConvertReference> {
  const stored = storedFormats(model.report.loaded);
  const executor: Executor = { ...ran, layers: new Set(outputs.keys()), run: async () => outputs };
  const parity = await checkParity(model, fixture, { encode, stored, executor });
  const { layers, firstFailure, notCompared } = paritySummary(parity, model.report);
  const reason = firstFailure === null ? null : `${firstFailure.layer}: ${firstFailure.reason}`;
  return { name: fixture.where, verdict: parity.verdict, layers, reason, notCompared };
}
