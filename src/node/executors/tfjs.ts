// TensorFlow.js as an executor: on its WebAssembly or JavaScript backend, or on TensorFlow itself (tfjs-node). Layers are
// asked for by name, as nodes of the graph. Read first: runtime.ts.
import util from 'node:util';
import { concatBytes, decodeText } from '../../core/bytes.js';
import { type Tensor, tensor, toFloat32 } from '../../core/tensor.js';
import type { ExportFile } from '../../export/files.js';
import { type GraphModelJson, MODEL_FILE } from '../../export/tfjs/graph.js';
import { RuntimeMissingError } from '../errors.js';
import { type ExportExecutor, firstInstalled, type ImportPackage, ifInstalled } from './runtime.js';

// Its own declarations do not compile (they redeclare WebGPU's types and miss `Long`), so what is used is stated here.
interface TfTensor {
  readonly shape: readonly number[];
  data(): Promise<Float32Array>;
  dispose(): void;
}

interface GraphModel {
  readonly outputs: readonly { readonly name: string }[];
  execute(input: TfTensor, names: readonly string[]): TfTensor | TfTensor[];
  dispose(): void;
}

type LoadGraphModel = (handler: { load(): Promise<object> }) => Promise<GraphModel>;

interface Tfjs {
  readonly version_core: string;
  setBackend(name: string): Promise<boolean>;
  tensor(values: Float32Array, shape: readonly number[]): TfTensor;
}

/** A runtime with the backend that it is to use. */
interface Loaded {
  readonly tf: Tfjs;
  readonly loadGraphModel: LoadGraphModel;
  readonly backend: string;
  /** With its version. */
  readonly name: string;
}

const PARTS = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-converter'];

/** The parts with one backend or the other, or the package that has all parts. */
const CHOICES = [
  [...PARTS, '@tensorflow/tfjs-backend-cpu'],
  ['@tensorflow/tfjs'],
  [...PARTS, '@tensorflow/tfjs-backend-wasm'],
];

/** A graph model in TensorFlow.js, on WebAssembly where that backend is installed. */
export async function tfjsExecutor(files: readonly ExportFile[], load: ImportPackage): Promise<ExportExecutor> {
  const [core, converter] = await firstInstalled('tfjs', CHOICES, load);
  const tf = core as Tfjs;
  const { loadGraphModel } = (converter ?? core) as { readonly loadGraphModel: LoadGraphModel };
  const backend = await chooseBackend(tf, load);
  return executor({ tf, loadGraphModel, backend, name: `tfjs-${backend} ${tf.version_core}` }, files);
}

/** A graph model in TensorFlow's own library. */
export async function tfjsNodeExecutor(files: readonly ExportFile[], load: ImportPackage): Promise<ExportExecutor> {
  // It calls this function, which Node 23 took away.
  const old = util as { isNullOrUndefined?: (value: unknown) => boolean };
  old.isNullOrUndefined ??= (value) => value === null || value === undefined;
  const [module] = await firstInstalled('tfjs-node', [['@tensorflow/tfjs-node']], load);
  const tf = module as Tfjs & { loadGraphModel: LoadGraphModel; version: { 'tfjs-node': string } };
  const name = `tfjs-node ${tf.version['tfjs-node']}`;
  return executor({ tf, loadGraphModel: tf.loadGraphModel, backend: 'tensorflow', name }, files);
}

/** The faster first. A package of a backend adds it to those there are when it is imported. */
async function chooseBackend(tf: Tfjs, load: ImportPackage): Promise<string> {
  for (const backend of ['wasm', 'cpu']) {
    await ifInstalled(`@tensorflow/tfjs-backend-${backend}`, load);
    if (await tf.setBackend(backend).catch(() => false)) return backend;
  }
  throw new RuntimeMissingError('tfjs', CHOICES);
}

function executor({ tf, loadGraphModel, backend, name }: Loaded, files: readonly ExportFile[]): ExportExecutor {
  const { weightsManifest, ...rest } = JSON.parse(decodeText(bytesOf(files, MODEL_FILE))) as GraphModelJson;
  const shards = weightsManifest.flatMap(({ paths }) => paths.map((path) => bytesOf(files, path)));
  const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
  const artifacts = { ...rest, weightSpecs, weightData: concatBytes(shards).buffer };
  return {
    name,
    layers: new Set(rest.modelTopology.node.map((node) => node.name)),
    run: async (input, observe) => {
      // The backend is everybody's who uses TensorFlow.js in this process.
      await tf.setBackend(backend);
      const graph = await loadGraphModel({ load: async () => artifacts });
      const names = observe ?? [graph.outputs[0]!.name];
      const x = tf.tensor(toFloat32(input), input.shape);
      const computed = graph.execute(x, names);
      const all = Array.isArray(computed) ? computed : [computed];
      const values = await Promise.all(all.map(copyOf));
      for (const t of [...all, x]) t.dispose();
      graph.dispose();
      return new Map(names.map((layer, i) => [layer, values[i]!]));
    },
  };
}

function bytesOf(files: readonly ExportFile[], name: string): Uint8Array {
  const file = files.find((candidate) => candidate.name === name);
  if (file === undefined) throw new RangeError(`there is no file "${name}" in the export`);
  return file.bytes;
}

async function copyOf(t: TfTensor): Promise<Tensor> {
  return tensor(Float32Array.from(await t.data()), t.shape);
}
