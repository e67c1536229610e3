// Files that `npm run fuzz` found to be read wrongly once. What h5py and numpy read in them is in
// fixtures/keras/fuzz/expected.json, written by fixtures/oracle/reads.py.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findOddTypes } from '../../src/checkpoint/hdf5-types.js';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { type Reading, type ReadLayer, readOurs } from '../fuzz/reading.js';

const FOLDER = new URL('../../fixtures/keras/fuzz/', import.meta.url);
const EXPECTED = JSON.parse(readFileSync(new URL('expected.json', FOLDER), 'utf8')) as Record<string, Reading>;

const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, FOLDER)));
const oursOf = (name: string) => readOurs({ base: name, bytes: bytesOf(name) }, openCheckpoint);
const theirsOf = (name: string): readonly ReadLayer[] => EXPECTED[name]!.layers!;

test('bits in unusual places are no numbers for us; the other weights of the file are read', async () => {
  // h5py converts biased, narrow and shifted; h5wasm hands out their bits as they are.
  const [ours, theirs] = [await oursOf('numbers.h5'), theirsOf('numbers.h5')];
  const refused = ['biased', 'narrow', 'shifted'];
  expect(ours.layers!.map(({ name }) => name)).toEqual(theirs.map(({ name }) => name));
  for (const [i, layer] of ours.layers!.entries()) {
    if (refused.includes(layer.name!)) expect(layer.weights).toEqual([{ name: 'kernel:0', error: 'WeightType' }]);
    else expect(layer).toMatchObject(theirs[i]!);
  }
});

test('a NUL is part of a padded name, and nothing stands under such a name', async () => {
  const [ours, theirs] = [await oursOf('nul-in-name.h5'), theirsOf('nul-in-name.h5')];
  expect(theirs.map(({ name }) => name)).toContain('\0ixed');
  expect(ours.layers).toMatchObject(theirs);
});

test('a layer whose attributes are damaged is not a layer without weights', async () => {
  // h5py: attribute name has different length than stored length.
  expect(theirsOf('damaged-attribute.h5').some(({ error }) => error !== undefined)).toBe(true);
  expect((await oursOf('damaged-attribute.h5')).error).toBe('DamagedFile');
});

test("numpy's Fortran order is put in row-major order, also on the way out of the parser's thread", async () => {
  const weights = theirsOf('fortran.npz').flatMap((layer) => layer.weights!);
  for (const ours of [await oursOf('fortran.npz'), await readOurs({ base: 'x', bytes: bytesOf('fortran.npz') })]) {
    expect(ours.layers!.flatMap((layer) => layer.weights!)).toMatchObject(weights);
  }
});

describe('types are told by their bits', () => {
  // Datatype messages as libhdf5 writes them (HDF5 format specification 3.0, IV.A.2.d): class, flags, size, properties.
  const FLOAT32 = [0x11, 0x20, 31, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0];
  const FLOAT16 = [0x11, 0x20, 15, 0, 2, 0, 0, 0, 0, 0, 16, 0, 10, 5, 0, 10, 15, 0, 0, 0];
  const FLOAT64 = [0x11, 0x20, 63, 0, 8, 0, 0, 0, 0, 0, 64, 0, 52, 11, 0, 52, 0xff, 3, 0, 0];
  const INT32 = [0x10, 8, 0, 0, 4, 0, 0, 0, 0, 0, 32, 0];
  const BFLOAT16 = [0x11, 0x20, 15, 0, 2, 0, 0, 0, 0, 0, 16, 0, 7, 8, 0, 7, 127, 0, 0, 0];
  const changed = (message: number[], at: number, value: number) => message.map((byte, i) => (i === at ? value : byte));
  const HEADERS: Readonly<Record<string, (size: number) => number[]>> = {
    'version 1': (size) => [3, 0, size, 0, 1, 0, 0, 0],
    'version 2': (size) => [3, size, 0, 1],
    'version 2, in order of creation': (size) => [3, size, 0, 5, 2, 0],
  };
  const found = (message: number[], header = HEADERS['version 1']!) => [
    ...findOddTypes(Uint8Array.from([...new Array(13).fill(9), ...header(message.length), ...message, 0, 0, 0, 0])),
  ];

  test.each([FLOAT32, FLOAT16, FLOAT64, INT32])('usual: %j', (...message) => {
    expect(found(message)).toEqual([]);
    expect(found(changed(message, 1, message[1]! | 1))).toEqual([]); // big-endian
  });

  test.each(Object.keys(HEADERS))('odd ones are found in headers of %s', (version) => {
    expect(found(changed(FLOAT32, 16, 126), HEADERS[version])).toEqual(['float4']);
  });

  test.each([
    ['VAX order', 1, 0x61],
    ['the first bit of the mantissa stored', 1, 0x10],
    ['the sign elsewhere', 2, 30],
    ['shifted', 8, 1],
    ['narrow', 10, 31],
    ['the exponent elsewhere', 12, 22],
    ['a longer exponent', 13, 9],
    ['the mantissa elsewhere', 14, 1],
    ['a shorter mantissa', 15, 22],
    ['a large bias', 17, 1],
  ])('odd: %s', (_, at, value) => {
    expect(found(changed(FLOAT32, at, value))).toEqual(['float4']);
  });

  test('integers with fewer bits than they take, and bfloat16', () => {
    expect(found(changed(INT32, 10, 20))).toEqual(['integer4']);
    expect(found(changed(INT32, 8, 7))).toEqual(['integer4']);
    expect(found(BFLOAT16)).toEqual(['bfloat16']);
  });
});
