// Exported models in a Python that stays: its onnxruntime, and real Keras on any backend, as executors. Python only runs
// them (serve.py); what they gave is judged here, as any runtime's.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { bytesSource } from '../../src/checkpoint/source.js';
import { type Tensor, tensor } from '../../src/core/tensor.js';
import type { ExportFile } from '../../src/export/files.js';
import { readNpy, writeNpy } from '../../src/formats/npy.js';
import { loadModel } from '../../src/jobs/model.js';
import { groupedSteps } from '../../src/network/grouped.js';
import { type ExportExecutor, executorFor } from '../../src/node/executors/index.js';
import { namingScheme } from '../../src/shufflenet/names.js';

/** A Python that runs models until it is closed. */
export interface Served {
  /** `keras 3.15.1 on jax 0.10.2`. */
  readonly name: string;
  open(bytes: Uint8Array, suffix: string): Promise<Opened>;
  close(): void;
}

/** A model that it has loaded. */
interface Opened {
  run(input: Tensor, observe: readonly string[]): Promise<Tensor[]>;
  /** Seconds of one run, of the network's output alone. */
  time(input: Tensor): Promise<number>;
  forget(): Promise<unknown>;
}

type Answer = Readonly<Record<string, unknown>>;

const SCRIPT = fileURLToPath(new URL('serve.py', import.meta.url));

/** Starts it. */
export async function serve(
  command: string,
  runtime: 'onnxruntime' | 'keras',
  env: Readonly<Record<string, string>> = {},
): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), 'shuffleport-serve-'));
  const python = spawn(command, [SCRIPT, runtime], { env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', ...env } });
  let errors = '';
  python.stderr.on('data', (text) => {
    errors = `${errors}${text}`.slice(-4000);
  });
  const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
  const heard = async (): Promise<Answer> => {
    const { done, value } = await lines.next();
    if (done) throw new Error(`${command} ${runtime}: ${errors}`);
    return JSON.parse(value) as Answer;
  };
  const ask = (request: object): Promise<Answer> => {
    python.stdin.write(`${JSON.stringify(request)}\n`);
    return heard();
  };
  const { name } = await heard();
  let count = 0;
  const open = async (bytes: Uint8Array, suffix: string): Promise<Opened> => {
    const own = join(folder, String(count++));
    mkdirSync(own);
    return opened(own, bytes, suffix, ask);
  };
  const close = (): void => {
    python.stdin.end();
    rmSync(folder, { recursive: true });
  };
  return { name: name as string, open, close };
}

async function opened(
  folder: string,
  bytes: Uint8Array,
  suffix: string,
  ask: (request: object) => Promise<Answer>,
): Promise<Opened> {
  const [file, given] = [join(folder, `model${suffix}`), join(folder, 'input.npy')];
  writeFileSync(file, bytes);
  await ask({ load: file });
  return {
    run: async (input, observe) => {
      writeFileSync(given, writeNpy(input));
      await ask({ run: file, input: given, observe, out: folder });
      const written = observe.map((_, i) => new Uint8Array(readFileSync(join(folder, `${i}.npy`))));
      return written.map((npy, i) => readNpy(npy, observe[i]!).tensor);
    },
    time: async (input) => {
      writeFileSync(given, writeNpy(input));
      return (await ask({ time: file, input: given })).seconds as number;
    },
    forget: () => {
      rmSync(folder, { recursive: true });
      return ask({ forget: file });
    },
  };
}

/** Python's onnxruntime, with the face of its package for Node: what else an .onnx file needs is there already. */
export async function onnxExecutor(served: Served, files: readonly ExportFile[]): Promise<ExportExecutor> {
  const create = async (bytes: Uint8Array) => {
    const model = await served.open(bytes, '.onnx');
    const run = async (feeds: Readonly<Record<string, Tensor>>, observe: readonly string[]) => {
      const found = await model.run(Object.values(feeds)[0]!, observe);
      return Object.fromEntries(observe.map((name, i) => [name, { data: found[i]!.data, dims: found[i]!.shape }]));
    };
    return { run, release: model.forget };
  };
  const ort = {
    env: { wasm: {}, versions: {} },
    Tensor: function of(_: string, data: Float32Array, dims: readonly number[]) {
      return tensor(data, dims);
    },
    InferenceSession: { create },
  };
  return { ...(await executorFor('onnx', files, { load: async () => ort })), name: served.name };
}

/** A `.keras` file in real Keras. Its layers are asked for by the names that the file gives them. */
export async function kerasExecutor(served: Served, [file]: readonly ExportFile[]): Promise<ExportExecutor> {
  const { network, weights } = await loadModel(bytesSource(file!.name, file!.bytes), {});
  const { encode } = namingScheme('underscore')!;
  // The channel shuffle of an open size is an operation, which has no name.
  const nameless = (op: string): boolean => op === 'ChannelShuffle' && network.inputShape.includes(null);
  const names = new Map(
    groupedSteps({ network, weights }).flatMap((step): [string, string][] => {
      if (step.kind !== 'layer') return [[step.name, encode(step.title)]];
      return nameless(step.layer.op) ? [] : [[step.layer.name, encode(step.layer.name)]];
    }),
  );
  return {
    name: served.name,
    layers: new Set(names.keys()),
    run: async (input, observe = [network.output]) => {
      const model = await served.open(file!.bytes, '.keras');
      const found = await model.run(
        input,
        observe.map((layer) => names.get(layer)!),
      );
      await model.forget();
      return new Map(observe.map((layer, i) => [layer, found[i]!]));
    },
  };
}
