// `diff`: two files of weights, alike and changed in one place.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bytesSource } from '../../src/checkpoint/source.js';
import { writeNpy } from '../../src/formats/npy.js';
import { writeZip } from '../../src/formats/zip-write.js';
import { convert } from '../../src/jobs/convert.js';
import { diff } from '../../src/jobs/diff.js';
import { floats, keras, npz, weightsOf } from './material.js';

const G3 = keras('k21-g3/weights.h5');

test('a file equals what it was converted into', async () => {
  const { files } = await convert(G3, { to: 'safetensors', pooling: 'max' });
  const converted = bytesSource('weights.safetensors', files[0]!.bytes);
  expect(await diff(G3, converted)).toEqual({
    a: { name: 'k21-g3/weights.h5', bytes: 526_760 },
    b: { name: 'weights.safetensors', bytes: files[0]!.bytes.length },
    same: true,
    equal: 113,
    differences: [],
  });
});

test('a file of one network differs from another of its shape in every kernel', async () => {
  const result = await diff(G3, keras('trained-digits-g3/weights.h5'));
  expect(result.same).toBe(false);
  const kernels = result.differences.filter(({ weight }) => weight === 'kernel');
  expect(kernels).toHaveLength(34); // conv1, two whole and thirty grouped 1x1 convolutions, fc
  expect(kernels.every(({ kind }) => kind === 'values')).toBe(true);
});

/** Two layers, and the same changed. */
const before = [
  ['dense_1/kernel', floats([2, 3], [1, 2, 3, 4, 5, 6])],
  ['dense_1/bias', floats([3], [0, -0, Number.NaN])],
] as const;

const against = async (...after: Parameters<typeof npz>[0][]) =>
  diff(
    npz(before, 'a.npz'),
    npz(
      after.flatMap((part) => [...part]),
      'b.npz',
    ),
  );

describe('a difference', () => {
  test('is none between zeros of either sign, nor between values that are no numbers', async () => {
    const other = floats([3], [-0, 0, Number.NaN]);
    expect(await against([before[0], ['dense_1/bias', other]])).toMatchObject({ same: true, equal: 2 });
  });

  test('in values is counted, with the largest and where it is', async () => {
    const other = floats([2, 3], [1, 2.5, 3, 4, 3, 6.25]);
    expect(await against([['dense_1/kernel', other], before[1]])).toMatchObject({
      same: false,
      equal: 1,
      differences: [{ kind: 'values', layer: 'dense_1', weight: 'kernel', count: 3, maxAbsDifference: 2, at: [1, 1] }],
    });
  });

  test('to a value that is no number is larger than any', async () => {
    const other = floats([2, 3], [9, 2, Number.NaN, 4, 5, 99]);
    expect((await against([['dense_1/kernel', other], before[1]])).differences).toEqual([
      { kind: 'values', layer: 'dense_1', weight: 'kernel', count: 3, maxAbsDifference: Number.NaN, at: [0, 2] },
    ]);
  });

  test('in shape is told with both', async () => {
    const other = floats([3, 2], [1, 2, 3, 4, 5, 6]);
    expect((await against([['dense_1/kernel', other], before[1]])).differences).toEqual([
      { kind: 'shape', layer: 'dense_1', weight: 'kernel', a: [2, 3], b: [3, 2] },
    ]);
  });

  test('in names is told on either side', async () => {
    const result = await against([before[0], ['dense_2/bias', before[1][1]]]);
    expect(result).toMatchObject({ same: false, equal: 1 });
    expect(result.differences).toEqual([
      { kind: 'only-in-a', layer: 'dense_1', weight: 'bias', shape: [3] },
      { kind: 'only-in-b', layer: 'dense_2', weight: 'bias', shape: [3] },
    ]);
  });

  test('is told in the article\u2019s names where a file has others', async () => {
    const weights = await weightsOf('k21-g3/weights.h5');
    weights.delete('stage2/block1/bn_gconv_1/gamma');
    const renamed = [...weights].map(([key, value]) => {
      const slash = key.lastIndexOf('/');
      return [`${key.slice(0, slash).replaceAll('/', '_')}${key.slice(slash)}`, value] as const;
    });
    expect(await diff(G3, npz(renamed))).toMatchObject({
      equal: 112,
      differences: [{ kind: 'only-in-a', layer: 'stage2/block1/bn_gconv_1', weight: 'gamma', shape: [15] }],
    });
  });

  test('cannot be told where a weight cannot be read, on either side', async () => {
    const inexact = new URL('../../fixtures/numpy/formats/npy/refused/uint64-inexact.npy', import.meta.url);
    const bytes = new Uint8Array(readFileSync(inexact));
    const unreadable = bytesSource('u.npz', writeZip([{ name: 'd/kernel.npy', bytes }]));
    const shape = [(bytes.length - 128) / 8];
    const readable = bytesSource(
      'r.npz',
      writeZip([{ name: 'd/kernel.npy', bytes: writeNpy(floats(shape, Array(shape[0]).fill(1))) }]),
    );
    const entry = { kind: 'unreadable', layer: 'd', weight: 'kernel', reason: expect.any(String) };
    expect((await diff(unreadable, readable)).differences).toEqual([{ ...entry, file: 'a' }]);
    expect((await diff(readable, unreadable)).differences).toEqual([{ ...entry, file: 'b' }]);
  });
});
