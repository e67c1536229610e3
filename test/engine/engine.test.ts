// The engine beside the evaluator, with which it shares no code: any network, any size, every layer.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sizeOf, type Tensor, tensor } from '../../src/core/tensor.js';
import { createEngine, type EngineOptions } from '../../src/engine/engine.js';
import { evaluator } from '../../src/evaluator/evaluator.js';
import { SIGMA_LIMIT } from '../../src/parity/expected.js';
import type { ShuffleNetModel } from '../../src/shufflenet/load.js';
import { expectedRun, expectWithin } from '../helpers/expected-run.js';
import { anySmallNetwork, classesOf, digits } from '../helpers/exports.js';
import { loadFixture, noise, randomModel } from '../helpers/models.js';

/** How many random networks are tried; the nightly run tries 1,000. */
const RUNS = Number(process.env.SHUFFLEPORT_ENGINE_RUNS ?? 8);

/** What the engine gives for `input`, by layer. */
async function engineRun(model: ShuffleNetModel, input: Tensor<Float32Array>, options: EngineOptions) {
  const { network } = model;
  const engine = await createEngine(model, { inputShape: input.shape.slice(1), ...options });
  const output = engine.run(input.data);
  expect(engine.observed(network.output)).toEqual(output);
  const names = [...new Set([...(options.observe ?? []), network.output])].filter((name) => engine.layers.has(name));
  const expected = await evaluator(model).run(input, names);
  return new Map(names.map((name) => [name, tensor(engine.observed(name), expected.get(name)!.shape)]));
}

/**
 * Sums begin with the bias, which folding made large: each of the terms is then rounded at the size of the result, where
 * the network as it is written adds last. Each is off by up to a unit roundoff, at random, of which 12 sigma are allowed.
 */
function roundings({ network }: ShuffleNetModel): number {
  const terms = network.layers.map(({ weights }) => (weights.kernel ? sizeOf(weights.kernel.slice(0, -1)) : 9));
  return 1 + SIGMA_LIMIT * Math.sqrt(Math.max(...terms) / 3);
}

const layersOf = ({ network }: ShuffleNetModel): string[] => network.layers.map(({ name }) => name);

describe('any network is what the evaluator says', () => {
  test('folded and fused', async () => {
    await fc.assert(
      fc.asyncProperty(anySmallNetwork(60), fc.nat(), fc.integer({ min: 1, max: 2 }), async (settings, seed, batch) => {
        const model = await randomModel(settings);
        const input = noise([batch, ...settings.inputShape], seed);
        expectWithin(await engineRun(model, input, {}), expectedRun(model, input), roundings(model));
      }),
      { numRuns: RUNS, seed: 7 },
    );
  });

  test('every layer that is still there', async () => {
    await fc.assert(
      fc.asyncProperty(anySmallNetwork(40), fc.nat(), async (settings, seed) => {
        const model = await randomModel(settings);
        const input = noise([1, ...settings.inputShape], seed);
        const found = await engineRun(model, input, { observe: layersOf(model) });
        expectWithin(found, expectedRun(model, input), roundings(model));
      }),
      { numRuns: RUNS, seed: 8 },
    );
  });

  test('every layer of all, unfolded', async () => {
    await fc.assert(
      fc.asyncProperty(anySmallNetwork(40), fc.nat(), async (settings, seed) => {
        const model = await randomModel(settings);
        const input = noise([1, ...settings.inputShape], seed);
        const found = await engineRun(model, input, { observe: layersOf(model), fold: false });
        expect([...found.keys()]).toEqual(layersOf(model));
        expectWithin(found, expectedRun(model, input));
      }),
      { numRuns: RUNS, seed: 9 },
    );
  });
});

test('the digits get the classes that Keras gave them', async () => {
  const model = await loadFixture('trained-digits-g3/weights.h5', { pooling: 'avg' });
  const { images, softmax } = digits();
  const engine = await createEngine(model, { inputShape: images.shape.slice(1) });
  const found = tensor(engine.run(images.data), softmax.shape);
  expect(classesOf(found)).toEqual(classesOf(softmax));
});
