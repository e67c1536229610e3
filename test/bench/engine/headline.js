// The article's headline: AlexNet beside ShuffleNet 0.5x with 3 groups, which is about as accurate, in one runtime.

import { median } from '../../../dist/core/median.js';
import { transposed } from '../../../dist/core/tensor.js';
import { createEngine } from '../../../dist/engine/engine.js';
import { exportModel } from '../../../dist/export/export.js';
import { differenceOf, isSame } from '../../../dist/jobs/bench/peers.js';
import { spreadOf, takeTurns } from '../../../dist/jobs/bench/turns.js';
import { noise } from '../../../dist/jobs/noise.js';
import { networkMacs } from '../../../dist/network/cost.js';
import { onnxruntimePeer } from '../../../dist/node/executors/peers.js';
import { randomModel } from '../random-model.js';
import { alexnet } from './alexnet.js';
import { importPeer } from './networks.js';

export async function measureAlexnet({ runs, features, say }) {
  say('AlexNet');
  const image = noise([224, 224, 3]);
  const planes = transposed(image, [0, 3, 1, 2]);
  const model = randomModel({ groups: 3, scaleFactor: 0.5 });
  const large = alexnet();
  const [{ bytes }] = await exportModel(model, 'onnx', { inputLayout: 'nchw' });
  const check = await onnxruntimePeer('onnxruntime-node', importPeer, large.bytes, planes);
  const big = await onnxruntimePeer('onnxruntime-web', importPeer, large.bytes, planes);
  const difference = differenceOf(await big.output(), await check.output());
  await check.close();
  if (!isSame(difference)) throw new Error(`AlexNet differs between runtimes by ${difference}`);
  const small = await onnxruntimePeer('onnxruntime-web', importPeer, bytes, planes);
  const engine = await createEngine(model, { features });
  const own = differenceOf(engine.run(image.data), await small.output());
  if (!isSame(own)) throw new Error(`g3 0.5x differs between the engine and onnxruntime-web by ${own}`);
  const times = await takeTurns([big, small, { run: () => engine.run(image.data) }], {
    warmUp: 10,
    count: Math.max(20, Math.min(runs, 100)),
    now: () => performance.now(),
  });
  await Promise.all([big.close(), small.close()]);
  engine.dispose();
  const ratio = (i) => median(times[0].map((time, round) => time / times[i][round]));
  return {
    runtime: big.name,
    macs: { alexnet: large.macs, shufflenet: networkMacs(model.network) },
    alexnet: spreadOf(times[0]),
    shufflenet: spreadOf(times[1]),
    engine: spreadOf(times[2]),
    ratio: ratio(1),
    engineRatio: ratio(2),
  };
}
