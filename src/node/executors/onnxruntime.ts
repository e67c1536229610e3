// ONNX Runtime as an executor: its package for Node where that is installed, else its WebAssembly build. What a layer
// gives is asked for by declaring it an output of the graph. Read first: runtime.ts.
import { concatBytes } from '../../core/bytes.js';
import { type Tensor, tensor, toFloat32, transposed } from '../../core/tensor.js';
import { DATA_TYPE, type GraphProto, MODEL } from '../../export/onnx/messages.js';
import { encodeMessage } from '../../export/onnx/protobuf.js';
import { decodeMessage } from '../../export/onnx/protobuf-read.js';
import { longestSum } from '../../network/executor.js';
import { type ExportExecutor, firstInstalled, type ImportPackage } from './runtime.js';

// Its own declarations want WebGPU's, so what is used is stated here; the package for Node has the same.
/** A value that goes in or comes out. */
export interface OrtTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** A model in the runtime. */
export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Record<string, OrtTensor>, fetches?: readonly string[]): Promise<Record<string, OrtTensor>>;
  release(): Promise<void>;
}

/** Either package. */
export interface Ort {
  readonly env: {
    readonly wasm: { numThreads?: number };
    readonly versions: { readonly web?: string; readonly node?: string };
  };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => OrtTensor;
  readonly InferenceSession: { create(bytes: Uint8Array, options: object): Promise<Session> };
}

/** Warnings are not ours to show. */
export const ERRORS_ONLY = 3;

/** An .onnx file as an executor. Maps go in and come out as NHWC, whatever the file's layout. */
export async function onnxruntimeExecutor(bytes: Uint8Array, load: ImportPackage): Promise<ExportExecutor> {
  const [ort] = (await firstInstalled('onnxruntime', [['onnxruntime-node'], ['onnxruntime-web']], load)) as [Ort];
  // Threads of its own would outlive the command.
  ort.env.wasm.numThreads = 1;
  const graph = decodeMessage(MODEL, bytes).graph ?? {};
  const [input, output] = [graph.input?.[0]?.name ?? '', graph.output?.[0]?.name ?? ''];
  const givenBy = opsByOutput(graph);
  const nchw = !(graph.node ?? []).some((node) => node.op_type === 'Transpose' && node.input?.[0] === input);
  const isFolded = ![...givenBy.values()].includes('BatchNormalization');
  const kernels = (graph.initializer ?? []).flatMap(({ dims = [] }) => (dims.length === 4 ? [dims] : []));
  return {
    name: versionOf(ort),
    biasedTerms: isFolded ? longestSum(kernels, 0) : 0,
    layers: new Set(givenBy.keys()),
    run: async (x, observe = [output]) => {
      const fed = nchw ? transposed(x as Tensor<Float32Array>, [0, 3, 1, 2]) : x;
      const session = await ort.InferenceSession.create(declaring(bytes, graph, observe), {
        logSeverityLevel: ERRORS_ONLY,
      });
      const found = await session.run({ [input]: new ort.Tensor('float32', toFloat32(fed), fed.shape) }, observe);
      await session.release();
      return new Map(observe.map((name) => [name, asNhwc(found[name]!, givenBy.get(name) !== 'Transpose')]));
    },
  };
}

function versionOf({ env: { versions } }: Ort): string {
  return versions.node === undefined ? `onnxruntime-web ${versions.web}` : `onnxruntime-node ${versions.node}`;
}

/** Which operation gives each value. A layer's own name is given by a Transpose only where that makes its map NHWC. */
function opsByOutput({ node = [] }: GraphProto): Map<string, string> {
  return new Map(node.flatMap(({ output = [], op_type = '' }) => output.map((name) => [name, op_type] as const)));
}

/** Messages that follow each other are one: what is appended adds outputs, and leaves every other byte as it is. */
function declaring(bytes: Uint8Array, { output = [] }: GraphProto, names: readonly string[]): Uint8Array {
  const declared = new Set(output.map(({ name }) => name));
  const more = names.filter((name) => !declared.has(name));
  const type = { tensor_type: { elem_type: DATA_TYPE.float } };
  const added = encodeMessage(MODEL, { graph: { output: more.map((name) => ({ name, type })) } });
  return concatBytes([bytes, added]);
}

function asNhwc({ data, dims }: OrtTensor, turned: boolean): Tensor {
  const found = tensor(Float32Array.from(data), dims);
  return turned && dims.length === 4 ? transposed(found, [0, 2, 3, 1]) : found;
}
