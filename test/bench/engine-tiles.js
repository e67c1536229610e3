#!/usr/bin/env node
// How fast each tile of the engine's convolution runs, in GMAC/s, beside the ceiling of this machine: multiplications
// and additions of registers. All in the first cache; the outputs are checked. With and without barriers; with fused
// multiply-add too where the machine has it. Shapes take turns, so that what else the machine does falls on all of them.
//
//   node test/bench/engine-tiles.js [--terms 80] [--rounds 40]
//
// Needs the compiled project (npm run compile).
import { parseArgs } from 'node:util';
import { convolutionKernel, packConvolution } from '../../dist/engine/kernels/convolution.js';
import { PEAK_MACS, peakKernel } from '../../dist/engine/peak.js';
import { hasRelaxedSimd } from '../../dist/engine/wasm/features.js';
import { encodeModule } from '../../dist/engine/wasm/module.js';

const { values } = parseArgs({
  options: { terms: { type: 'string', default: '80' }, rounds: { type: 'string', default: '40' } },
});
const TERMS = Number(values.terms);

/** Tiles by what makes the kernel choose them: the vectors of a group, and the pixels of a row. */
const SHAPES = [
  ['2x5', 5, 40],
  ['2x4', 4, 40],
  ['3x3', 3, 39],
  ['4x2', 2, 40],
  ['8x1', 1, 40],
  ['1x10', 10, 1],
];

/** How the terms of a sum lie: neighbours, three runs, and none next to another. */
const ORDERS = {
  neighbours: (k) => 4 * k,
  runs: (k) => 4 * ((k % 3) * (Math.ceil(TERMS / 3) + 3) + Math.floor(k / 3)),
  scattered: (k) => 8 * k,
};

/** Vectors of outputs in all, in groups that share their inputs. */
const VECTORS = 20;
const CALLS = 20;
const TURNS = 2e5;
const [INPUT, WEIGHTS, OUTPUT] = [1 << 16, 1 << 18, 1 << 20];

const memory = new WebAssembly.Memory({ initial: 64 });
const floats = new Float32Array(memory.buffer);
for (let i = 0; i < floats.length; i++) floats[i] = Math.sin(i * 1.7);

const fmas = hasRelaxedSimd() ? [false, true] : [false];
const features = fmas.flatMap((fma) => [false, true].map((barriers) => ({ fma, barriers })));
const runs = [
  ...features.map(peak),
  ...features.flatMap((f) =>
    SHAPES.flatMap((shape) => Object.keys(ORDERS).map((order) => convolution(f, shape, order))),
  ),
];
const module = new WebAssembly.Module(
  encodeModule(
    runs.map(({ kernel }) => kernel),
    { pages: 64, shared: false },
  ),
);
const { exports } = new WebAssembly.Instance(module, { engine: { memory } });

for (const run of runs) run.check?.();
for (let round = 0; round < Number(values.rounds); round++) {
  for (const run of runs) {
    run.prepare?.();
    run.call();
    const began = performance.now();
    for (let i = 0; i < run.calls; i++) run.call();
    run.least = Math.min(run.least, performance.now() - began);
  }
}
console.log(`${process.version}, ${TERMS} terms, GMAC/s of the fastest of ${values.rounds} rounds`);
const table = {};
for (const run of runs) {
  table[run.row] ??= {};
  table[run.row][run.column] = Number(((run.calls * run.products) / run.least / 1e6).toFixed(1));
}
console.table(table);

function nameOf({ fma, barriers }) {
  return `${fma ? 'fused' : 'mul+add'}${barriers ? ', barriers' : ''}`;
}

/** Sums that never leave their registers. */
function peak(f) {
  const kernel = peakKernel(`peak ${nameOf(f)}`, f);
  const call = () => exports[kernel.name](TURNS);
  return { kernel, call, calls: 1, products: TURNS * PEAK_MACS, least: Infinity, row: 'ceiling', column: nameOf(f) };
}

function convolution(f, [shape, vectors, pixels], order) {
  const offsets = Array.from({ length: TERMS }, (_, k) => ORDERS[order](k));
  const groups = Array.from({ length: VECTORS / vectors }, (_, g) => ({ offsets, outVector: g * vectors, vectors }));
  const spec = {
    inStep: 8 * TERMS,
    outStep: 16 * VECTORS,
    residualStep: undefined,
    inRowStep: 0,
    outRowStep: 0,
    residualRowStep: 0,
    relu: true,
    pixels,
    groups: groups.filter(({ outVector }) => outVector + vectors <= VECTORS),
  };
  const channels = 4 * vectors * spec.groups.length;
  const weights = Float32Array.from({ length: TERMS * channels }, (_, i) => Math.cos(i * 0.9));
  const lanes = spec.groups.map(({ outVector }) => Array.from({ length: 4 * vectors }, (_, i) => 4 * outVector + i));
  const packed = packConvolution(spec, { parts: [weights], channels, scale: undefined, bias: undefined, lanes });
  const kernel = convolutionKernel(`${shape} ${order} ${nameOf(f)}`, spec, f);
  const call = () => exports[kernel.name](INPUT, WEIGHTS, OUTPUT, 0, pixels, 1);
  const prepare = () => floats.set(packed, WEIGHTS / 4);
  const check = () => {
    prepare();
    call();
    for (let p = 0; p < pixels; p++) {
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (const [k, offset] of offsets.entries()) {
          sum += floats[(INPUT + p * spec.inStep + offset) / 4] * weights[k * channels + channel];
        }
        const found = floats[OUTPUT / 4 + p * 4 * VECTORS + channel];
        if (!(Math.abs(found - Math.max(0, sum)) < 1e-4)) throw new Error(`${kernel.name}: ${found} for ${sum}`);
      }
    }
  };
  // A single pixel takes too little time to be measured as often as forty.
  const calls = CALLS * Math.ceil(40 / pixels);
  const row = `${shape} ${order}`;
  return {
    kernel,
    call,
    prepare,
    check,
    calls,
    products: TERMS * channels * pixels,
    least: Infinity,
    row,
    column: nameOf(f),
  };
}
