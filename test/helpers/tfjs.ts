// The real TensorFlow.js as an executor: an export, loaded from memory as a page loads it over HTTP.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import { type Tensor, tensor, toFloat32 } from '../../src/core/tensor.js';
import type { ExportFile } from '../../src/export/files.js';
import type { Executor } from '../../src/network/executor.js';

/** The backends that need neither a browser nor a graphics card. */
export const TFJS_BACKENDS = ['cpu', 'wasm'] as const;

/** One of `TFJS_BACKENDS`. */
export type TfjsBackend = (typeof TFJS_BACKENDS)[number];

/** Makes TensorFlow.js compute on `backend` from here on. */
export async function useBackend(backend: TfjsBackend): Promise<void> {
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js cannot use its backend ${backend}`);
  await tf.ready();
}

/** Loads an export through TensorFlow.js's own HTTP loader, which reads model.json and asks for the shards it names. */
export async function loadTfjs(files: readonly ExportFile[]): Promise<GraphModel> {
  const served = new Map(files.map(({ name, bytes }) => [`http://memory/${name}`, bytes]));
  const index = [...served.keys()].find((url) => url.endsWith('/model.json'))!;
  const fetchFunc = async (url: RequestInfo | URL): Promise<Response> => {
    const bytes = served.get(String(url));
    return bytes === undefined ? new Response(null, { status: 404 }) : new Response(new Uint8Array(bytes));
  };
  return loadGraphModel(tf.io.http(index, { fetchFunc }));
}

/** An export as an executor on the backend in use when it runs. */
export function tfjsExecutor(model: GraphModel): Executor {
  return {
    name: `tfjs-${tf.getBackend()} ${tf.version_core}`,
    run: async (input, observe = [model.outputs[0]!.name.replace(/:0$/, '')]) => {
      const outputs = tf.tidy(() => {
        const x = tf.tensor(toFloat32(input), [...input.shape]);
        const computed = model.execute(x, [...observe]);
        return (Array.isArray(computed) ? computed : [computed]).map(fromTfjs);
      });
      return new Map(observe.map((name, i) => [name, outputs[i]!]));
    },
  };
}

function fromTfjs(t: tf.Tensor): Tensor {
  return tensor(t.dataSync<'float32'>(), t.shape);
}
