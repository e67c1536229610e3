// The real ONNX Runtime (its WebAssembly build) as an executor of exported models.
import { createRequire } from 'node:module';
import { type Tensor, tensor, toFloat32, transposed } from '../../src/core/tensor.js';
import { MODEL, type ModelProto } from '../../src/export/onnx/messages.js';
import { encodeMessage } from '../../src/export/onnx/protobuf.js';
import { decodeMessage } from '../../src/export/onnx/protobuf-read.js';
import type { Executor } from '../../src/network/executor.js';

// Its own declarations want WebGPU's, so what is used is stated here.
interface OrtTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** A loaded model, as far as it is used here. */
interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>>;
  release(): Promise<void>;
}

interface Ort {
  readonly env: { wasm: { numThreads: number }; versions: { web: string } };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => OrtTensor;
  readonly InferenceSession: { create(bytes: Uint8Array, options: object): Promise<Session> };
}

const ort: Ort = createRequire(import.meta.url)('onnxruntime-web');
ort.env.wasm.numThreads = 1;

/** An .onnx file as plain data, and back: for tests that look into one or change it. */
export const onnxProto = (bytes: Uint8Array): ModelProto => decodeMessage(MODEL, bytes);

/** The names of the layers that the file still has. */
export function layersIn(bytes: Uint8Array, layers: readonly { readonly name: string }[]): string[] {
  const values = new Set(onnxProto(bytes).graph!.node!.flatMap(({ output }) => output!));
  return layers.map(({ name }) => name).filter((name) => values.has(name));
}

/** ONNX Runtime gives only what the graph declares as an output, so the values wanted are declared. */
function declaring(bytes: Uint8Array, names: readonly string[]): Uint8Array {
  const model = onnxProto(bytes);
  const declared = model.graph!.output!;
  const more = names.filter((name) => declared.every((output) => output.name !== name));
  const output = [...declared, ...more.map((name) => ({ name, type: { tensor_type: { elem_type: 1 } } }))];
  return encodeMessage(MODEL, { ...model, graph: { ...model.graph, output } });
}

/** An .onnx file as an executor. Maps go in and come out as NHWC, whatever the file's layout. */
export function ortExecutor(bytes: Uint8Array): Executor {
  const { graph } = onnxProto(bytes);
  // A file with NHWC maps begins with their transposition.
  const nchw = graph!.node![0]!.op_type !== 'Transpose';
  const own = graph!.output![0]!.name!;
  return {
    name: `onnxruntime-web ${ort.env.versions.web}`,
    run: async (input, observe) => {
      const names = observe ?? [own];
      const session = await ort.InferenceSession.create(declaring(bytes, names), { logSeverityLevel: 3 });
      const x = nchw ? transposed(input as Tensor<Float32Array>, [0, 3, 1, 2]) : input;
      const found = await session.run({ [session.inputNames[0]!]: new ort.Tensor('float32', toFloat32(x), x.shape) });
      await session.release();
      return new Map(names.map((name) => [name, asNhwc(found[name]!, nchw || name !== own)]));
    },
  };
}

function asNhwc({ data, dims }: OrtTensor, turned: boolean): Tensor {
  const found = tensor(Float32Array.from(data), dims);
  return turned && dims.length === 4 ? transposed(found, [0, 2, 3, 1]) : found;
}
