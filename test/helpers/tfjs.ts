// The real TensorFlow.js as an executor: an export, loaded from memory as a page loads it over HTTP.
import { createRequire } from 'node:module';
import { type Tensor, tensor, toFloat32 } from '../../src/core/tensor.js';
import type { ExportFile } from '../../src/export/files.js';
import type { Executor } from '../../src/network/executor.js';
import type { Network } from '../../src/network/layer.js';

// Its own declarations do not compile (they redeclare WebGPU's types and miss `Long`), so what is used is stated here.
interface TfTensor {
  readonly shape: readonly number[];
  dataSync(): Float32Array;
  dispose(): void;
}

/** What is used of tfjs-core and tfjs-converter; tfjs-node has it, too. */
export interface Tfjs {
  readonly version_core: string;
  readonly io: { http(path: string, options: { fetchFunc: (url: string) => Promise<Response> }): unknown };
  getBackend(): string;
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tensor(values: Float32Array, shape: readonly number[]): TfTensor;
  loadGraphModel(handler: unknown): Promise<GraphModel>;
}

/** What the signature says of an input or output; `-1` is an unknown dimension. */
interface TensorInfo {
  readonly name: string;
  readonly shape?: readonly number[];
  readonly dtype: string;
}

/** A graph model, as far as it is used here. */
export interface GraphModel {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** `userDefinedMetadata` of model.json. */
  readonly metadata: unknown;
  predict(input: TfTensor): TfTensor;
  execute(input: TfTensor, names: readonly string[]): TfTensor | TfTensor[];
  dispose(): void;
}

const require = createRequire(import.meta.url);
/** The parts that `npm ci` installs. */
export const tf: Tfjs = { ...require('@tensorflow/tfjs-core'), ...require('@tensorflow/tfjs-converter') };
require('@tensorflow/tfjs-backend-cpu');
require('@tensorflow/tfjs-backend-wasm');

/** The backends that need neither a browser nor a graphics card. */
export const TFJS_BACKENDS = ['cpu', 'wasm'] as const;

/** Makes TensorFlow.js compute on `backend` from here on. */
export async function useBackend(backend: (typeof TFJS_BACKENDS)[number]): Promise<void> {
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js cannot use its backend ${backend}`);
  await tf.ready();
}

/** Loads an export through TensorFlow.js's own HTTP loader, which reads model.json and asks for the shards it names. */
export function loadTfjs(files: readonly ExportFile[], { io, loadGraphModel } = tf): Promise<GraphModel> {
  const served = new Map(files.map(({ name, bytes }) => [`http://memory/${name}`, bytes]));
  const fetchFunc = async (url: string): Promise<Response> => {
    const bytes = served.get(url);
    return bytes === undefined ? new Response(null, { status: 404 }) : new Response(new Uint8Array(bytes));
  };
  return loadGraphModel(io.http('http://memory/model.json', { fetchFunc }));
}

/** A loaded export as an executor, on the backend chosen last. Layers are asked for by name, as nodes of the graph. */
export function tfjsExecutor(model: GraphModel): Executor {
  return {
    name: `tfjs-${tf.getBackend()} ${tf.version_core}`,
    run: async (input, observe) => {
      const x = tf.tensor(toFloat32(input), input.shape);
      const computed = observe === undefined ? model.predict(x) : model.execute(x, observe);
      const all = Array.isArray(computed) ? computed : [computed];
      const names = observe ?? [model.outputs[0]!.name];
      const layers = new Map(names.map((name, i) => [name, copyOf(all[i]!)]));
      for (const t of [...all, x]) t.dispose();
      return layers;
    },
  };
}

/** Every Keras layer that the graph says it has, its nodes joined along the channels. */
export async function kerasLayers(graph: GraphModel, { layers }: Network, x: Tensor): Promise<Map<string, Tensor>> {
  const told = (graph.metadata as { kerasLayers?: Readonly<Record<string, string[]>> }).kerasLayers;
  const map = new Map(Object.entries(told ?? Object.fromEntries(layers.map(({ name }) => [name, [name]]))));
  const nodes = [...new Set([...map.values()].flat())];
  const found = await tfjsExecutor(graph).run(x, nodes);
  return new Map(Array.from(map, ([layer, parts]) => [layer, joined(parts.map((node) => found.get(node)!))]));
}

function joined(parts: readonly Tensor[]): Tensor {
  const widths = parts.map(({ shape }) => shape.at(-1)!);
  const total = widths.reduce((sum, width) => sum + width, 0);
  const rows = parts[0]!.data.length / widths[0]!;
  const data = new Float32Array(rows * total);
  let at = 0;
  parts.forEach(({ data: values }, i) => {
    const width = widths[i]!;
    for (let row = 0; row < rows; row++) data.set(values.slice(row * width, (row + 1) * width), row * total + at);
    at += width;
  });
  return tensor(data, parts[0]!.shape.with(-1, total));
}

function copyOf(t: TfTensor): Tensor {
  return tensor(Float32Array.from(t.dataSync()), t.shape);
}
