// How long one picture takes in each runtime, for the table in docs/exports.md: loaded once, the runtimes taking turns, so
// that what else the machine does falls on all of them.
import { loadavg } from 'node:os';
import { bytesSource } from '../../src/checkpoint/source.js';
import { type Tensor, toFloat32 } from '../../src/core/tensor.js';
import { evaluator } from '../../src/evaluator/evaluator.js';
import type { ExportFile } from '../../src/export/files.js';
import { MODEL_FILE } from '../../src/export/tfjs/graph.js';
import { loadModel } from '../../src/jobs/model.js';
import { importPackage } from '../../src/node/executors/runtime.js';
import type { Installed } from '../helpers/installed.js';
import { noise } from '../helpers/models.js';
import { loadTfjs, type Tfjs, tf } from '../helpers/tfjs.js';

/** An export of the full-size network in a runtime that is installed for it, or in the one of `npm ci`. */
export interface Timed {
  readonly runtime: Installed | undefined;
  readonly files: readonly ExportFile[];
}

/** Runs before the first that counts, and those that count. */
const [WARM_UP, ROUNDS] = [3, 25];

/** One picture, and how many milliseconds it took. */
type Once = () => Promise<number>;

/** The median of each, in its place. */
export async function millisecondsOf(timed: readonly Timed[]): Promise<number[]> {
  const runs: Once[] = [];
  for (const each of timed) runs.push(await prepared(each, noise([1, 224, 224, 3])));
  const times = runs.map((): number[] => []);
  console.log(`load before the times: ${loadavg()}`);
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    for (const [i, run] of runs.entries()) {
      const time = await run();
      if (round >= 0) times[i]!.push(time);
    }
  }
  console.log(`load after the times: ${loadavg()}`);
  return times.map((own) => own.sort((a, b) => a - b)[own.length >> 1]!);
}

async function prepared({ runtime, files }: Timed, input: Tensor<Float32Array>): Promise<Once> {
  const [first, second] = files;
  const file = first!.name === MODEL_FILE ? second! : first!;
  if (runtime?.served !== undefined) {
    const model = await (await runtime.served()).open(file.bytes, `.${runtime.format}`);
    return async () => 1000 * (await model.time(input));
  }
  const load = runtime?.load ?? importPackage;
  if (file !== first) {
    return runtime === undefined
      ? tfjsRun(files, input, tf, 'wasm')
      : tfjsRun(files, input, await load(NODE), 'tensorflow');
  }
  if (file.name.endsWith('.onnx')) return onnxRun(file.bytes, input, await load(runtime?.title ?? 'onnxruntime-web'));
  const executor = evaluator(await loadModel(bytesSource(file.name, file.bytes), {}));
  return () => milliseconds(() => executor.run(input));
}

const NODE = '@tensorflow/tfjs-node';

async function milliseconds(run: () => unknown): Promise<number> {
  const began = performance.now();
  await run();
  return performance.now() - began;
}

async function tfjsRun(files: readonly ExportFile[], input: Tensor, module: unknown, backend: string): Promise<Once> {
  const own = module as Tfjs;
  await own.setBackend(backend);
  const graph = await loadTfjs(files, own);
  return async () => {
    // All copies of TensorFlow.js in a process share what chooses the backend.
    await own.setBackend(backend);
    const x = own.tensor(toFloat32(input), input.shape);
    return milliseconds(() => graph.predict(x).dataSync()).finally(() => x.dispose());
  };
}

/** What is used of ONNX Runtime's packages. */
interface Ort {
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => unknown;
  readonly InferenceSession: {
    create(bytes: Uint8Array): Promise<{ readonly inputNames: string[]; run(feeds: object): Promise<unknown> }>;
  };
}

async function onnxRun(bytes: Uint8Array, input: Tensor, module: unknown): Promise<Once> {
  const ort = module as Ort;
  const session = await ort.InferenceSession.create(bytes);
  const feeds = { [session.inputNames[0]!]: new ort.Tensor('float32', toFloat32(input), input.shape) };
  return () => milliseconds(() => session.run(feeds));
}
