// Converted files as checkpoints: layers by key, settings as told, and zips that are something else.
import { describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { readConvertedNpz, readConvertedSafetensors } from '../../src/checkpoint/converted.js';
import { NotKerasError } from '../../src/checkpoint/errors.js';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { bytesSource } from '../../src/checkpoint/source.js';
import { encodeText } from '../../src/core/bytes.js';
import { type Tensor, tensor } from '../../src/core/tensor.js';
import { MalformedFileError } from '../../src/formats/errors.js';
import { writeNpy } from '../../src/formats/npy.js';
import { writeNpz } from '../../src/formats/npz.js';
import { writeSafetensors } from '../../src/formats/safetensors-write.js';
import { readZip } from '../../src/formats/zip.js';
import { writeZip } from '../../src/formats/zip-write.js';

const npzCheckpoint = (bytes: Uint8Array, where: string): Checkpoint => readConvertedNpz(readZip(bytes, where), where);

const vector = (...values: number[]): Tensor => tensor(Float32Array.from(values), [values.length]);

const ARRAYS: readonly [string, Tensor][] = [
  ['stage2/block1/bn_gconv_1/beta', vector(1, 2)],
  ['conv1/kernel', tensor(Float32Array.of(3, 4, 5, 6), [1, 1, 2, 2])],
  ['stage2/block1/bn_gconv_1/moving_variance', vector(7, 8)],
  ['loose', vector(9)],
  ['fc/weight', vector(10)],
];

const text = (json: string): Tensor => {
  const bytes = encodeText(json);
  return tensor(bytes, [bytes.length]);
};

/** Layers and their weights as plain data. */
const outline = ({ layers }: Checkpoint): unknown =>
  layers.map(({ name, weights }) => [
    name,
    weights.map(({ name: weight, role, shape, dtype }) => [weight, role, shape, dtype]),
  ]);

const OUTLINE = [
  [
    'stage2/block1/bn_gconv_1',
    [
      ['stage2/block1/bn_gconv_1/beta', 'beta', [2], 'float32'],
      ['stage2/block1/bn_gconv_1/moving_variance', 'moving_variance', [2], 'float32'],
    ],
  ],
  ['conv1', [['conv1/kernel', 'kernel', [1, 1, 2, 2], 'float32']]],
  ['loose', [['loose', null, [1], 'float32']]],
  ['fc', [['fc/weight', null, [1], 'float32']]],
];

describe('layers', () => {
  test('of an npz file are its keys up to the last slash, in the order of the file', async () => {
    const checkpoint = npzCheckpoint(writeNpz(ARRAYS), 'a.npz');
    expect(checkpoint).toMatchObject({ container: 'npz', notes: [] });
    expect(outline(checkpoint)).toEqual(OUTLINE);
    expect((await checkpoint.layers[1]!.weights[0]!.read()).data).toEqual(Float32Array.of(3, 4, 5, 6));
    checkpoint.close();
  });

  test('of a safetensors file are the same, in the order of its data', async () => {
    const checkpoint = readConvertedSafetensors(writeSafetensors(ARRAYS), 'a.safetensors');
    expect(checkpoint).toMatchObject({ container: 'safetensors', notes: [] });
    const byName = (a: unknown, b: unknown): number => (String(a) < String(b) ? -1 : 1);
    // The official order of tensors of one type is by name.
    expect(outline(checkpoint)).toEqual([...OUTLINE].sort(byName));
    expect((await checkpoint.layers[0]!.weights[0]!.read()).data).toEqual(Float32Array.of(3, 4, 5, 6));
    checkpoint.close();
  });

  test('keep the type their weights are stored in', () => {
    const arrays: [string, Tensor][] = [['conv1/kernel', tensor(Float64Array.of(1), [1])]];
    expect(npzCheckpoint(writeNpz(arrays), 'a.npz').layers[0]!.weights[0]!.dtype).toBe('float64');
  });

  test.each([
    ['a.npz', writeNpz(ARRAYS), 'npz'],
    ['a.safetensors', writeSafetensors(ARRAYS), 'safetensors'],
    ['misnamed.h5', writeSafetensors(ARRAYS), 'safetensors'],
  ])('%s is opened by what is in it', async (name, bytes, container) => {
    expect((await openCheckpoint(bytesSource(name, bytes))).container).toBe(container);
  });
});

describe('what a file says of itself', () => {
  const npz = (json: Tensor): Checkpoint => npzCheckpoint(writeNpz([['__metadata__', json], ...ARRAYS]), 'a.npz');
  const safetensors = (shuffleport: string): Checkpoint =>
    readConvertedSafetensors(writeSafetensors(ARRAYS, { shuffleport }), 'a.safetensors');

  test('is read from both kinds, and is no weight', () => {
    expect(npz(text('{"shuffleport":{"version":1}}')).metadata).toEqual({ version: 1 });
    expect(outline(npz(text('{"shuffleport":{"version":1}}')))).toEqual(OUTLINE);
    expect(safetensors('{"version":1}').metadata).toEqual({ version: 1 });
  });

  test('may be nothing', () => {
    for (const checkpoint of [
      npzCheckpoint(writeNpz(ARRAYS), 'a.npz'),
      readConvertedSafetensors(writeSafetensors(ARRAYS, { format: 'pt' }), 'a.safetensors'),
      npz(text('{"other":1}')),
      npz(text('null')),
    ]) {
      expect(checkpoint).not.toHaveProperty('metadata');
      expect(checkpoint.notes).toEqual([]);
    }
  });

  test.each([
    ['no JSON', () => npz(text('{'))],
    ['no JSON', () => safetensors('\u001b[2J')],
    ['nested more than 512', () => npz(text(`${'{"shuffleport":'.repeat(9000)}1${'}'.repeat(9000)}`))],
    ['nested more than 512', () => safetensors('['.repeat(9000) + ']'.repeat(9000))],
    ['not bytes', () => npz(vector(1, 2))],
    ['1.0 MB', () => npz(tensor(new Uint8Array(1_000_001), [1_000_001]))],
    ['1.0 MB', () => safetensors(' '.repeat(1_000_001))],
  ])('is left aside with a note when it cannot be read (%s)', (reason, open) => {
    const checkpoint = open();
    expect(checkpoint).not.toHaveProperty('metadata');
    expect(checkpoint.notes).toMatchObject([{ id: 'unreadable-metadata', text: expect.stringContaining(reason) }]);
    expect(checkpoint.notes[0]!.text).not.toContain('\u001b');
    expect(checkpoint.layers).toHaveLength(4);
  });
});

describe('a zip that is no npz file', () => {
  const zip = (...names: string[]): Uint8Array =>
    writeZip(names.map((name) => ({ name, bytes: encodeText('something') })));

  test('is told to be something else, with what is in it', () => {
    expect(() => npzCheckpoint(zip('word/document.xml'), 'a.docx')).toThrow(NotKerasError);
    expect(() => npzCheckpoint(zip('word/document.xml'), 'a.docx')).toThrow(/word\/document\.xml/);
    expect(() => npzCheckpoint(zip(), 'empty.zip')).toThrow(/nothing in it/);
  });

  test('is damaged when only some members are arrays', () => {
    const bytes = writeZip([
      { name: 'conv1/kernel.npy', bytes: writeNpy(vector(1)) },
      { name: 'readme.txt', bytes: encodeText('') },
    ]);
    expect(() => npzCheckpoint(bytes, 'a.npz')).toThrow(MalformedFileError);
  });
});
