// Runtimes that are no development dependencies, where variables of the environment name them: the folders of
// onnxruntime-node and tfjs-node (test/runtimes/run.sh), and Pythons that have onnxruntime or Keras (.ci/steps).
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ExportFile } from '../../src/export/files.js';
import {
  type ExportExecutor,
  executorFor,
  type RunnableFormat,
  type RuntimeName,
} from '../../src/node/executors/index.js';
import { kerasExecutor, onnxExecutor, type Served, serve } from '../python/serve.js';
import { NAMES } from './installed-names.js';

/** A runtime that is there. */
export interface Installed {
  /** Its name without a version. */
  readonly title: string;
  readonly format: 'tfjs' | 'onnx' | 'keras';
  open(files: readonly ExportFile[]): Promise<ExportExecutor>;
  /** A package of npm: how it is imported. */
  readonly load?: (name: string) => Promise<unknown>;
  /** A Python: it is started when it is first asked for. */
  readonly served?: () => Promise<Served>;
  /** Ends what was started. */
  close(): Promise<void>;
}

/** The backends of Keras that a Python has. */
export function backendsOf(python: string): string[] {
  const program = `import importlib.util; print(*(m for m in "tensorflow jax torch".split() if importlib.util.find_spec(m)))`;
  const { status, stdout, stderr } = spawnSync(python, ['-c', program], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${python}: ${stderr}`);
  return stdout.trim().split(' ').filter(Boolean);
}

/** Those that are named. */
export function installedRuntimes(env: Readonly<Record<string, string | undefined>> = process.env): Installed[] {
  const [tfjsNode, onnxruntimeNode, onnxPython, kerasPython] = NAMES.map((name) => env[name]);
  return [
    ...ifNamed(tfjsNode, (home) => [ofNode('tfjs-node', 'tfjs', 'tfjs-node', home)]),
    ...ifNamed(onnxruntimeNode, (home) => [ofNode('onnxruntime-node', 'onnx', 'onnxruntime', home)]),
    ...ifNamed(onnxPython, (python) => [
      ofPython('onnxruntime (Python)', 'onnx', () => serve(python, 'onnxruntime'), onnxExecutor),
    ]),
    ...ifNamed(kerasPython, (python) =>
      backendsOf(python).map((backend) => {
        const start = () => serve(python, 'keras', { KERAS_BACKEND: backend });
        return ofPython(`keras on ${backend}`, 'keras', start, kerasExecutor);
      }),
    ),
  ];
}

const ifNamed = <T>(name: string | undefined, make: (name: string) => T[]): T[] => (name ? make(name) : []);

function ofNode(title: string, format: RunnableFormat, runtime: RuntimeName, home: string): Installed {
  const load = async (name: string): Promise<unknown> => createRequire(join(home, 'package.json'))(name);
  return { title, format, load, open: (files) => executorFor(format, files, { runtime, load }), close: async () => {} };
}

function ofPython(
  title: string,
  format: 'onnx' | 'keras',
  start: () => Promise<Served>,
  executor: (served: Served, files: readonly ExportFile[]) => Promise<ExportExecutor>,
): Installed {
  let started: Promise<Served> | undefined;
  const served = (): Promise<Served> => {
    started ??= start();
    return started;
  };
  const open = async (files: readonly ExportFile[]) => executor(await served(), files);
  return { title, format, served, open, close: async () => (await started)?.close() };
}
