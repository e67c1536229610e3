#!/usr/bin/env node
// How long shuffleport/runtime takes from a file's bytes to a first result, and how the runs after that settle, in a
// process that has done nothing else: `node loading.js MODEL.safetensors`. One line of JSON.
import { readFileSync } from 'node:fs';
import { loadModel } from '../../../dist/runtime.js';

const RUNS = 60;

const bytes = new Uint8Array(readFileSync(process.argv[2]));
const input = new Float32Array(224 * 224 * 3).fill(0.1);
const start = performance.now();
const model = await loadModel(bytes);
const loaded = performance.now();
const times = Array.from({ length: RUNS }, () => {
  const began = performance.now();
  model.run(input);
  return performance.now() - began;
});
console.log(JSON.stringify({ loaded: loaded - start, firstResult: loaded - start + times[0], times }));
