// The engine as an executor of parity: every layer of what Keras recorded, or those that the fast plan has.
import { describe, expect, test } from 'vitest';
import { tensor } from '../../src/core/tensor.js';
import { engineExecutor, runInEngine } from '../../src/engine/executor.js';
import { holdRun } from '../../src/parity/hold-run.js';
import { RECORDINGS } from '../helpers/exports.js';
import { loadFixture, loadReference } from '../helpers/models.js';

describe.each(RECORDINGS)('%s/%s on %s', (folder, weights, recorded, stated) => {
  const input = loadReference(`${folder}/${recorded}`).get('input')!;

  test('gives every layer within the error expected of float32', async () => {
    const model = await loadFixture(`${folder}/${weights}`, stated);
    const executor = await engineExecutor(model);
    expect(executor.name).toMatch(/^engine, (relaxed )?SIMD, 1 thread$/);
    expect([executor.layers, executor.biasedTerms]).toEqual([undefined, undefined]);
    const names = model.network.layers.map(({ name }) => name);
    const held = holdRun(model, input, await executor.run(input, names));
    expect(held.map(({ layer }) => layer)).toEqual(names);
    expect(held.filter(({ share }) => !(share <= 1))).toEqual([]);
  });

  test('folded, gives those that are still there', async () => {
    const model = await loadFixture(`${folder}/${weights}`, stated);
    const { layers, biasedTerms, run } = await engineExecutor(model, { fold: true });
    expect(layers!.has('stage2/block1/relu_out')).toBe(true);
    expect(layers!.has('stage2/block1/1x1_gconv_1/slice_0')).toBe(false);
    const held = holdRun(model, input, await run(input, [...layers!]), biasedTerms);
    expect(held).toHaveLength(layers!.size);
    expect(held.filter(({ share }) => !(share <= 1))).toEqual([]);
  });
});

describe('the executor', () => {
  test('gives the output alone unless told', async () => {
    const model = await loadFixture('k21-g3/weights.h5', { pooling: 'max' });
    const input = loadReference('k21-g3/reference.npz').get('input')!;
    const outputs = await (await engineExecutor(model)).run(input);
    expect([...outputs.keys()]).toEqual(['softmax']);
    const { executor, output } = await runInEngine(model, input);
    expect(executor).toMatch(/^engine/);
    expect(output.shape).toEqual([2, 10]);
    const expected = outputs.get('softmax')!.data;
    for (const [i, value] of output.data.entries()) expect(value).toBeCloseTo(expected[i]!, 6);
  });

  test('counts the terms of the longest sum that folding begins with a bias', async () => {
    const model = await loadFixture('k21-g3/weights.h5', { pooling: 'max' });
    const terms = model.network.layers.flatMap(({ op, weights }) => {
      const [height = 0, width = 0, channels = 0] = weights.kernel ?? [];
      return op === 'Conv2D' ? height * width * channels : [];
    });
    expect((await engineExecutor(model, { fold: true })).biasedTerms).toBe(Math.max(...terms));
  });

  test('refuses what the network does not take, and layers that it does not have', async () => {
    const model = await loadFixture('trained-digits-g3/weights.h5', { pooling: 'avg', inputShape: [32, 32, 3] });
    const wrong = tensor(new Float32Array(33 * 32 * 3), [1, 33, 32, 3]);
    const executor = await engineExecutor(model);
    await expect(executor.run(wrong)).rejects.toMatchObject({ tag: 'InputShape' });
    await expect(runInEngine(model, wrong)).rejects.toMatchObject({ tag: 'InputShape' });
    const right = tensor(new Float32Array(32 * 32 * 3), [1, 32, 32, 3]);
    await expect(executor.run(right, ['conv2'])).rejects.toThrow('there is no layer "conv2" to observe');
  });
});
