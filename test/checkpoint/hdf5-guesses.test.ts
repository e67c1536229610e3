// What is asked of the library before it was looked at, and what becomes of its errors. Both are counted for the whole
// process, other tests included, so each test here loads the readers anew. Files: fixtures/generate/damaged.py.
import { ready } from 'h5wasm';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import type { H5Module } from '../../src/checkpoint/h5wasm-module.js';
import type { Hdf5File } from '../../src/checkpoint/hdf5.js';
import { bytesSource } from '../../src/checkpoint/source.js';
import { damagedBytes } from '../helpers/damaged.js';

let readers: typeof import('../../src/checkpoint/open.js') &
  typeof import('../../src/checkpoint/hdf5.js') &
  typeof import('../../src/checkpoint/hdf5-handle.js');
beforeEach(async () => {
  vi.resetModules();
  const [open, hdf5, handle] = await Promise.all([
    import('../../src/checkpoint/open.js'),
    import('../../src/checkpoint/hdf5.js'),
    import('../../src/checkpoint/hdf5-handle.js'),
  ]);
  readers = { ...open, ...hdf5, ...handle };
});
afterEach(() => void vi.restoreAllMocks());

async function withFile(name: string, look: (file: Hdf5File) => void): Promise<void> {
  const file = await readers.openHdf5(damagedBytes(name), name);
  look(file);
  file.close();
}

async function withCheckpoint(name: string, look: (checkpoint: Checkpoint) => Promise<void> | void): Promise<void> {
  const checkpoint = await readers.openCheckpoint(bytesSource(name, damagedBytes(name)));
  await look(checkpoint);
  checkpoint.close();
}

test('a list that is mostly there is read at once, or not at all', async () => {
  await withFile('fixed-names', (file) => {
    expect(file.guessStrings('/conv1', 'weight_names')).toEqual(['conv1/kernel:0']);
    expect(file.guessStrings('/input_1', 'weight_names')).toEqual([]);
    expect(file.guessStrings('/conv1', 'no_names')).toBeUndefined();
    // Now the file was walked: only of what has nothing below it is another guess made.
    expect(file.guessStrings('/conv1', 'weight_names')).toBeUndefined();
    expect(file.guessStrings('/input_1', 'weight_names')).toEqual([]);
    expect(file.guessStrings('/nowhere', 'weight_names')).toBeUndefined();
  });
  await withFile('soft-link-layer', (file) => {
    expect(file.guessStrings('/conv1', 'weight_names')).toBeUndefined();
    expect(file.guessStrings('/input_1', 'weight_names')).toEqual([]);
  });
});

describe('to open a file', () => {
  /** How often the library was asked what. */
  async function asked(name: string): Promise<Record<string, number>> {
    const library = (await ready) as unknown as H5Module;
    const walk = vi.spyOn(library, 'get_names');
    const link = vi.spyOn(library, 'get_symbolic_link');
    const dataset = vi.spyOn(library, 'get_dataset_metadata');
    await withCheckpoint(name, () => undefined);
    const walks = walk.mock.calls.filter(([, , recursive]) => recursive).length;
    return { walks, links: link.mock.calls.length, datasets: dataset.mock.calls.length };
  }

  test.each(['fixed-names', 'full-model'])('%s without links: each dataset is asked for once', async (name) => {
    expect(await asked(name)).toEqual({ walks: 0, links: 0, datasets: 2 });
  });

  test('without links: the first thing that is not there makes it walk', async () => {
    // And look at the group where the dataset should be, which the walk cannot tell from a dataset.
    expect(await asked('missing-dataset')).toEqual({ walks: 1, links: 1, datasets: 2 });
  });

  test('with links: each path is asked about', async () => {
    const { walks, links, datasets } = await asked('soft-link');
    expect({ walks, datasets }).toEqual({ walks: 1, datasets: 1 });
    expect(links).toBeGreaterThanOrEqual(2);
  });
});

describe('an error of the library', () => {
  test('over one weight is the reason why that one cannot be read; the others are whole', async () => {
    await withCheckpoint('broken-entry', async ({ layers }) => {
      const weightOf = (layer: string) => layers.find(({ name }) => name === layer)!.weights[0]!;
      const gamma = weightOf('unit/bn');
      expect(gamma).toMatchObject({ shape: [], dtype: 'unknown', fault: { tag: 'ReadFailed' } });
      expect(gamma.fault!.explanation).toMatchObject({
        what: 'Its values cannot be read: the HDF5 library says "unable to offset into local heap data block".',
        where: '/unit/bn/unit/bn/gamma:0',
      });
      await expect(gamma.read()).rejects.toMatchObject({ tag: 'ReadFailed' });
      expect((await weightOf('conv1').read()).data).toHaveLength(12);
    });
  });

  test('is one of a hundred: then nothing is guessed, and a damaged weight is a damaged file', async () => {
    const { guess, mayGuess, mayFail } = readers;
    expect(guess(() => 5)).toBe(5);
    for (let error = 0; error < 99; error++) {
      if (error % 2 === 0) expect(mayFail()).toBe(true);
      else expect(guess(() => JSON.parse('{'))).toBeUndefined();
    }
    expect(mayGuess()).toBe(true);
    expect(mayFail()).toBe(true);
    expect(mayGuess()).toBe(false);
    expect(mayFail()).toBe(false);
    const broken = readers.openCheckpoint(bytesSource('broken-entry', damagedBytes('broken-entry')));
    await expect(broken).rejects.toMatchObject({ tag: 'DamagedFile' });
  });
});
