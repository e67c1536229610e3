// Whole networks: numpy walked the article by itself (fixtures/generate/network.py) and recorded every layer.
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { bytesSource } from '../../src/checkpoint/source.js';
import { sizeOf, type Tensor, tensor } from '../../src/core/tensor.js';
import { evaluator } from '../../src/evaluator/evaluator.js';
import { buildNetwork } from '../../src/shufflenet/build.js';
import { bindWeights, type ShuffleNetModel } from '../../src/shufflenet/load.js';
import { type ForwardFixture, forwardFixtures } from '../helpers/numpy-fixtures.js';
import { floats } from './draws.js';
import { disagreement } from './operations.js';

const FIXTURES = forwardFixtures();

/**
 * What two float64 runs may differ by, of a layer's largest value. Keras in float32, over every file it was measured
 * on, stays within 1e-5 of it; the same roundings in float64 are 2^29 times smaller (53 bits instead of 24).
 */
const FLOAT64_SLACK = 1e-5 * 2 ** -29;

const open = (fixture: ForwardFixture): Promise<Checkpoint> =>
  openCheckpoint(bytesSource(fixture.name, new Uint8Array(readFileSync(fixture.weights))));

const bind = (fixture: ForwardFixture, checkpoint: Checkpoint): Promise<ShuffleNetModel> =>
  bindWeights(checkpoint, buildNetwork(fixture.settings), fixture.settings);

async function load(fixture: ForwardFixture): Promise<ShuffleNetModel> {
  const checkpoint = await open(fixture);
  try {
    return await bind(fixture, checkpoint);
  } finally {
    checkpoint.close();
  }
}

/** The layers where a run of `input` is not what numpy recorded. */
async function disagreements(model: ShuffleNetModel, fixture: ForwardFixture): Promise<Record<string, string>> {
  const names = model.network.layers.map(({ name }) => name).filter((name) => name !== model.network.input);
  const outputs = await evaluator(model, { output: 'float64' }).run(fixture.input, names);
  const wrong = names.flatMap((name) => {
    const expected = fixture.layers.get(name.replaceAll('/', '__'))!;
    const largest = expected.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const found = disagreement(outputs.get(name) as Tensor<Float64Array>, expected, largest * FLOAT64_SLACK);
    return found === undefined ? [] : [[name, found] as const];
  });
  return Object.fromEntries(wrong);
}

describe('every layer is what numpy says', () => {
  test.each(FIXTURES)('$name', async (fixture) => {
    expect(await disagreements(await load(fixture), fixture)).toEqual({});
  });

  test('and rounded to float32 unless asked otherwise', async () => {
    const fixture = FIXTURES[0]!;
    const model = await load(fixture);
    const rounded = (await evaluator(model).run(fixture.input)).get(model.network.output)!;
    const exact = (await evaluator(model, { output: 'float64' }).run(fixture.input)).get(model.network.output)!;
    expect(rounded.data).toEqual(Float32Array.from(exact.data));
    expect(exact.data).not.toEqual(Float64Array.from(rounded.data));
  });

  test('the other slices give another network', async () => {
    const fixture = FIXTURES.find(({ settings }) => settings.slices === 'last')!;
    const asWritten = { ...fixture, settings: { ...fixture.settings, slices: 'own' as const } };
    const wrong = Object.keys(await disagreements(await load(asWritten), fixture));
    expect(wrong[0]).toMatch(/g0_slice$/);
    expect(wrong).toContain('softmax');
  });
});

describe('loading', () => {
  test('does not depend on the order of layers and weights in the file', async () => {
    const fixture = FIXTURES.find(({ settings }) => settings.groups === 3)!;
    const checkpoint = await open(fixture);
    const expected = (await bind(fixture, checkpoint)).weights;
    const shuffledLayers = fc.shuffledSubarray([...checkpoint.layers], { minLength: checkpoint.layers.length });
    await fc.assert(
      fc.asyncProperty(shuffledLayers, fc.boolean(), async (order, reversed) => {
        const layers = order.map(({ name, weights }) => ({ name, weights: reversed ? weights.toReversed() : weights }));
        const model = await bind(fixture, { ...checkpoint, layers });
        expect(model.weights).toEqual(expected);
        expect([...model.weights.keys()]).toEqual([...expected.keys()]);
      }),
      { numRuns: 8 },
    );
    checkpoint.close();
  });
});

describe('images of a batch', () => {
  test('do not see each other', async () => {
    const model = await load(FIXTURES.find(({ name }) => name === 'g2-grey')!);
    const shape = model.network.inputShape as readonly number[];
    const observed = ['conv1', 'stage2/block2/1x1_gconv_1/concat', 'softmax'];
    const run = (x: Tensor) => evaluator(model, { output: 'float64' }).run(x, observed);
    await fc.assert(
      fc.asyncProperty(fc.array(floats(shape), { minLength: 1, maxLength: 3 }), async (images) => {
        const batch = tensor(Float32Array.from(images.flatMap(({ data }) => [...data])), [images.length, ...shape]);
        const together = await run(batch);
        const alone = await Promise.all(images.map((image) => run(tensor(image.data, [1, ...shape]))));
        for (const name of observed) {
          const { data, shape: batchShape } = together.get(name)!;
          expect(batchShape[0]).toBe(images.length);
          const size = sizeOf(batchShape.slice(1));
          alone.forEach((outputs, i) => {
            expect(outputs.get(name)!.data).toEqual(data.slice(i * size, (i + 1) * size));
          });
        }
      }),
      { numRuns: 6 },
    );
  });
});
