// A file of weights against itself, and who decides its slices.
import { describe, expect, test } from 'vitest';
import { bytesSource } from '../../src/checkpoint/source.js';
import { tensor } from '../../src/core/tensor.js';
import { convert } from '../../src/jobs/convert.js';
import { statedSlices } from '../../src/jobs/inference.js';
import { selfCheckFile } from '../../src/jobs/selfcheck.js';
import { chooseSlices } from '../../src/jobs/slices.js';
import { slicesFromWeights } from '../../src/parity/selfcheck.js';
import { settingsRecord } from '../../src/shufflenet/metadata.js';
import { DEFAULT_SETTINGS } from '../../src/shufflenet/settings.js';
import { loadFixture, randomModel } from '../helpers/models.js';
import { asArrays, keras, npz, weightsOf } from './material.js';

const DIGITS = await asArrays('trained-digits-g3/weights.h5');
const RANDOM = await asArrays('k21-g3/weights.h5');

describe('a file', () => {
  test('that training left consistent is found so, whatever pooling it has', async () => {
    const result = await selfCheckFile(keras('trained-digits-g3/weights.h5'));
    expect(result).toMatchObject({
      source: { name: 'trained-digits-g3/weights.h5' },
      verdict: 'consistent',
      config: { groups: 3, pooling: null, slices: 'own' },
      means: { holds: true },
      slices: { decision: 'own' },
      shuffle: { decision: 'article' },
      findings: [],
      notes: [],
    });
    expect(result.source.bytes).toBe(keras('trained-digits-g3/weights.h5').size);
  });

  test('of random statistics gives no evidence', async () => {
    expect(await selfCheckFile(RANDOM)).toMatchObject({
      verdict: 'no evidence',
      config: { slices: 'own' },
      slices: { decision: 'undecided' },
    });
  });

  test('with two kernels swapped names the two', async () => {
    const weights = await weightsOf('trained-digits-g3/weights.h5');
    const [a, b] = ['stage3/block2/1x1_gconv_2_/g1', 'stage3/block2/1x1_gconv_2_/g2'];
    const [first, second] = [weights.get(`${a}/kernel`)!, weights.get(`${b}/kernel`)!];
    const swapped = npz(weights.set(`${a}/kernel`, second).set(`${b}/kernel`, first));
    const result = await selfCheckFile(swapped);
    expect(result).toMatchObject({ verdict: 'inconsistent', findings: [{ id: 'kernels-swapped', layers: [a, b] }] });
  });

  test('is told that its weights contradict what is said of its slices, which is no fault of the file', async () => {
    const result = await selfCheckFile(DIGITS, { slices: 'last', pooling: 'avg' });
    expect(result).toMatchObject({
      verdict: 'consistent',
      config: { slices: 'last', pooling: 'avg' },
      slices: { decision: 'own' },
      findings: [{ id: 'slices-stated', kind: 'warning' }],
    });
    expect(result.findings[0]!.words).toMatch(/^You say .* last slice.* trained with their own/);
  });

  test('that was converted with the wrong slices is told too', async () => {
    const { files } = await convert(DIGITS, { to: 'npz', pooling: 'avg', slices: 'last' });
    const { findings } = await selfCheckFile(bytesSource('converted.npz', files[0]!.bytes));
    expect(findings).toMatchObject([{ id: 'slices-stated' }]);
    expect(findings[0]!.words).toMatch(/^The conversion says/);
  });

  test('that cannot be loaded whole is refused: a negative variance among other things', async () => {
    const weights = await weightsOf('trained-digits-g3/weights.h5');
    const variance = weights.get('stage2/block1/bn_gconv_1/moving_variance')!;
    const negative = tensor(
      Float32Array.from(variance.data, (x, i) => (i === 3 ? -x : x)),
      variance.shape,
    );
    const source = npz(weights.set('stage2/block1/bn_gconv_1/moving_variance', negative));
    await expect(selfCheckFile(source)).rejects.toMatchObject({ tag: 'Load' });
  });
});

describe('slices', () => {
  test('are stated by a flag first, by a conversion next; auto states nothing', () => {
    const converted = { metadata: settingsRecord({ ...DEFAULT_SETTINGS, slices: 'last' }) };
    expect(statedSlices(converted, 'own')).toEqual({ slices: 'own', source: 'flag' });
    expect(statedSlices(converted, 'auto')).toEqual({ slices: 'last', source: 'metadata' });
    expect(statedSlices(converted, undefined)).toEqual({ slices: 'last', source: 'metadata' });
    expect(statedSlices({}, 'auto')).toBeUndefined();
    const modelConfig = { config: { layers: [{ class_name: 'Conv2D', config: { name: 'a', groups: 3 } }] } };
    expect(statedSlices({ modelConfig }, 'auto')).toEqual({ slices: 'own', source: 'config' });
    expect(statedSlices({ ...converted, modelConfig }, 'auto')?.source).toBe('metadata');
    expect(statedSlices({ metadata: { version: 99 } }, undefined)).toBeUndefined();
  });

  test('are decided by the weights when nobody states them, with the numbers', async () => {
    const model = await loadFixture('trained-digits-g3/weights.h5', { pooling: 'avg' });
    const choice = chooseSlices(slicesFromWeights(model));
    expect(choice).toMatchObject({ decision: 'own', source: 'weights', evidence: { weights: 'own', layers: 5 } });
    expect(choice.evidence.ratio).toBeGreaterThan(100);
    // A statement wins; what the weights say stays beside it.
    const stated = chooseSlices(slicesFromWeights(model), { slices: 'last', source: 'flag' });
    expect(stated).toMatchObject({ decision: 'last', source: 'flag', evidence: { weights: 'own' } });
  });

  test("are the article's when the weights do not tell either", async () => {
    const model = await loadFixture('k21-g3/weights.h5', { pooling: 'max' });
    expect(chooseSlices(slicesFromWeights(model))).toMatchObject({
      decision: 'own',
      source: 'default',
      evidence: { weights: 'undecided' },
    });
  });

  test('of a network of one group are its own by default: there is nothing to read off', async () => {
    const model = await randomModel({ ...DEFAULT_SETTINGS, numShuffleUnits: [0], inputShape: [32, 32, 3] });
    expect(chooseSlices(slicesFromWeights(model))).toMatchObject({
      decision: 'own',
      source: 'default',
      evidence: { layers: 0 },
    });
  });
});
