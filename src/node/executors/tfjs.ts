// TensorFlow.js as an executor: on its WebAssembly or JavaScript backend, or on TensorFlow itself (tfjs-node). Layers are
// asked for by name, as nodes of the graph. Read first: runtime.ts.
import util from 'node:util';
import { concatBytes, decodeText } from '../../core/bytes.js';
import { type Tensor, tensor, toFloat32 } from '../../core/tensor.js';
import type { ExportFile } from '../../export/files.js';
import { type GraphModelJson, MODEL_FILE } from '../../export/tfjs/graph.js';
import { longestSum } from '../../network/executor.js';
import { RuntimeMissingError } from '../errors.js';
import { type ExportExecutor, firstInstalled, type ImportPackage, ifInstalled } from './runtime.js';

// Its own declarations do not compile (they redeclare WebGPU's types and miss `Long`), so what is used is stated here.
/** A value that goes in or comes out. */
export interface TfTensor {
  readonly shape: readonly number[];
  data(): Promise<Float32Array>;
  dispose(): void;
}

/** A graph in the runtime. */
export interface GraphModel {
  readonly outputs: readonly { readonly name: string }[];
  execute(input: TfTensor, names: readonly string[]): TfTensor | TfTensor[];
  dispose(): void;
}

/** The converter package's function. */
export type LoadGraphModel = (handler: { load(): Promise<object> }) => Promise<GraphModel>;

/** The core package. */
export interface Tfjs {
  readonly version_core: string;
  env(): { set(flag: string, value: boolean): void };
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

/** What a graph model needs, beside a backend. */
export const PARTS = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-converter'];

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
  const artifacts = artifactsOf(files);
  const kernels = artifacts.weightSpecs.map(({ shape }) => shape).filter((shape) => shape.length === 4);
  // A folded graph says which nodes are which layers; in a plain one each layer is the node of its name.
  const told = artifacts.userDefinedMetadata.kerasLayers;
  const nodesOf = (layer: string): readonly string[] => told?.[layer] ?? [layer];
  return {
    name,
    biasedTerms: told ? longestSum(kernels, 3) : 0,
    layers: new Set(told ? Object.keys(told) : artifacts.modelTopology.node.map((node) => node.name)),
    run: async (input, observe) => {
      // The backend is everybody's who uses TensorFlow.js in this process.
      await tf.setBackend(backend);
      const graph = await loadGraphModel({ load: async () => artifacts });
      const names = observe ?? [graph.outputs[0]!.name];
      const nodes = [...new Set(names.flatMap(nodesOf))];
      const x = tf.tensor(toFloat32(input), input.shape);
      const computed = graph.execute(x, nodes);
      const all = Array.isArray(computed) ? computed : [computed];
      const values = await Promise.all(all.map(copyOf));
      for (const t of [...all, x]) t.dispose();
      graph.dispose();
      const found = new Map(nodes.map((node, i) => [node, values[i]!]));
      return new Map(names.map((layer) => [layer, joined(nodesOf(layer).map((node) => found.get(node)!))]));
    },
  };
}

/** The files as `loadGraphModel` wants them. */
export function artifactsOf(files: readonly ExportFile[]) {
  const { weightsManifest, ...rest } = JSON.parse(decodeText(bytesOf(files, MODEL_FILE))) as GraphModelJson;
  const shards = weightsManifest.flatMap(({ paths }) => paths.map((path) => bytesOf(files, path)));
  const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
  return { ...rest, weightSpecs, weightData: concatBytes(shards).buffer };
}

function bytesOf(files: readonly ExportFile[], name: string): Uint8Array {
  const file = files.find((candidate) => candidate.name === name);
  if (file === undefined) throw new RangeError(`there is no file "${name}" in the export`);
  return file.bytes;
}

/** Row-major tensors that differ in their last axis only, joined along it. */
function joined(parts: readonly Tensor<Float32Array>[]): Tensor {
  const [first] = parts;
  if (parts.length === 1) return first!;
  const total = parts.reduce((sum, { shape }) => sum + shape.at(-1)!, 0);
  const rows = first!.data.length / first!.shape.at(-1)!;
  const data = new Float32Array(rows * total);
  let begin = 0;
  for (const { data: values, shape } of parts) {
    const width = shape.at(-1)!;
    for (let row = 0; row < rows; row++) {
      data.set(values.subarray(row * width, (row + 1) * width), row * total + begin);
    }
    begin += width;
  }
  return tensor(data, first!.shape.with(-1, total));
}

async function copyOf(t: TfTensor): Promise<Tensor<Float32Array>> {
  return tensor(Float32Array.from(await t.data()), t.shape);
}
