// The networks with random weights, beside the peers: the command `bench` does the work.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../../../dist/core/median.js';
import { createEngine } from '../../../dist/engine/engine.js';
import { exportModel } from '../../../dist/export/export.js';
import { spreadOf, takeTurns } from '../../../dist/jobs/bench/turns.js';
import { benchModel } from '../../../dist/jobs/bench.js';
import { noise } from '../../../dist/jobs/noise.js';
import { networkParameters } from '../../../dist/network/cost.js';
import { peersFrom } from '../../../dist/node/executors/peers.js';
import { randomModel } from '../random-model.js';

/** Packages as this folder has them. */
const require = createRequire(import.meta.url);
export const importPeer = async (name) => require(name);

/** Groups and scale. */
const NETWORKS = [
  [1, 1],
  [2, 1],
  [3, 1],
  [4, 1],
  [8, 1],
  [3, 0.5],
];

const WARM_UP = 20;

/** Pictures that one turn of the engine alone runs, as whoever has many would. */
const IN_A_ROW = 4;

export async function measureNetworks({ runs, features, say }) {
  const results = [];
  for (const [groups, scaleFactor] of NETWORKS) {
    say(`g${groups} ${scaleFactor}x`);
    const model = randomModel({ groups, scaleFactor });
    const {
      layers: _,
      config: __,
      ...result
    } = await benchModel(model, {
      runs,
      features,
      openPeers: peersFrom(importPeer),
    });
    for (const { name, time, difference } of result.runners) {
      if (time === null) throw new Error(`${name} gives other outputs for g${groups} ${scaleFactor}x: ${difference}`);
    }
    results.push({ groups, scaleFactor, ...result, memoryShare: memoryShare(model, result.engine.memory) });
  }
  return results;
}

/** Maps and packed weights by what nobody can do without: the weights, and the two largest maps. */
function memoryShare({ network }, { weights, maps }) {
  const sizes = network.layers.map(({ outputShape }) => 4 * outputShape.reduce((size, dim) => size * dim, 1));
  const [first, second] = sizes.toSorted((a, b) => b - a);
  return (weights + maps) / (4 * networkParameters(network) + first + second);
}

/** One thread and two, 3 groups. */
export async function measureThreads({ runs, features, say }) {
  say('two threads');
  const model = randomModel({ groups: 3 });
  const input = noise([224, 224, 3]).data;
  const engines = await Promise.all([1, 2].map((threads) => createEngine(model, { features, threads })));
  const [expected, found] = engines.map((engine) => engine.run(input));
  if (!expected.every((value, i) => value === found[i])) throw new Error('two threads give other outputs than one');
  const row = (engine) => () => {
    for (let i = 0; i < IN_A_ROW; i++) engine.run(input);
  };
  const turns = engines.map((engine) => ({ run: row(engine) }));
  const times = await takeTurns(turns, {
    warmUp: WARM_UP,
    count: Math.max(20, runs >> 1),
    now: () => performance.now(),
  });
  for (const engine of engines) engine.dispose();
  const [one, two] = times.map((each) => each.map((time) => time / IN_A_ROW));
  return {
    one: spreadOf(one),
    two: spreadOf(two),
    speedUp: median(one.map((time, round) => time / two[round])),
    bestSpeedUp: Math.min(...one) / Math.min(...two),
  };
}

/** From a file's bytes to results in processes of their own, 3 groups. */
export async function measureLoading({ runs, say }) {
  say('loading');
  const folder = mkdtempSync(join(tmpdir(), 'shuffleport-bench-'));
  try {
    const path = join(folder, 'model.safetensors');
    writeFileSync(path, (await exportModel(randomModel({ groups: 3 }), 'safetensors'))[0].bytes);
    const script = join(import.meta.dirname, 'loading.js');
    const times = Array.from({ length: runs >= 80 ? 9 : 3 }, () => {
      const { stdout, status, stderr } = spawnSync(process.execPath, [script, path], { encoding: 'utf8' });
      if (status !== 0) throw new Error(stderr);
      return JSON.parse(stdout);
    });
    return {
      loaded: spreadOf(times.map((each) => each.loaded)),
      firstResult: spreadOf(times.map((each) => each.firstResult)),
      steadyAfter: median(times.map((each) => steadyAfter(each.times))),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs until five in a row have a median within a tenth of that of the last twenty. */
function steadyAfter(times) {
  const steady = median(times.slice(-20));
  const at = times.findIndex((_, i) => median(times.slice(i, i + 5)) < 1.1 * steady);
  return at < 0 ? times.length : at;
}
