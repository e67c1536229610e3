// What the engine takes of memory, and that it takes no more however long it runs.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { sizeOf } from '../../src/core/tensor.js';
import { createEngine } from '../../src/engine/engine.js';
import { programOf } from '../../src/engine/program.js';
import { withoutValues } from '../../src/export/unfolded.js';
import { buildNetwork } from '../../src/shufflenet/build.js';
import { DEFAULT_SETTINGS, type ShuffleNetSettings } from '../../src/shufflenet/settings.js';
import { SMALL } from '../helpers/exports.js';
import { noise, randomModel } from '../helpers/models.js';

const PAGE = 65_536;

test.each<[name: string, settings: Partial<ShuffleNetSettings>, side: number]>([
  ['1x', { groups: 3 }, 224],
  ['1x, 8 groups', { groups: 8 }, 224],
  ['0.25x', { groups: 3, scaleFactor: 0.25 }, 224],
  ['0.25x, small pictures', { groups: 8, scaleFactor: 0.25 }, 32],
  ['nearly all maps', { groups: 1, scaleFactor: 0.25, numShuffleUnits: [0] }, 500],
])('%s: at most 1.6 times the weights and the two largest maps', (_, settings, side) => {
  const network = buildNetwork({ ...DEFAULT_SETTINGS, ...settings, inputShape: [side, side, 3] });
  const { pages } = programOf(
    withoutValues(network),
    { height: side, width: side, channels: 3 },
    {
      features: { fma: false, barriers: true },
      fold: true,
      keep: new Set(),
      threads: 1,
    },
  );
  const weights = network.layers.flatMap((layer) => Object.values(layer.weights).map((shape) => 4 * sizeOf(shape)));
  const maps = network.layers.map(({ outputShape }) => 4 * sizeOf(outputShape as number[])).sort((a, b) => b - a);
  const needed = weights.reduce((sum, bytes) => sum + bytes, 0) + maps[0]! + maps[1]!;
  expect(pages * PAGE).toBeLessThan(1.6 * needed + PAGE);
});

test('ten thousand runs leave nothing behind', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const engine = await createEngine(await randomModel({ ...SMALL, inputShape: [28, 28, 1] }));
  const input = noise([1, 28, 28, 1]).data;
  const held = () => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  for (let i = 0; i < 500; i++) engine.run(input);
  const before = held();
  for (let i = 0; i < 10_000; i++) engine.run(input);
  // The outputs of ten thousand runs would be some 2 MB.
  expect(held() - before).toBeLessThan(1_000_000);
}, 30_000);
