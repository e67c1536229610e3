// Sharded weights that Keras 3.15 saved (fixtures/generate/sharded.py), read as Keras holds them, and what can be wrong.
import { readFileSync } from 'node:fs';
import { ready } from 'h5wasm';
import { describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { bytesSource, type Source } from '../../src/checkpoint/source.js';
import { encodeText } from '../../src/core/bytes.js';
import { printable } from '../../src/core/text.js';
import { damagedBytes } from '../helpers/damaged.js';
import { fixtureBytes } from '../helpers/models.js';

type Files = Readonly<Record<string, Uint8Array>>;

const INDEX = 'net.weights.json';
const SHARDS = [0, 1, 2, 3].map((i) => `net_0000${i}.weights.h5`);
const KERAS: Files = Object.fromEntries([INDEX, ...SHARDS].map((name) => [name, fixtureBytes(`sharded/${name}`)]));
const EXPECTED = JSON.parse(
  readFileSync(new URL('../../fixtures/keras/sharded/expected.json', import.meta.url), 'utf8'),
) as Record<string, Record<string, { shape: number[]; values: number[] }>>;

/** A file of a folder, and the names that were asked for. */
function inFolder(files: Files, name = INDEX, asked: string[] = []): Source {
  const sibling = async (other: string): Promise<Source> => {
    asked.push(other);
    if (files[other] === undefined) throw new Error(`no such file: ${other}`);
    return inFolder(files, other, asked);
  };
  return { ...bytesSource(name, files[name]!), sibling };
}

const open = (files: Files): Promise<Checkpoint> => openCheckpoint(inFolder(files));

const indexOf = (map: unknown): Uint8Array => encodeText(JSON.stringify({ metadata: {}, weight_map: map }));

/** Keras's index with some lines others, or left out where they are undefined. */
function changedIndex(lines: Readonly<Record<string, unknown>>): Uint8Array {
  const { weight_map } = JSON.parse(new TextDecoder().decode(KERAS[INDEX])) as { weight_map: object };
  return indexOf({ ...weight_map, ...lines });
}

describe('every layer of every shard', () => {
  test('has the name, the roles, the shapes and the values that Keras has', async () => {
    const checkpoint = await open(KERAS);
    const found: Record<string, unknown> = {};
    for (const { name, weights } of checkpoint.layers.filter((layer) => layer.weights.length > 0)) {
      const roles: Record<string, unknown> = {};
      for (const { role, shape, read } of weights) {
        roles[role!] = { shape, values: Array.from((await read()).data, Number) };
      }
      found[name] = roles;
    }
    expect(found).toEqual(EXPECTED);
    checkpoint.close();
  });

  test('is listed as in a store of one file: by class and number, weightless layers too', async () => {
    const checkpoint = await open(KERAS);
    expect(checkpoint).toMatchObject({ container: 'keras-v3-sharded', named: true, notes: [{ id: 'optimizer' }] });
    expect(checkpoint.layers.map(({ name }) => name)).toEqual([
      'stem_bn',
      'depth_bn',
      'stem',
      'fc',
      'depth',
      'pool',
      'image',
    ]);
    expect(checkpoint.layers.flatMap(({ weights }) => weights.map(({ name }) => name)).slice(-4)).toEqual([
      'layers/conv2d/vars/0',
      'layers/dense/vars/0',
      'layers/dense/vars/1',
      'layers/depthwise_conv2d/vars/0',
    ]);
    checkpoint.close();
  });

  test('is found whatever order the index has, and each shard is asked for once', async () => {
    const { weight_map } = JSON.parse(new TextDecoder().decode(KERAS[INDEX])) as { weight_map: object };
    const reversed = indexOf(Object.fromEntries(Object.entries(weight_map).reverse()));
    const asked: string[] = [];
    const checkpoint = await openCheckpoint(inFolder({ ...KERAS, [INDEX]: reversed }, INDEX, asked));
    expect(checkpoint).toMatchObject({ named: true, layers: { length: 7 } });
    expect(asked.sort()).toEqual(SHARDS);
    checkpoint.close();
  });
});

describe('files in memory', () => {
  const count = async (): Promise<number> => {
    const { FS } = (await ready) as unknown as { FS: { readdir(path: string): string[] } };
    return FS.readdir('/').length;
  };

  test('are as many as there are shards, and none after closing', async () => {
    const before = await count();
    const checkpoint = await open(KERAS);
    expect(await count()).toBe(before + 4);
    checkpoint.close();
    checkpoint.close();
    expect(await count()).toBe(before);
    await expect(checkpoint.layers[0]!.weights[0]!.read()).rejects.toMatchObject({ kind: 'file' });
  });

  test('are none after a failure, whenever it comes', async () => {
    const before = await count();
    const { [SHARDS[2]!]: _, ...incomplete } = KERAS;
    await expect(open(incomplete)).rejects.toThrow();
    await expect(open({ ...KERAS, [INDEX]: changedIndex({ '/layers/dense/vars': SHARDS[0] }) })).rejects.toThrow();
    expect(await count()).toBe(before);
  });
});

describe('a shard that cannot be had', () => {
  test('is named, with the reason and its cause', async () => {
    const { [SHARDS[2]!]: _, ...incomplete } = KERAS;
    const opening = open(incomplete);
    await expect(opening).rejects.toMatchObject({
      tag: 'MissingShard',
      kind: 'file',
      shard: SHARDS[2],
      cause: { message: `no such file: ${SHARDS[2]}` },
      explanation: { where: INDEX, found: `no such file: ${SHARDS[2]}` },
    });
    await expect(opening).rejects.toThrow('into the same folder');
  });

  test('is told in the words of the error that was met', async () => {
    const files: Files = { [INDEX]: KERAS[INDEX]! };
    const source = { ...inFolder(files), sibling: () => openCheckpoint(bytesSource('x', new Uint8Array())) as never };
    await expect(openCheckpoint(source)).rejects.toMatchObject({
      tag: 'MissingShard',
      explanation: { found: 'The file is empty (0 bytes)' },
    });
  });

  test('is missing where only the index was given', async () => {
    await expect(openCheckpoint(bytesSource(INDEX, KERAS[INDEX]!))).rejects.toMatchObject({
      tag: 'MissingShard',
      shard: SHARDS[0],
      explanation: { found: 'only the index was given' },
    });
  });
});

describe('a shard that is something else is told by its name, its number and the index', () => {
  const where = `${SHARDS[1]}, shard 2 of 4 in ${INDEX}`;

  test.each([
    ['nothing', new Uint8Array(), 'EmptyFile'],
    ['a pointer', encodeText('version https://git-lfs.github.com/spec/v1\n'), 'GitLfsPointer'],
    ['cut off', KERAS[SHARDS[1]!]!.subarray(0, 5000), 'TruncatedFile'],
    ['damaged', damagedBytes('garbage-tail'), 'DamagedFile'],
    ['another index', KERAS[INDEX]!, 'UnknownFormat'],
  ])('%s', async (_, bytes, tag) => {
    await expect(open({ ...KERAS, [SHARDS[1]!]: bytes })).rejects.toMatchObject({ tag, explanation: { where } });
  });
});

describe('shards of two saves', () => {
  test('a shard without a layer that the index places there', async () => {
    // Its group is there and has the layer's name; the variables are in the next shard.
    const index = changedIndex({ '/layers/depthwise_conv2d/vars': [SHARDS[1], SHARDS[0]] });
    const opening = open({ ...KERAS, [INDEX]: index });
    await expect(opening).rejects.toMatchObject({ tag: 'ShardMismatch', kind: 'file', shard: SHARDS[0] });
    await expect(opening).rejects.toThrow('"/layers/depthwise_conv2d/vars"');
    await expect(opening).rejects.toThrow('again from one save');
  });

  test('a shard without the group at all', async () => {
    const index = changedIndex({ '/layers/conv2d_9/vars': SHARDS[3] });
    await expect(open({ ...KERAS, [INDEX]: index })).rejects.toMatchObject({ tag: 'ShardMismatch', shard: SHARDS[3] });
  });

  test('a shard with variables that the index does not place there', async () => {
    const opening = open({ ...KERAS, [INDEX]: changedIndex({ '/layers/conv2d/vars': undefined }) });
    await expect(opening).rejects.toMatchObject({
      tag: 'ShardMismatch',
      shard: SHARDS[0],
      explanation: { found: '1 variable', expected: 'none, by the index' },
    });
  });

  test('a variable in two shards', async () => {
    const index = changedIndex({
      '/layers/depthwise_conv2d/vars': [SHARDS[1], 'copy.h5'],
      '/layers/batch_normalization_1/vars': [SHARDS[2]],
    });
    const opening = open({ ...KERAS, [INDEX]: index, 'copy.h5': KERAS[SHARDS[1]!]! });
    await expect(opening).rejects.toMatchObject({
      tag: 'ShardMismatch',
      shard: 'copy.h5',
      explanation: { found: 'it is in two shards' },
    });
    await expect(opening).rejects.toThrow('"/layers/depthwise_conv2d/vars/0"');
  });
});

test('shards that are no stores are no Keras files', async () => {
  const opening = open({ [INDEX]: indexOf({ '/vars': 'a.h5' }), 'a.h5': damagedBytes('not-keras') });
  await expect(opening).rejects.toMatchObject({ tag: 'NotKeras', explanation: { found: 'in it: temperature' } });
  await expect(opening).rejects.toThrow('an index of 1 HDF5 file');
});

describe('one shard alone', () => {
  test.each([
    [0, 'layers/depthwise_conv2d'], // its name is here, its kernel in the next
    [1, 'layers/batch_normalization_1'],
    [2, 'layers/batch_normalization_1'], // its variables are here, its name in the shard before
    [3, 'layers/dense'], // a bias, numbered 1
  ])('shard %i opens, and a note says what shows that it is one of several', async (i, layer) => {
    const checkpoint = await openCheckpoint(bytesSource('alone.h5', KERAS[SHARDS[i]!]!));
    expect(checkpoint.container).toBe('keras-v3-weights');
    const notes = checkpoint.notes.filter(({ id }) => id !== 'optimizer');
    expect(notes.map(({ id }) => id)).toEqual(['lone-shard']);
    expect(notes[0]!.text).toContain(`a part of "${printable(layer)}" is missing`);
    expect(notes[0]!.text).toContain('.weights.json');
    checkpoint.close();
  });

  test('the variables that are there keep their roles', async () => {
    const checkpoint = await openCheckpoint(bytesSource('alone.h5', KERAS[SHARDS[3]!]!));
    expect(checkpoint.layers).toMatchObject([{ weights: [{ name: 'layers/dense/vars/1', role: 'bias', shape: [5] }] }]);
    checkpoint.close();
  });
});
