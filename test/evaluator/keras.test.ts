// Whole networks that Keras wrote, layer by layer against what Keras computed.
import { describe, expect, test } from 'vitest';
import { sameShape, type Tensor } from '../../src/core/tensor.js';
import { evaluator } from '../../src/evaluator/evaluator.js';
import type { ShuffleNetSettings } from '../../src/shufflenet/settings.js';
import { loadFixture, loadReference } from '../helpers/models.js';

/** Of a layer's largest value. Keras in float32 was measured to differ from float64 by at most 2.3e-6 of it. */
const BOUND = 3e-6;

/** The layers that are wrong, each with its error over its largest value. */
async function wrongLayers(file: string, reference: string, stated: Partial<ShuffleNetSettings>): Promise<string[]> {
  const model = await loadFixture(file, stated);
  const recorded = loadReference(reference);
  const names = [...recorded.keys()].filter((name) => name !== 'input');
  expect(names).toHaveLength(68);
  const outputs = await evaluator(model).run(recorded.get('input')!, names);
  return names.filter((name) => !agrees(outputs.get(name)!, recorded.get(name)!));
}

function agrees(found: Tensor, expected: Tensor): boolean {
  const largest = Math.max(...expected.data.map(Math.abs));
  return (
    sameShape(found.shape, expected.shape) &&
    found.data.every((value, i) => Math.abs(value - expected.data[i]!) <= BOUND * largest)
  );
}

describe('every layer agrees with Keras', () => {
  test.each([
    ['k21-g3/weights.h5', { pooling: 'max' }],
    ['k21-g3-odd/weights.h5', { pooling: 'avg' }],
    ['k21-g8/weights.h5', { pooling: 'max' }],
    ['trained-digits-g3/weights.h5', { pooling: 'avg' }],
  ] as const)('%s', async (file, stated) => {
    expect(await wrongLayers(file, `${file.split('/')[0]}/reference.npz`, stated)).toEqual([]);
  });
});

test('groups that read the last slice agree with numpy, which did the same', async () => {
  const stated = { pooling: 'max', slices: 'last' } as const;
  expect(await wrongLayers('k21-g3/weights.h5', 'k21-g3/reference_lastslice.npz', stated)).toEqual([]);
});
