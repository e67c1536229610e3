// What is in a fixture beside numbers: text, objects, files that are no arrays.
import { expect, test } from 'vitest';
import { encodeText } from '../../src/core/bytes.js';
import { tensor } from '../../src/core/tensor.js';
import { writeNpy } from '../../src/formats/npy.js';
import { writeZip } from '../../src/formats/zip-write.js';
import { input, networkOf } from '../../src/network/symbolic.js';
import { matchLayers, readFixture } from '../../src/parity/fixture.js';
import { textArray } from '../helpers/text-array.js';

const numbers = writeNpy(tensor(new Float32Array(3), [1, 1, 1, 3]));
const fixtureOf = (members: Readonly<Record<string, Uint8Array>>) =>
  readFixture(writeZip(Object.entries(members).map(([name, bytes]) => ({ name, bytes }))), 'r.npz');
const network = networkOf(input([1, 1, 3], 'image'), 'n');
const match = (members: Readonly<Record<string, Uint8Array>>) =>
  matchLayers(fixtureOf(members), network, (name) => name);

test('what was saved beside the layers and is no numbers is listed like all that matches none', () => {
  const beside = { 'names.npy': textArray(), 'README.txt': encodeText('hello'), 'other.npy': numbers };
  const { layers, notCompared } = match({ 'input.npy': numbers, 'image.npy': numbers, ...beside });
  expect(layers.map(({ layer }) => layer)).toEqual(['image']);
  expect(notCompared).toEqual(['other', 'names', 'README.txt']);
});

test('text under the name of a layer, or of the input, is refused', () => {
  expect(() => match({ 'input.npy': numbers, 'image.npy': textArray() })).toThrow('r.npz, member "image.npy"');
  expect(() => fixtureOf({ 'input.npy': textArray() })).toThrow('r.npz, member "input.npy"');
});

test('without an input, all that is there is listed', () => {
  expect(() => fixtureOf({ 'names.npy': textArray(), 'other.npy': numbers })).toThrow(/other, names/);
});

test('an array that is damaged refuses the file', () => {
  expect(() => fixtureOf({ 'input.npy': numbers, 'other.npy': encodeText('no array') })).toThrow('member "other.npy"');
});
