// Starting a thread, in a browser or in Node. What it runs is so little that it is handed over as text: no file has to be
// found at run time, whatever bundler was used.
import { RUN_WORD } from './words.js';

/** A thread that was started. */
export interface Thread {
  stop(): void;
}

/** What a thread gets. */
export interface ThreadData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly thread: number;
}

/**
 * How often a thread looks for the next run before it sleeps. A picture takes milliseconds: who runs one after the other
 * finds it awake.
 */
const LOOKS = 20_000;

/** What a thread does with its data: instantiates, says so, and runs when the run's number changes, until it is negative. */
const BODY = `({ module, memory, thread }, ready) => {
  const { run } = new WebAssembly.Instance(module, { engine: { memory } }).exports;
  const words = new Int32Array(memory.buffer);
  let last = Atomics.load(words, ${RUN_WORD / 4});
  ready();
  for (;;) {
    for (let looks = ${LOOKS}; looks > 0 && Atomics.load(words, ${RUN_WORD / 4}) === last; looks--);
    Atomics.wait(words, ${RUN_WORD / 4}, last);
    last = Atomics.load(words, ${RUN_WORD / 4});
    if (last < 0) return;
    run(last, thread, 1);
  }
}`;

/**
 * Starts a thread; it is ready when the promise is. Rejects where none can be started. Node's own workers come first: what
 * other packages put in the place of a page's `Worker` (ONNX Runtime does) takes no script as text.
 */
export function spawn(data: ThreadData): Promise<Thread> {
  const { process } = globalThis as { process?: NodeProcess };
  const node = process?.getBuiltinModule?.('node:worker_threads');
  if (node !== undefined) return spawnNode(data, node.Worker);
  if (typeof Worker === 'function') return spawnWeb(data);
  return Promise.reject(new Error('there are no workers here'));
}

function spawnWeb(data: ThreadData): Promise<Thread> {
  const source = `onmessage = ({ data }) => (${BODY})(data, () => postMessage(0));`;
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  return new Promise((resolve, reject) => {
    const worker = new Worker(url);
    worker.onmessage = () => resolve({ stop: () => worker.terminate() });
    worker.onerror = ({ message }) =>
      reject(new Error(message || 'the worker was refused, by Content-Security-Policy perhaps'));
    worker.postMessage(data);
  }).finally(() => URL.revokeObjectURL(url)) as Promise<Thread>;
}

/** As much of Node as is used here. Asked for by name, since an import would keep the module out of browsers. */
interface NodeProcess {
  getBuiltinModule?(name: string): { readonly Worker: NodeWorker } | undefined;
}

type NodeWorker = new (
  source: string,
  options: { eval: true; workerData: unknown },
) => {
  once(event: 'error' | 'message', listener: (value: unknown) => void): void;
  unref(): void;
  terminate(): Promise<number>;
};

function spawnNode(workerData: ThreadData, NodeWorker: NodeWorker): Promise<Thread> {
  const source = `const { workerData, parentPort } = process.getBuiltinModule('node:worker_threads');
(${BODY})(workerData, () => parentPort.postMessage(0));`;
  return new Promise((resolve, reject) => {
    const worker = new NodeWorker(source, { eval: true, workerData });
    worker.once('error', reject);
    worker.once('message', () => {
      // The process may end while it waits.
      worker.unref();
      resolve({ stop: () => void worker.terminate() });
    });
  });
}
