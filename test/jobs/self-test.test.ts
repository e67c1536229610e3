// A file and its reference -> a self-test: which network is planted in, and what is said of one that does not pass.
import { expect, test } from 'vitest';
import { selfTestFile } from '../../src/jobs/self-test.js';
import { asArrays, changed, referenceWith } from './material.js';

const G3 = await asArrays('k21-g3/weights.h5');
const only = (name: string) => (key: string, array: Parameters<typeof changed>[0]) =>
  key === name ? ([key, array] as const) : undefined;

test('plants in the network that the reference agrees with, both poolings tried', async () => {
  const result = await selfTestFile(G3, referenceWith('k21-g3/reference.npz', only('conv1')));
  expect(result).toMatchObject({
    source: { name: 'k21-g3/weights.h5.npz' },
    reference: { name: 'reference.npz' },
    config: { groups: 3, inputShape: [32, 32, 3] },
    honest: { verdict: 'pass', layers: 1, sources: [] },
    causes: { missed: 0 },
    unknown: { misnamed: 0 },
  });
  expect(result).not.toHaveProperty('falseAlarms');
  const layers = result.planted.map(({ layer }) => layer);
  expect(new Set(layers)).toEqual(new Set(['conv1']));
  expect(result.planted.find(({ cause }) => cause === 'input-scale')).toMatchObject({ outcome: 'named' });
  expect(result.notPlanted.map(({ cause }) => cause)).toContain('bn-epsilon');
});

test('plants nothing in a reference that fails', async () => {
  const wrong = referenceWith('k21-g3/reference.npz', (key, array) =>
    key === 'conv1' ? [key, changed(array, 0, 99)] : undefined,
  );
  const result = await selfTestFile(G3, wrong);
  expect(result).toMatchObject({
    verdict: 'fail',
    honest: { verdict: 'fail', layers: 1, sources: ['conv1'] },
    causes: { planted: 0 },
    share: null,
    planted: [],
    notPlanted: [],
  });
});
