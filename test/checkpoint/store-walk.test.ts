// The walk over a store: its order, and its end, however the file's groups are linked.
import { describe, expect, test } from 'vitest';
import { openHdf5 } from '../../src/checkpoint/hdf5.js';
import { byPath, split, walkStore } from '../../src/checkpoint/store-walk.js';
import { isShuffleportError, type ShuffleportError } from '../../src/core/errors.js';
import { hdf5StandIn } from '../helpers/hdf5-stand-in.js';
import { fixtureBytes } from '../helpers/models.js';

async function walked(name: string): Promise<{ path: string; variables: readonly string[] }[] | ShuffleportError> {
  const file = await openHdf5(fixtureBytes(`stores/${name}.weights.h5`), name);
  try {
    return [...walkStore(file).groups];
  } catch (error) {
    if (isShuffleportError(error)) return error;
    throw error;
  } finally {
    file.close();
  }
}

test('groups with variables come depth first, parts after what they are part of, the optimizer not at all', async () => {
  expect(await walked('named')).toEqual([
    { path: '/layers/batch_normalization', variables: ['0', '1', '2', '3'] },
    { path: '/layers/conv2d', variables: ['0'] },
    { path: '/layers/dropout', variables: [] },
    { path: '/layers/dropout/seed_generator', variables: ['0'] },
    { path: '/layers/functional', variables: [] },
    { path: '/layers/functional/layers/conv2d', variables: ['0'] },
    { path: '/layers/lstm', variables: [] },
    { path: '/layers/lstm/cell', variables: ['0', '1', '2'] },
    { path: '/layers/max_pooling2d', variables: [] },
  ]);
});

describe('one group under two names is refused at once', () => {
  test.each([
    ['a circle', 'circle', '/layers/functional/layers'],
    ['sixteen doubled groups, which have 65,536 paths', 'doubled', '/layers/a/a/a/a/a/a/a/a/a/a/a/a/a/a/b'],
    ['the variables of two layers', 'shared-variables', '/layers/conv2d_1/vars'],
  ])('%s', async (_, name, where) => {
    await walked('named'); // the library is loaded
    const start = performance.now();
    const error = await walked(name);
    expect(performance.now() - start).toBeLessThan(1000);
    expect(error).toMatchObject({ tag: 'LinkRefused', kind: 'file' });
    // Which of two names is the second is for the library to say.
    if (name !== 'doubled') expect(error).toMatchObject({ explanation: { where } });
    expect((error as ShuffleportError).message).toContain('a second hard link to a group');
  });
});

test('models in models without end are too deep', async () => {
  expect(await walked('deep')).toMatchObject({
    tag: 'FileTooLarge',
    explanation: { found: '35 groups in one another' },
  });
});

describe('a file too damaged to tell its links', () => {
  /** Two groups in every group, twenty deep, under whatever path. */
  const endless = (size: number) =>
    hdf5StandIn({
      size,
      asked: 0,
      kind: () => 'group',
      members(path) {
        this.asked++;
        return path.length < 40 ? ['a', 'b'] : [];
      },
    });

  test.each([
    // The smallest group has 11 + 20 bytes.
    [3200, 100],
    [10_000_000, 20_000],
  ])('of %i bytes has no more than %i groups', (size, most) => {
    const file = endless(size);
    expect(() => walkStore(file)).toThrow(`more than ${most} groups`);
    expect(file.asked).toBeLessThanOrEqual(most);
  });
});

test.each([
  ['conv2d', ['conv2d', 0]],
  ['conv2d_10', ['conv2d', 10]],
  ['batch_normalization', ['batch_normalization', 0]],
  ['batch_normalization_2', ['batch_normalization', 2]],
  ['conv2d_transpose_3', ['conv2d_transpose', 3]],
])('the group %s is of class and number %j', (group, expected) => {
  expect(split(group)).toEqual(expected);
});

test('paths are ordered as the walk goes, not by their letters', () => {
  const order = [
    '/layers/conv2d',
    '/layers/conv2d/part',
    '/layers/conv2d_2',
    '/layers/conv2d_10',
    '/layers/dense',
    '/layers/functional',
    '/layers/functional/layers/conv2d',
    '/layers/functional_1',
  ];
  expect([...order].reverse().sort(byPath)).toEqual(order);
  expect([...order].sort(byPath)).toEqual(order);
});
