// Which files are asked about links. Files are h5py's (fixtures/generate/damaged.py); single messages and nodes are put
// together here as the format specification draws them.
import { describe, expect, test } from 'vitest';
import { mayHaveLinks } from '../../src/checkpoint/hdf5-links.js';
import { DAMAGED_FILES, damagedBytes } from '../helpers/damaged.js';

test('files with links may have some, and files of the newer style, and those that only look like it', () => {
  const linked = DAMAGED_FILES.filter((name) => mayHaveLinks(damagedBytes(name)));
  expect(linked.filter((name) => name.includes('-link'))).toEqual(
    DAMAGED_FILES.filter((name) => name.includes('-link')),
  );
  expect(linked.filter((name) => !name.includes('-link'))).toEqual([
    'garbage-tail',
    'latest-format',
    // A name that is not ASCII makes its group one of the newer style.
    'odd-fixed-names',
    'odd-variable-names',
    'user-block',
    'utf8-names',
  ]);
});

describe('bytes', () => {
  const SUPERBLOCK = [0x89, 72, 68, 70, 13, 10, 26, 10, 0, 0, 0, 0, 0, 8];
  const ADDRESS = {
    none: new Array(8).fill(255),
    ofHeap: [16, 0, 0, 0, 0, 0, 0, 0],
    elsewhere: [3, 0, 0, 0, 0, 0, 0, 0],
  };
  /** A file that ends in `bytes`; a heap's signature stands at 16. */
  const file = (...bytes: number[]) => Uint8Array.from([...SUPERBLOCK, 9, 9, 70, 82, 72, 80, ...bytes]);
  const message = (flags: number, ...rest: number[]) => file(2, 0, 24, 0, 0, 0, 0, 0, 0, flags, ...rest);
  const node = (count: number, ...types: number[]) =>
    file(
      ...[83, 78, 79, 68, 1, 0, count, 0],
      ...types.flatMap((type) => [...new Array(16).fill(7), type, 0, 0, 0, ...new Array(20).fill(7)]),
    );

  test('of no file that Keras wrote are not looked through', () => {
    expect(mayHaveLinks(file())).toBe(false);
    expect(mayHaveLinks(new Uint8Array())).toBe(true);
    for (const [at, value] of [
      [0, 0],
      [8, 2],
      [13, 4],
    ] as const) {
      const other = file();
      other[at] = value;
      expect(mayHaveLinks(other)).toBe(true);
    }
    const second = file();
    second[8] = 1;
    expect(mayHaveLinks(second)).toBe(false);
  });

  test('an object header of the newer version', () => {
    expect(mayHaveLinks(file(79, 72, 68, 82))).toBe(true);
    expect(mayHaveLinks(file(79, 72, 68, 83))).toBe(false);
  });

  test.each([0, 2])('a message about links, its flags %i', (flags) => {
    expect(mayHaveLinks(message(flags, ...ADDRESS.none))).toBe(true);
    expect(mayHaveLinks(message(flags, ...ADDRESS.ofHeap))).toBe(true);
    expect(mayHaveLinks(message(flags, ...ADDRESS.elsewhere))).toBe(false);
    expect(mayHaveLinks(message(flags, ...ADDRESS.none.slice(1)))).toBe(false);
  });

  test.each([1, 3])('a message about links in order, its flags %i', (flags) => {
    expect(mayHaveLinks(message(flags, ...ADDRESS.elsewhere, ...ADDRESS.none))).toBe(true);
    expect(mayHaveLinks(message(flags, ...ADDRESS.none, ...ADDRESS.elsewhere))).toBe(false);
  });

  test('what only looks like a message about links', () => {
    expect(mayHaveLinks(message(4, ...ADDRESS.none))).toBe(false);
    expect(mayHaveLinks(file(2, 1, 24, 0, 0, 0, 0, 0, 0, 0, ...ADDRESS.none))).toBe(false);
    expect(mayHaveLinks(file(2, 0, 24, 0, 0, 0, 0, 0, 1, 0, ...ADDRESS.none))).toBe(false);
  });

  test('a soft link among the entries of a node', () => {
    expect(mayHaveLinks(node(3, 0, 1, 2))).toBe(true);
    expect(mayHaveLinks(node(3, 2, 1, 0))).toBe(true);
    expect(mayHaveLinks(node(2, 0, 1, 2))).toBe(false);
    expect(mayHaveLinks(node(9, 0, 1))).toBe(false);
    expect(mayHaveLinks(node(64, 0, 1))).toBe(false);
    expect(mayHaveLinks(node(65, 0, 1))).toBe(true);
    expect(mayHaveLinks(file(...new Array(64).fill(7), 83, 78, 79, 68))).toBe(false);
    const crowded = Array.from({ length: 9 }, () => [83, 78, 79, 68, 1, 0, 0, 0]).flat();
    expect(mayHaveLinks(file(...crowded))).toBe(true);
    expect(mayHaveLinks(file(...crowded, ...new Array(9 * 88 - 20 - crowded.length).fill(7)))).toBe(false);
    expect(mayHaveLinks(file(83, 78, 79, 68).subarray(0, 22))).toBe(false);
  });
});
