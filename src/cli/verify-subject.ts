// What `verify` is given, and what runs it: weights in the evaluator or the engine, weights exported in memory and run in a runtime, or
// a model that was exported before.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Source } from '../checkpoint/source.js';
import { UsageError } from '../core/errors.js';
import { engineExecutor } from '../engine/executor.js';
import { evaluator } from '../evaluator/evaluator.js';
import { exportModel } from '../export/export.js';
import { readExported } from '../export/exported.js';
import type { VerifyOptions } from '../jobs/verify.js';
import type { Executor } from '../network/executor.js';
import { executorFor } from '../node/executors/index.js';
import { type ExecutorName, FORMAT_OF, type RuntimeName } from '../node/executors/names.js';
import { fileSource } from '../node/files.js';
import type { ShuffleNetModel } from '../shufflenet/load.js';

/** A source of weights with what runs their network; the evaluator where nothing is said. */
export interface Subject extends Pick<VerifyOptions, 'executorOf'> {
  readonly source: Source;
}

/** The file, or the folder that `convert` wrote. An exported model runs in the runtime it is made for, unless told. */
export async function subjectOf(file: string, executor: ExecutorName | undefined): Promise<Subject> {
  const source = await subjectSource(file);
  const exported = await readExported(source);
  if (exported === undefined) {
    if (executor === undefined || executor === 'evaluator') return { source };
    if (executor === 'engine') return { source, executorOf: (model) => engineExecutor(model) };
    return { source, executorOf: (model) => inRuntime(model, executor) };
  }
  const { source: weights, layers } = exported;
  if (executor === 'evaluator') return { source: weights, executorOf: ofLayers(layers, evaluator) };
  if (executor === 'engine') return { source: weights, executorOf: ofLayers(layers, engineExecutor) };
  // Made when the weights have been read: a file that is damaged is told before any runtime stumbles over it.
  const executorOf = () => executorFor(exported.format, exported.files, { ...(executor && { runtime: executor }) });
  return { source: exported.source, executorOf };
}

/** One of our own on the layers that are still there. */
const ofLayers =
  (layers: ReadonlySet<string>, make: (model: ShuffleNetModel) => Executor | Promise<Executor>) =>
  async (model: ShuffleNetModel): Promise<Executor> => ({ ...(await make(model)), layers });

/** Throws a `UsageError` for an exported model: what its batch norms remember may be folded away. */
export async function refuseExported(source: Source): Promise<void> {
  if ((await readExported(source)) === undefined) return;
  throw new UsageError({
    what: 'An exported model is held against recorded outputs only.',
    next: 'name them with --reference REF.npz, or check the weights that it was made from',
  });
}

/** The file, or the model in a folder that holds one. */
export const subjectSource = async (path: string): Promise<Source> => fileSource(await modelFile(path));

async function modelFile(path: string): Promise<string> {
  const inside = join(path, 'model.json');
  const [folder, model] = await Promise.all([path, inside].map((each) => stat(each).catch(() => undefined)));
  return folder?.isDirectory() && model?.isFile() ? inside : path;
}

/** Exported with every layer that the format can keep under its name. */
async function inRuntime(model: ShuffleNetModel, runtime: RuntimeName): Promise<Executor> {
  const format = FORMAT_OF[runtime];
  const files = await exportModel(model, format, { fold: false });
  return executorFor(format, files, { runtime });
}
