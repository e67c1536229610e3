// Our exports beside graphs that others made of networks of the same form, in the same runtime: hand-made ONNX files
// and what tensorflowjs_converter writes. Their weights are other ones, so each is held against another runtime, or
// against its own checkpoint, or has to give probabilities.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '../../../dist/core/median.js';
import { transposed } from '../../../dist/core/tensor.js';
import { exportModel } from '../../../dist/export/export.js';
import { bytesSource, loadModel } from '../../../dist/index.js';
import { differenceOf, isSame } from '../../../dist/jobs/bench/peers.js';
import { spreadOf, takeTurns } from '../../../dist/jobs/bench/turns.js';
import { noise } from '../../../dist/jobs/noise.js';
import { onnxruntimePeer, openTfjs, tfjsPeer } from '../../../dist/node/executors/peers.js';
import { randomModel } from '../random-model.js';
import { importPeer } from './networks.js';

const image = noise([224, 224, 3]);
const planes = transposed(image, [0, 3, 1, 2]);

export async function measureHandMade(shared, { runs, say }) {
  const peers = join(shared, 'peers');
  if (!existsSync(peers)) return [];
  const count = Math.max(20, Math.min(runs, 100));
  const results = [];
  for (const name of readdirSync(peers)) {
    const [, groups, scale] = /g(\d)_(0\.5|1)x/.exec(name) ?? [];
    const settings = groups && { groups: Number(groups), scaleFactor: Number(scale) };
    if (name.endsWith('.onnx') && settings) {
      say(name);
      results.push({ name, ...(await beside(await onnxPair(join(peers, name), settings), count)) });
    }
    const checkpoint = join(shared, 'cases', name.replace('tfjs-converter_', ''), 'weights.h5');
    if (name.includes('1x') && existsSync(join(peers, name, 'model.json'))) {
      say(name);
      const model = settings
        ? undefined
        : await loadModel(source(checkpoint), { pooling: 'max', inputShape: [224, 224, 3] });
      results.push({ name, ...(await beside(await tfjsPair(join(peers, name), model, settings), count)) });
    }
  }
  return results;
}

const source = (path) => bytesSource(path, new Uint8Array(readFileSync(path)));

async function onnxPair(path, settings) {
  const inOrt = (name, file) => onnxruntimePeer(name, importPeer, file, planes);
  const bytes = new Uint8Array(readFileSync(path));
  const [{ bytes: ours }] = await exportModel(randomModel(settings), 'onnx', { inputLayout: 'nchw' });
  const [check, theirs] = [await inOrt('onnxruntime-node', bytes), await inOrt('onnxruntime-web', bytes)];
  expectSame(await theirs.output(), await check.output(), path);
  await check.close();
  return [await inOrt('onnxruntime-web', ours), theirs];
}

/** Held against our export of the same checkpoint where there is one. */
async function tfjsPair(folder, model, settings) {
  const names = readdirSync(folder);
  const files = names.map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(folder, name))) }));
  const ours = await exportModel(model ?? randomModel(settings), 'tfjs');
  const pair = await openTfjs(importPeer, async (tfjs) => [
    await tfjsPeer(tfjs, ours, image),
    await tfjsPeer(tfjs, files, image),
  ]);
  const [own, found] = [await pair[0].output(), await pair[1].output()];
  if (model !== undefined) expectSame(found, own, folder);
  const sum = found.reduce((total, value) => total + value, 0);
  if (!(Math.abs(sum - 1) < 1e-3)) throw new Error(`${folder}: probabilities add up to ${sum}`);
  return pair;
}

function expectSame(found, expected, what) {
  const difference = differenceOf(found, expected);
  if (!isSame(difference)) throw new Error(`${what} differs by ${difference} of the largest output`);
}

async function beside([ours, theirs], count) {
  const times = await takeTurns([ours, theirs], { warmUp: 20, count, now: () => performance.now() });
  await Promise.all([ours.close(), theirs.close()]);
  const ratio = median(times[1].map((time, round) => time / times[0][round]));
  return { runtime: ours.name, ours: spreadOf(times[0]), theirs: spreadOf(times[1]), ratio };
}
