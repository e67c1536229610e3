#!/usr/bin/env node
// How long graph models of one network take in TensorFlow.js's WebAssembly backend, side by side: a script, not a test.
// They take turns, so that what else the machine does falls on all of them; ratios are of runs that followed each other.
//
//   node test/bench/tfjs.js [--rounds N] [--peers DIR] [--checkpoint 3-GROUPS.h5]
//
// DIR holds graphs that tensorflowjs_converter made of 1x networks at 224 x 224, in folders whose names end in -g3-224
// and -g8_1x or _g8_1x. The networks have random weights, or those of the checkpoint, and then its output must be the
// peer's. What is folded must give what is not folded. Needs the compiled project (npm run compile).
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from '../../dist/core/median.js';
import { bytesSource, exportModel, loadModel } from '../../dist/index.js';
import { randomModel } from './random-model.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '60' },
    peers: { type: 'string' },
    checkpoint: { type: 'string' },
  },
});

/** Runs before the first that counts. */
const WARM_UP = 5;

/** Of the largest output. */
const TOLERANCE = 1e-5;

const require = createRequire(import.meta.url);
const tf = require('@tensorflow/tfjs-core');
const { loadGraphModel } = require('@tensorflow/tfjs-converter');
require('@tensorflow/tfjs-backend-wasm');
await tf.setBackend('wasm');
await tf.ready();
const pixels = Float32Array.from({ length: 224 * 224 * 3 }, (_, i) => Math.sin(i * 1.7));
const x = tf.tensor(pixels, [1, 224, 224, 3]);
for (const groups of [3, 8]) await measure(groups);

async function measure(groups) {
  const told = groups === 3 && values.checkpoint !== undefined;
  const model = told ? await checkpoint(values.checkpoint) : randomModel({ groups });
  const ours = await Promise.all(
    [true, false].map(async (fold) => fromFiles(await exportModel(model, 'tfjs', { fold }))),
  );
  const graphs = new Map([['folded', ours[0]]]);
  const peer = peerOf(groups);
  if (peer !== undefined) graphs.set('peer', await fromFolder(peer));
  graphs.set('plain', ours[1]);
  expectSame(graphs.get('folded'), graphs.get('plain'), 'folded and plain');
  if (told && peer !== undefined) expectSame(graphs.get('folded'), graphs.get('peer'), 'folded and peer');
  report(`${groups} groups`, time([...graphs]));
}

function time(graphs) {
  const times = graphs.map(([name]) => [name, []]);
  for (let round = -WARM_UP; round < Number(values.rounds); round++) {
    for (const [i, [, graph]] of graphs.entries()) {
      const began = performance.now();
      run(graph);
      if (round >= 0) times[i][1].push(performance.now() - began);
    }
  }
  return times;
}

/** Ratios to the peer, or to the plain graph where there is none. */
function report(title, times) {
  const [, base] = times.find(([name]) => name === 'peer') ?? times.at(-1);
  for (const [name, own] of times) {
    const ratio = median(own.map((value, round) => value / base[round]));
    const [least, middle] = [Math.min(...own), median(own)];
    console.log(
      `${title}, ${name}: least ${least.toFixed(1)} ms, median ${middle.toFixed(1)} ms, ${ratio.toFixed(3)} (median of ratios), ${(least / Math.min(...base)).toFixed(3)} (of the least)`,
    );
  }
}

function run(graph) {
  const output = graph.predict(x);
  const scores = output.dataSync().slice();
  output.dispose();
  return scores;
}

function expectSame(a, b, what) {
  const [found, expected] = [run(a), run(b)];
  const error = Math.max(...found.map((value, i) => Math.abs(value - expected[i]))) / Math.max(...expected);
  if (!(error < TOLERANCE)) throw new Error(`${what} differ by ${error} of the largest output`);
}

async function checkpoint(path) {
  const source = bytesSource(path, new Uint8Array(readFileSync(path)));
  return loadModel(source, { pooling: 'max', inputShape: [224, 224, 3] });
}

function peerOf(groups) {
  if (values.peers === undefined) return undefined;
  const name = readdirSync(values.peers).find((entry) => new RegExp(`g${groups}(-224|_1x)$`).test(entry));
  return name === undefined ? undefined : join(values.peers, name);
}

function fromFiles(files) {
  return fromBytes((name) => files.find((file) => file.name === name).bytes);
}

function fromFolder(folder) {
  return fromBytes((name) => readFileSync(join(folder, name)));
}

function fromBytes(read) {
  const fetchFunc = async (url) => new Response(read(url.slice(url.lastIndexOf('/') + 1)));
  return loadGraphModel(tf.io.http('http://memory/model.json', { fetchFunc }));
}
