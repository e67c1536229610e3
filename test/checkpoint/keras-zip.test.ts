// `.keras` zips: names, roles and order from the architecture. Expectations from fixtures/generate/stores.py.
import { readFileSync } from 'node:fs';
import { ready } from 'h5wasm';
import { describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { isKerasZip } from '../../src/checkpoint/keras-zip.js';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { bytesSource } from '../../src/checkpoint/source.js';
import { readZip } from '../../src/formats/zip.js';
import { writeZip } from '../../src/formats/zip-write.js';
import { fixtureBytes } from '../helpers/models.js';

const EXPECTED = JSON.parse(
  readFileSync(new URL('../../fixtures/keras/stores/expected.json', import.meta.url), 'utf8'),
) as Record<string, unknown>;

const open = (name: string): Promise<Checkpoint> => openCheckpoint(bytesSource(name, fixtureBytes(`stores/${name}`)));

async function layersOf(checkpoint: Checkpoint): Promise<unknown[]> {
  const layers: unknown[] = [];
  for (const { name, className, weights } of checkpoint.layers) {
    const read: unknown[] = [];
    for (const { name: called, role, shape, dtype, read: values } of weights) {
      read.push({ name: called, role, shape, dtype, values: Array.from((await values()).data, Number) });
    }
    layers.push({ name, className, weights: read });
  }
  return layers;
}

describe("layers in the model's order, named by the order of each class", () => {
  test.each(['model', 'parts', 'skipping', 'miscounted', 'invalid-config'])('%s', async (file) => {
    const name = `${file}.keras`;
    const checkpoint = await open(name);
    expect(checkpoint.container).toBe('keras-v3-zip');
    expect(await layersOf(checkpoint)).toEqual(EXPECTED[name]);
    checkpoint.close();
  });

  test('nested models too; the version and the architecture are kept, and nothing is noted', async () => {
    const checkpoint = await open('model.keras');
    expect(checkpoint).toMatchObject({ named: true, kerasVersion: '3.5.0', notes: [] });
    expect(checkpoint.modelConfig).toMatchObject({ class_name: 'Functional', name: 'net' });
    expect(checkpoint.layers.map(({ name }) => name)).toEqual([
      'stem',
      'stem_bn',
      'inner',
      'inner_conv',
      'inner_bn',
      'depth',
      'head',
      'up',
      'memory',
      'fc',
    ]);
    checkpoint.close();
  });

  test('what lacks gamma or beta is told by the architecture', async () => {
    const checkpoint = await open('model.keras');
    const roles = (name: string) =>
      checkpoint.layers.find((layer) => layer.name === name)!.weights.map(({ role }) => role);
    expect(roles('stem_bn')).toEqual(['beta', 'moving_mean', 'moving_variance']);
    expect(roles('inner_bn')).toEqual(['gamma', 'moving_mean', 'moving_variance']);
    checkpoint.close();
  });

  test('parts of a layer are counted as no layers, and go by the name of theirs', async () => {
    const checkpoint = await open('parts.keras');
    expect(checkpoint).toMatchObject({ named: true, notes: [] });
    expect(checkpoint.layers.map(({ name }) => name)).toEqual(['stem', 'scaled', 'head', 'scaled/conv2d']);
    checkpoint.close();
  });

  test('where the counts of a class differ, its layers stay without names', async () => {
    const checkpoint = await open('miscounted.keras');
    expect(checkpoint.layers.map(({ name }) => name)).toEqual(['fc', 'layers/conv2d', 'layers/conv2d_1']);
    expect(checkpoint).toMatchObject({ named: false, notes: [{ id: 'no-layer-names' }] });
    expect(checkpoint.notes[0]!.text).toMatch(/^2 layers without a name/);
    checkpoint.close();
  });
});

test('a config.json that is no JSON is left aside, with a note; so is missing metadata, without', async () => {
  const checkpoint = await open('invalid-config.keras');
  expect(checkpoint.notes).toMatchObject([{ id: 'unreadable-config' }]);
  expect(checkpoint.notes[0]!.text).toMatch(/^config\.json is no JSON \(SyntaxError/);
  expect(checkpoint).not.toHaveProperty('modelConfig');
  expect(checkpoint).not.toHaveProperty('kerasVersion');
  checkpoint.close();
});

test('a damaged config.json is not taken for one that is no JSON', async () => {
  const bytes = fixtureBytes('stores/model.keras');
  const text = new TextDecoder('latin1').decode(bytes);
  bytes[text.indexOf('"stem_bn"') + 1] = 'S'.charCodeAt(0);
  await expect(openCheckpoint(bytesSource('x.keras', bytes))).rejects.toMatchObject({ tag: 'Checksum' });
});

test('a version that is no text is left out', async () => {
  const members = readZip(fixtureBytes('stores/model.keras'), 'x').map((entry) => ({
    name: entry.name,
    bytes: entry.name === 'metadata.json' ? new TextEncoder().encode('{"keras_version": 3}') : entry.read(),
  }));
  const checkpoint = await openCheckpoint(bytesSource('x.keras', writeZip(members)));
  expect(checkpoint).not.toHaveProperty('kerasVersion');
  checkpoint.close();
});

test('a zip whose HDF5 file holds no layers is refused, and nothing stays open', async () => {
  const { FS } = (await ready) as unknown as { FS: { readdir(path: string): string[] } };
  const before = FS.readdir('/').length;
  const opening = open('no-store.keras');
  await expect(opening).rejects.toMatchObject({ tag: 'NotKeras', explanation: { where: 'no-store.keras' } });
  await expect(opening).rejects.toThrow('a .keras zip');
  await expect(opening).rejects.toThrow('in it: temperature');
  expect(FS.readdir('/')).toHaveLength(before);
});

test.each([
  [['config.json', 'metadata.json', 'model.weights.h5'], true],
  [['config.json', 'model.weights.npz'], false],
  [['model.weights.h5'], false],
  [['arr_0.npy'], false],
])('members %j: %s', (members, expected) => {
  expect(isKerasZip(members)).toBe(expected);
});
