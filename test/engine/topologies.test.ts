// Any network at all, not only the article's: other topologies are new builders, and the engine runs them as they are.
import * as fc from 'fast-check';
import { test } from 'vitest';
import type { EngineOptions } from '../../src/engine/engine.js';
import { hasRelaxedSimd } from '../../src/engine/wasm/features.js';
import { noise } from '../helpers/models.js';
import { expectAlike } from './alike.js';
import { anyModel } from './topologies.js';

/** How many networks are tried in each way; the nightly run tries more. */
const RUNS = Number(process.env.SHUFFLEPORT_ENGINE_RUNS ?? 40);

/** Threads take a tenth of a second to start, and the rest a millisecond. */
const RUNS_BY_THREADS = Math.ceil(RUNS / 8);

const WAYS: Readonly<Record<string, (names: string[]) => EngineOptions>> = {
  'folded and fused': () => ({}),
  'every layer that is left': (observe) => ({ observe }),
  'every layer, unfolded': (observe) => ({ observe, fold: false }),
  'without barriers': () => ({ features: { barriers: false } }),
  'by three threads': () => ({ threads: 3 }),
};

test.each(Object.entries(WAYS))('any network, %s', async (name, way) => {
  await fc.assert(
    fc.asyncProperty(anyModel(12), fc.integer({ min: 1, max: 2 }), fc.nat(), async (model, batch, seed) => {
      const { layers, inputShape } = model.network;
      const input = noise([batch, ...(inputShape as number[])], seed);
      await expectAlike(model, input, way(layers.map(({ name }) => name)));
    }),
    { numRuns: name.includes('threads') ? RUNS_BY_THREADS : RUNS, seed: 11 },
  );
});

test.skipIf(!hasRelaxedSimd())('any network, without fused multiply-add where there is one', async () => {
  await fc.assert(
    fc.asyncProperty(anyModel(12), fc.nat(), async (model, seed) => {
      const input = noise([1, ...(model.network.inputShape as number[])], seed);
      await expectAlike(model, input, { features: { fma: false } });
    }),
    { numRuns: RUNS, seed: 12 },
  );
});
