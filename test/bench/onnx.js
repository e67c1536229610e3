#!/usr/bin/env node
// How long .onnx files of one network take in ONNX Runtime, side by side: a script, not a test. The files take turns, so
// that what else the machine does falls on all of them; ratios are of runs that followed each other.
//
//   node test/bench/onnx.js [--rounds N] FIRST.onnx OTHER.onnx …
//
// One picture on one thread, in the WebAssembly build, and in Node's where SHUFFLEPORT_ORT_NODE names the folder of an
// onnxruntime-node.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

const { values, positionals: paths } = parseArgs({
  options: { rounds: { type: 'string', default: '200' } },
  allowPositionals: true,
});

/** Runs before the first that counts. */
const WARM_UP = 10;

const require = createRequire(import.meta.url);
const web = require('onnxruntime-web');
web.env.wasm.numThreads = 1;
await measure('onnxruntime-web', web);
const native = process.env.SHUFFLEPORT_ORT_NODE;
if (native !== undefined) await measure('onnxruntime-node', require(native));

async function measure(name, ort) {
  const runs = await Promise.all(paths.map((path) => prepare(ort, path)));
  const times = paths.map(() => []);
  for (let round = -WARM_UP; round < Number(values.rounds); round++) {
    for (const [i, run] of runs.entries()) {
      const began = performance.now();
      await run();
      if (round >= 0) times[i].push(performance.now() - began);
    }
  }
  for (const [i, path] of paths.entries()) {
    const ratio = median(times[i].map((time, round) => time / times[0][round]));
    const [least, middle] = [Math.min(...times[i]), median(times[i])];
    console.log(
      `${name} ${path}: least ${least.toFixed(2)} ms, median ${middle.toFixed(2)} ms, ${ratio.toFixed(3)} of the first (median of ratios), ${(least / Math.min(...times[0])).toFixed(3)} (of the least)`,
    );
  }
}

/** What is not known of the input's shape is one picture of 224 x 224. */
async function prepare(ort, path) {
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 };
  const session = await ort.InferenceSession.create(new Uint8Array(readFileSync(path)), options);
  const shape = session.inputMetadata[0].shape.map((size, axis) => (typeof size === 'number' ? size : axis ? 224 : 1));
  const size = shape.reduce((product, dim) => product * dim, 1);
  const pixels = Float32Array.from({ length: size }, (_, i) => Math.sin(i * 1.7));
  const feeds = { [session.inputNames[0]]: new ort.Tensor('float32', pixels, shape) };
  return () => session.run(feeds);
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
}
