#!/usr/bin/env node
// The engine beside other runtimes, one picture on one thread: a script, not a test. `npm run bench:engine` installs the
// peers and runs it. Rounds are interleaved in one process: each runtime runs once, then all again, so that what else the
// machine does falls on all of them; ratios are of runs that followed each other.
//
//   npm run bench:engine [-- --quick] [-- --json] [-- --write] [-- --peers DIR]
//
// Outputs are held against each other before a time is told. DIR holds graphs made by hand for the same networks
// (sn_g3_1x_fold.onnx). With --write, docs/performance.md gets the figures of this version of Node.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { alexNet } from './alexnet.js';
import { median, randomModel, relativeError } from './networks.js';
import { asOnnx, engine, onnxruntime, tfjs } from './peers.js';
import { machine, writeFigures } from './performance.js';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    peers: { type: 'string', default: '../shared/peers' },
  },
});

/** Groups and scale. */
const NETWORKS = values.quick
  ? [
      [3, 1],
      [3, 0.5],
    ]
  : [
      [1, 1],
      [2, 1],
      [3, 1],
      [4, 1],
      [8, 1],
      [3, 0.5],
    ];

/** Runs that count, and runs before the first of them: ours and the peers' code is optimised by then. */
const [ROUNDS, WARM_UP] = values.quick ? [40, 25] : [100, 25];

/** Two float32 runs of a network with random weights, of the largest output. */
const TOLERANCE = 1e-4;

const before = machine();
const networks = [];
for (const [groups, scale] of NETWORKS) networks.push(await measureNetwork(groups, scale));
const headline = await measureHeadline();
const result = { ...before, loadAtTheEnd: machine().load, rounds: ROUNDS, networks, headline };
if (values.json) console.log(JSON.stringify(result, null, 2));
if (values.write) writeFigures(result);

async function measureNetwork(groups, scale) {
  const model = randomModel(groups, scale);
  const onnx = await asOnnx(model);
  const runners = [
    await engine(model),
    await onnxruntime('onnxruntime-web', onnx),
    await onnxruntime('onnxruntime-node', onnx),
    await tfjs(model),
  ];
  await expectSame(runners);
  const byHand = join(values.peers, `sn_g${groups}_${scale}x_fold.onnx`);
  if (existsSync(byHand)) {
    runners.push(
      await onnxruntime('onnxruntime-node', new Uint8Array(readFileSync(byHand)), 'onnxruntime-node, by hand'),
    );
  }
  if (groups === 3 && scale === 1) runners.push(await engine(model, { threads: 2 }, 'engine, 2 threads'));
  return report(`${scale}x, ${groups} groups`, await time(runners));
}

/** The paper's table 8: AlexNet beside ShuffleNet 0.5x with 3 groups, in one runtime. */
async function measureHeadline() {
  const runners = [
    await onnxruntime('onnxruntime-web', await asOnnx(randomModel(3, 0.5)), 'ShuffleNet 0.5x, 3 groups'),
    await onnxruntime('onnxruntime-web', alexNet(), 'AlexNet'),
    await engine(randomModel(3, 0.5), {}, 'ShuffleNet 0.5x, 3 groups, engine'),
  ];
  return report('AlexNet, in onnxruntime-web', await time(runners));
}

/** All the same, or no time is told. */
async function expectSame([first, ...others]) {
  const expected = Float32Array.from(await first.run());
  for (const { name, run } of others) {
    const error = relativeError(await run(), expected);
    if (!(error < TOLERANCE)) throw new Error(`${name} and ${first.name} differ by ${error} of the largest output`);
  }
}

async function time(runners) {
  const times = runners.map(() => []);
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    for (const [i, { run }] of runners.entries()) {
      const began = performance.now();
      await run();
      if (round >= 0) times[i].push(performance.now() - began);
    }
  }
  for (const { end } of runners) end();
  return runners.map(({ name }, i) => ({ name, times: times[i] }));
}

/** Each runtime's least and median, and how much longer it takes than the first: the median of the ratios in a round. */
function report(title, measured) {
  const [{ times: base }] = measured;
  const rows = measured.map(({ name, times }) => ({
    name,
    least: Math.min(...times),
    median: median(times),
    ratio: median(times.map((own, round) => own / base[round])),
    ratioOfLeast: Math.min(...times) / Math.min(...base),
    ratioOfMedians: median(times) / median(base),
  }));
  if (!values.json) {
    console.log(`\n${title}`);
    for (const { name, least, median: middle, ratio, ratioOfLeast } of rows) {
      console.log(
        `  ${name.padEnd(36)} least ${least.toFixed(2).padStart(7)} ms, median ${middle.toFixed(2).padStart(7)} ms, ${ratio.toFixed(2)} of the first (of the least ${ratioOfLeast.toFixed(2)})`,
      );
    }
  }
  return { title, rows };
}
