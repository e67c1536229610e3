// The runtimes as peers of the engine in a bench: opened once with the network and its input, then run again and again, on
// one thread each. Read first: runtime.ts, ../../jobs/bench/peers.ts.
import { type Tensor, tensor, toFloat32, transposed } from '../../core/tensor.js';
import { exportModel } from '../../export/export.js';
import type { ExportFile } from '../../export/files.js';
import type { OpenPeers, Peer } from '../../jobs/bench/peers.js';
import { ERRORS_ONLY, type Ort, type OrtTensor } from './onnxruntime.js';
import { type ImportPackage, ifInstalled, importPackage, told } from './runtime.js';
import { artifactsOf, type LoadGraphModel, PARTS, type Tfjs } from './tfjs.js';

/**
 * ONNX Runtime's packages, with the provider that is its own and the key of its version. Both register their providers in a
 * third package, which keeps the first of a name: `cpu` is the WebAssembly build's too, so Node's has to come first.
 */
const ORT_PACKAGES = {
  'onnxruntime-node': { provider: 'cpu', version: 'node' },
  'onnxruntime-web': { provider: 'wasm', version: 'web' },
} as const;

/** One of them. */
export type OrtPackage = keyof typeof ORT_PACKAGES;

const ORT_NAMES = Object.keys(ORT_PACKAGES) as OrtPackage[];

const TFJS_PACKAGES = [...PARTS, '@tensorflow/tfjs-backend-wasm'];

/** The peers that `load` finds, each with the export that is fastest in it: folded, and for ONNX in NCHW. */
export function peersFrom(load: ImportPackage): OpenPeers {
  return async (model, input) => {
    const [onnx] = await exportModel(model, 'onnx', { inputLayout: 'nchw' });
    const planes = transposed(input, [0, 3, 1, 2]);
    const made: (Peer | undefined)[] = [];
    for (const name of ORT_NAMES) made.push(await onnxruntimePeer(name, load, onnx!.bytes, planes));
    made.push(await openTfjs(load, async (tfjs) => tfjsPeer(tfjs, await exportModel(model, 'tfjs'), input)));
    return {
      peers: made.filter((peer) => peer !== undefined),
      missing: [...ORT_NAMES, TFJS_PACKAGES.join(' and ')].filter((_, i) => made[i] === undefined),
    };
  };
}

/** The peers that are installed where shuffleport is. */
export const openPeers: OpenPeers = peersFrom(importPackage);

/** An .onnx file with one input in ONNX Runtime, if that package is there. */
export async function onnxruntimePeer(
  packageName: OrtPackage,
  load: ImportPackage,
  bytes: Uint8Array,
  input: Tensor<Float32Array>,
): Promise<Peer | undefined> {
  const loaded = new Map<OrtPackage, unknown>();
  for (const each of ORT_NAMES) loaded.set(each, await ifInstalled(each, load));
  const ort = loaded.get(packageName) as Ort | undefined;
  if (ort === undefined) return undefined;
  const { provider, version } = ORT_PACKAGES[packageName];
  const name = `${packageName} ${ort.env.versions[version]}`;
  ort.env.wasm.numThreads = 1;
  const session = await told(name, () =>
    ort.InferenceSession.create(bytes, {
      executionProviders: [provider],
      logSeverityLevel: ERRORS_ONLY,
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
    }),
  );
  const feeds = { [session.inputNames[0]!]: new ort.Tensor('float32', toFloat32(input), input.shape) };
  const run = () => told(name, () => session.run(feeds));
  return {
    name,
    run,
    output: async () => inKerasOrder((await run())[session.outputNames[0]!]!),
    close: () => session.release(),
  };
}

/** Maps are NCHW in the file. */
function inKerasOrder({ data, dims }: OrtTensor): Float32Array {
  const found = tensor(Float32Array.from(data), dims);
  return dims.length === 4 ? toFloat32(transposed(found, [0, 2, 3, 1])) : found.data;
}

/** TensorFlow.js on its WebAssembly backend. */
export interface TfjsWasm {
  readonly tf: Tfjs;
  readonly loadGraphModel: LoadGraphModel;
}

/** Hands TensorFlow.js to `use`, if all of its packages are there. */
export async function openTfjs<T>(load: ImportPackage, use: (tfjs: TfjsWasm) => Promise<T>): Promise<T | undefined> {
  const modules: unknown[] = [];
  for (const name of TFJS_PACKAGES) {
    const module = await ifInstalled(name, load);
    if (module === undefined) return undefined;
    modules.push(module);
  }
  const [core, converter] = modules as [Tfjs, { readonly loadGraphModel: LoadGraphModel }];
  core.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  await core.setBackend('wasm');
  return use({ tf: core, loadGraphModel: converter.loadGraphModel });
}

/** A graph model in TensorFlow.js. */
export async function tfjsPeer(
  { tf, loadGraphModel }: TfjsWasm,
  files: readonly ExportFile[],
  input: Tensor<Float32Array>,
): Promise<Peer> {
  const name = `tfjs-wasm ${tf.version_core}`;
  const artifacts = artifactsOf(files);
  const graph = await told(name, () => loadGraphModel({ load: async () => artifacts }));
  const [x, nodes] = [tf.tensor(toFloat32(input), input.shape), graph.outputs.slice(0, 1).map((output) => output.name)];
  const output = () =>
    told(name, async () => {
      const computed = [graph.execute(x, nodes)].flat();
      const values = await computed[0]!.data();
      for (const each of computed) each.dispose();
      return values;
    });
  const close = async () => {
    x.dispose();
    graph.dispose();
  };
  return { name, run: output, output: async () => Float32Array.from(await output()), close };
}
