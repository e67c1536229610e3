#!/usr/bin/env node
// `npm start`: a network somebody trained in Keras, converted, verified and run in JavaScript. Works without a network
// connection; what it writes lies in out/.
import { mkdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { run } from '../dist/cli/program.js';
import { evaluator, exportModel, loadModel, preprocess, readNpz } from '../dist/index.js';
import { fileSource } from '../dist/node.js';
import { loadModel as loadInRuntime } from '../dist/runtime.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const digits = join(root, 'fixtures/keras/trained-digits-g3');
const weights = join(digits, 'weights.h5');
const reference = join(digits, 'reference.npz');
const out = join(root, 'out');
const model = join(out, 'digits-tfjs');

/** Runs the command line, as a user would, and stops at the first that fails. */
async function shuffleport(...args) {
  console.log(`\n$ shuffleport ${args.map((arg) => (arg.startsWith(root) ? relative(root, arg) : arg)).join(' ')}`);
  const code = await run(args, {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    interactive: false,
    color: false,
  });
  if (code !== 0) process.exit(code);
}

/** The classes that TensorFlow.js gives, from the converted files alone. */
async function classifyInTfjs(images) {
  const modelJson = JSON.parse(await readFile(join(model, 'model.json'), 'utf8'));
  const shards = modelJson.weightsManifest.flatMap((group) => group.paths);
  const weightData = await Promise.all(shards.map(async (path) => new Uint8Array(await readFile(join(model, path)))));
  const graph = await loadGraphModel({
    load: async () => ({
      modelTopology: modelJson.modelTopology,
      weightSpecs: modelJson.weightsManifest.flatMap((group) => group.weights),
      weightData: Uint8Array.from(Buffer.concat(weightData)).buffer,
      signature: modelJson.signature,
    }),
  });
  const output = graph.predict(tf.tensor(images.data, images.shape));
  return {
    classes: argmaxRows(await output.data(), 10),
    backend: `TensorFlow.js ${tf.version_core} (${tf.getBackend()})`,
  };
}

/** The classes that `shuffleport/runtime` gives, from a converted file. */
async function classifyInEngine(network, images) {
  const [file] = await exportModel(network, 'safetensors');
  const model = await loadInRuntime(file.bytes, { inputShape: images.shape.slice(1) });
  const classes = argmaxRows(model.run(images.data), 10);
  model.dispose();
  return classes;
}

function argmaxRows(values, size) {
  return Array.from({ length: values.length / size }, (_, row) => {
    const cells = Array.from(values.subarray(row * size, (row + 1) * size));
    return cells.indexOf(Math.max(...cells));
  });
}

console.log('A ShuffleNet trained on handwritten digits in Keras 2.1 becomes a model for JavaScript.');
await mkdir(out, { recursive: true });
await shuffleport('convert', weights, '--pooling', 'avg', '--input-shape', '32,32,3', '-o', model, '--force');
await shuffleport('verify', weights, '--reference', reference, '--pooling', 'avg');

const test = new Map(
  readNpz(await readFile(join(digits, 'test360.npz')), 'test360.npz').map((entry) => [entry.key, entry]),
);
const labels = Array.from(test.get('labels').read().data);
const keras = argmaxRows(test.get('softmax').read().data, 10);
const images = preprocess(test.get('images_u8').read(), 'tf');

const network = await loadModel(await fileSource(weights), { pooling: 'avg' });
const ours = argmaxRows((await evaluator(network).run(images)).get('softmax').data, 10);
const fast = await classifyInEngine(network, images);
const { classes: theirs, backend } = await classifyInTfjs(images);

console.log(`\n${labels.length} digits that the network has not seen, classes compared with those of Keras:`);
let failed = false;
for (const [name, classes] of [
  ['evaluator', ours],
  ['shuffleport/runtime (WebAssembly)', fast],
  [backend, theirs],
]) {
  const same = classes.filter((digit, i) => digit === keras[i]).length;
  const right = classes.filter((digit, i) => digit === labels[i]).length;
  console.log(
    `  ${name}: ${same} of ${labels.length} the same, ${((100 * right) / labels.length).toFixed(1)} % correct`,
  );
  failed ||= same !== labels.length;
}
console.log(
  `\nThe converted model: ${relative(process.cwd(), model) || model} (model.json and its weights; load it with tf.loadGraphModel)`,
);
process.exitCode = failed ? 1 : 0;
