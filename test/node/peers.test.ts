// Runtimes as peers in a bench: each runs our export and gives what Keras recorded; those that are not there are named.
import { beforeAll, describe, expect, test } from 'vitest';
import { type Tensor, tensor, toFloat32 } from '../../src/core/tensor.js';
import { evaluator } from '../../src/evaluator/evaluator.js';
import type { Peer } from '../../src/jobs/bench/peers.js';
import { openPeers, peersFrom } from '../../src/node/executors/peers.js';
import type { ShuffleNetModel } from '../../src/shufflenet/load.js';
import { loadFixture, loadReference } from '../helpers/models.js';

/** As `npm ci` installs them. */
const HERE = [/^onnxruntime-web \d/, /^tfjs-wasm \d/];

let input: Tensor<Float32Array>;
beforeAll(() => {
  const images = loadReference('trained-digits-g3/reference.npz').get('input')!;
  const [, ...shape] = images.shape as [number, number, number, number];
  const size = shape[0] * shape[1] * shape[2];
  input = tensor(toFloat32(images).slice(0, size), [1, ...shape]);
});

async function withPeers(model: ShuffleNetModel, use: (peers: readonly Peer[]) => Promise<void>): Promise<string[]> {
  const { peers, missing } = await openPeers(model, input);
  await use(peers);
  for (const peer of peers) await peer.close();
  return [...missing];
}

describe('peers', () => {
  test('give what Keras gave, each under its own name', async () => {
    const model = await loadFixture('trained-digits-g3/weights.h5', { pooling: 'avg' });
    const expected = loadReference('trained-digits-g3/reference.npz').get('softmax')!;
    const missing = await withPeers(model, async (peers) => {
      for (const [i, name] of HERE.entries()) expect(peers[i]!.name).toMatch(name);
      for (const peer of peers) {
        await peer.run();
        const found = await peer.output();
        expect(found).toHaveLength(10);
        for (const [k, value] of found.entries()) expect(value).toBeCloseTo(expected.data[k] as number, 5);
      }
    });
    expect(missing).toEqual(['onnxruntime-node']);
  });

  test('give maps as Keras does, channels last', async () => {
    const model = await loadFixture('k21-g3/weights.h5', { includeTop: false, pooling: null });
    const { output } = model.network;
    const expected = (await evaluator(model).run(input)).get(output)!;
    expect(expected.shape).toHaveLength(4);
    await withPeers(model, async (peers) => {
      expect(peers).toHaveLength(2);
      for (const peer of peers) {
        const found = await peer.output();
        for (const [k, value] of found.entries()) expect(value).toBeCloseTo(expected.data[k] as number, 4);
      }
    });
  });

  test('that are not installed are named by their packages', async () => {
    const model = await loadFixture('trained-digits-g3/weights.h5', { pooling: 'avg' });
    const absent = async (name: string) => {
      throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' });
    };
    expect(await peersFrom(absent)(model, input)).toEqual({
      peers: [],
      missing: [
        'onnxruntime-node',
        'onnxruntime-web',
        '@tensorflow/tfjs-core and @tensorflow/tfjs-converter and @tensorflow/tfjs-backend-wasm',
      ],
    });
  });
});
