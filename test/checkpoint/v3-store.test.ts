// Stores as Keras 2.12 to 3.8 lay them out: what is listed and read equals what fixtures/generate/stores.py wrote.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { openHdf5 } from '../../src/checkpoint/hdf5.js';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { bytesSource } from '../../src/checkpoint/source.js';
import { isLayerPath, isStore } from '../../src/checkpoint/v3-store.js';
import { damagedBytes } from '../helpers/damaged.js';
import { fixtureBytes } from '../helpers/models.js';

const EXPECTED = JSON.parse(
  readFileSync(new URL('../../fixtures/keras/stores/expected.json', import.meta.url), 'utf8'),
) as Record<string, unknown>;

const open = (name: string): Promise<Checkpoint> => openCheckpoint(bytesSource(name, fixtureBytes(`stores/${name}`)));

/** All there is to know of a file's layers, values included. */
async function listed(name: string): Promise<{ checkpoint: Checkpoint; layers: unknown[] }> {
  const checkpoint = await open(name);
  const layers: unknown[] = [];
  for (const layer of checkpoint.layers) {
    const weights: unknown[] = [];
    for (const weight of layer.weights) {
      const { name: called, role, shape, dtype } = weight;
      weights.push({ name: called, role, shape, dtype, values: Array.from((await weight.read()).data, Number) });
    }
    layers.push({ name: layer.name, className: layer.className, weights });
  }
  checkpoint.close();
  return { checkpoint, layers };
}

describe('layers, in the order of their numbers, with names, classes, roles and values', () => {
  test.each(['numbered', 'named', 'nameless-part', 'skipping', 'bfloat16'])('%s', async (file) => {
    const name = `${file}.weights.h5`;
    const { checkpoint, layers } = await listed(name);
    expect(checkpoint.container).toBe('keras-v3-weights');
    expect(layers).toEqual(EXPECTED[name]);
  });
});

describe('names', () => {
  test.each([
    ['numbered', 16],
    ['nameless-part', 1],
    ['skipping', 3],
  ])('%s has none: the paths stand in, and a note says so', async (name, count) => {
    const checkpoint = await open(`${name}.weights.h5`);
    expect(checkpoint.named).toBe(false);
    expect(checkpoint.notes).toMatchObject([{ id: 'no-layer-names' }]);
    expect(checkpoint.notes[0]!.text).toMatch(new RegExp(`^${count} layers? without a name: .*before Keras 3\\.6`));
    checkpoint.close();
  });

  test('a file of Keras 3.6 and later has them, and nothing is noted', async () => {
    const checkpoint = await open('bfloat16.weights.h5');
    expect(checkpoint).toMatchObject({ named: true, notes: [] });
    checkpoint.close();
  });

  test('parts go by their own name or by that of their layer', async () => {
    const checkpoint = await open('named.weights.h5');
    const names = checkpoint.layers.map(({ name }) => name);
    expect(names).toEqual([
      'stem_bn',
      'stem',
      'drop',
      'drop/seed_generator',
      'inner',
      'inner_conv',
      'memory',
      'memory_cell',
      'pool',
    ]);
    expect(checkpoint.named).toBe(true);
    checkpoint.close();
  });
});

test("the optimizer's state is no layer; a note says that it was left aside", async () => {
  const checkpoint = await open('named.weights.h5');
  expect(checkpoint.layers.flatMap(({ weights }) => weights).filter(({ name }) => /optimizer/.test(name))).toEqual([]);
  expect(checkpoint.notes.map(({ id }) => id)).toEqual(['optimizer']);
  expect(checkpoint.notes[0]!.text).toContain('left aside');
  checkpoint.close();
});

test('a closed file reads nothing more', async () => {
  const checkpoint = await open('bfloat16.weights.h5');
  const [weight] = checkpoint.layers[0]!.weights;
  checkpoint.close();
  await expect(weight!.read()).rejects.toMatchObject({ kind: 'file' });
});

describe('a store is told by its groups', () => {
  test.each([
    ["Keras 3's", 'keras-3-store', true],
    ["Keras 2.14's", 'keras-2.14-store', true],
    ['the older layout', 'fixed-names', false],
    ['no Keras file', 'not-keras', false],
  ])('%s: %s', async (_, name, expected) => {
    const file = await openHdf5(damagedBytes(name), name);
    expect(isStore(file)).toBe(expected);
    file.close();
  });
});

test.each([
  ['/layers/conv2d', true],
  ['/_layer_checkpoint_dependencies/conv2d', true],
  ['/layers/lstm/cell', false],
  ['/layers/functional/layers/conv2d', false],
  ['/optimizer/conv2d', false],
  ['/layers', false],
  ['model/layers/conv2d', false],
])('the path %s is one of a layer of the model: %s', (path, expected) => {
  expect(isLayerPath(path)).toBe(expected);
});
