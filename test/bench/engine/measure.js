#!/usr/bin/env node
// Everything that `npm run bench:engine` measures, in this version of Node: progress on stderr, one JSON document on
// stdout. Read first: networks.js.
import { parseArgs } from 'node:util';
import { barriersPay } from '../../../dist/engine/tune.js';
import { hasRelaxedSimd } from '../../../dist/engine/wasm/features.js';
import { measureHandMade } from './hand-made.js';
import { measureAlexnet } from './headline.js';
import { load, machine, packages } from './machine.js';
import { measureLoading, measureNetworks, measureThreads } from './networks.js';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    shared: { type: 'string' },
    barriers: { type: 'string', default: 'measured' },
  },
});

const fma = hasRelaxedSimd();
const measured = values.barriers === 'measured';
const features = { fma, barriers: measured ? barriersPay(fma) : values.barriers === 'yes' };
const how = { runs: Number(values.runs), features, say: (text) => console.error(`${process.version}: ${text}`) };

const began = load();
const start = performance.now();
const result = {
  node: process.versions.node,
  v8: process.versions.v8,
  machine: machine(),
  packages: packages(),
  runs: how.runs,
  features: { ...features, measured },
  loading: await measureLoading(how),
  networks: await measureNetworks(how),
  threads: await measureThreads(how),
  handMade: values.shared === undefined ? [] : await measureHandMade(values.shared, how),
  headline: await measureAlexnet(how),
};
const seconds = Math.round((performance.now() - start) / 1000);
const date = new Date().toISOString().slice(0, 10);
console.log(JSON.stringify({ ...result, date, seconds, load: { start: began, end: load() } }));
// Threads of others may be waiting for work.
process.exit(0);
