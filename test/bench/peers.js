// Whatever runs a network, made ready to run one picture again and again on one thread: a name, and a function that gives
// the output. The packages are those of test/bench/package.json.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createEngine } from '../../dist/engine/engine.js';
import { exportModel } from '../../dist/index.js';
import { PIXELS } from './networks.js';

const require = createRequire(import.meta.url);

/** Channels first, as ONNX has them. */
const CHANNELS_FIRST = Float32Array.from(PIXELS, (_, i) => {
  const [channel, pixel] = [Math.floor(i / (224 * 224)), i % (224 * 224)];
  return PIXELS[3 * pixel + channel];
});

/** Our engine, with what `options` say. */
export async function engine(model, options = {}, name = 'engine') {
  const made = await createEngine(model, options);
  return { name, run: () => made.run(PIXELS), end: () => made.dispose(), told: made.name };
}

/** The version of a package of test/bench/package.json. */
export function version(name) {
  return JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;
}

/**
 * One of the two ONNX Runtimes. They register what runs sessions in one place, onnxruntime-common: whichever came first would
 * run the other's, too, and nothing would tell. So each gets one of its own.
 */
function requireAlone(name) {
  if (!loaded.has(name)) {
    for (const path of Object.keys(require.cache)) if (path.includes('onnxruntime-common')) delete require.cache[path];
    loaded.set(name, require(name));
  }
  return loaded.get(name);
}

const loaded = new Map();

/** ONNX Runtime over the bytes of a file that takes `(1, 3, 224, 224)`. */
export async function onnxruntime(name, bytes, label = name) {
  const ort = requireAlone(name);
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(bytes, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const feeds = { [session.inputNames[0]]: new ort.Tensor('float32', CHANNELS_FIRST, [1, 3, 224, 224]) };
  const run = async () => (await session.run(feeds))[session.outputNames[0]].data;
  return { name: label, run, end: () => session.release() };
}

/** The bytes of our ONNX export, folded, channels first. */
export async function asOnnx(model) {
  const [file] = await exportModel(model, 'onnx', { inputLayout: 'nchw' });
  return file.bytes;
}

/** TensorFlow.js's WebAssembly backend over our own export, folded. */
export async function tfjs(model, name = 'tfjs-wasm') {
  const tf = require('@tensorflow/tfjs-core');
  const { loadGraphModel } = require('@tensorflow/tfjs-converter');
  require('@tensorflow/tfjs-backend-wasm');
  await tf.setBackend('wasm');
  await tf.ready();
  const files = await exportModel(model, 'tfjs');
  const fetchFunc = async (url) => {
    return new Response(files.find((file) => file.name === url.slice(url.lastIndexOf('/') + 1)).bytes);
  };
  const graph = await loadGraphModel(tf.io.http('http://memory/model.json', { fetchFunc }));
  const x = tf.tensor(PIXELS, [1, 224, 224, 3]);
  const run = () => {
    const output = graph.predict(x);
    const values = output.dataSync().slice();
    output.dispose();
    return values;
  };
  const end = () => {
    x.dispose();
    graph.dispose();
  };
  return { name, run, end };
}
