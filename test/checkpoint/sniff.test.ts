// What a file is, from its first bytes: signatures are those of the formats' own documents.
import { describe, expect, test } from 'vitest';
import { sniff } from '../../src/checkpoint/sniff.js';
import { encodeText } from '../../src/core/bytes.js';
import type { ShuffleportError } from '../../src/core/errors.js';
import { damagedBytes } from '../helpers/damaged.js';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const padded = (head: Uint8Array, length = 64): Uint8Array => {
  const out = new Uint8Array(length);
  out.set(head);
  return out;
};

function refusal(file: Uint8Array): ShuffleportError {
  try {
    sniff(file, 'a file');
  } catch (error) {
    return error as ShuffleportError;
  }
  throw new Error('it was recognised');
}

describe('recognised', () => {
  test('HDF5, at the start or after a user block of 512, 1024, 2048 bytes', () => {
    const file = damagedBytes('fixed-names');
    expect(sniff(file, 'a file')).toBe('hdf5');
    expect(sniff(damagedBytes('user-block'), 'a file')).toBe('hdf5');
    expect(sniff(damagedBytes('latest-format'), 'a file')).toBe('hdf5');
    // A version that is not known is left to the library.
    const unknown = padded(bytes(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 9));
    for (const at of [1024, 2048]) {
      const shifted = new Uint8Array(at + unknown.length);
      shifted.set(unknown, at);
      expect(sniff(shifted, 'a file')).toBe('hdf5');
    }
    const between = new Uint8Array(1000);
    between.set(unknown, 700);
    expect(refusal(between).tag).toBe('UnknownFormat');
  });

  test('a zip, with members or without', () => {
    expect(sniff(padded(encodeText('PK\u0003\u0004')), 'a file')).toBe('zip');
    expect(sniff(padded(encodeText('PK\u0005\u0006')), 'a file')).toBe('zip');
  });

  test('safetensors: eight bytes of length, then JSON', () => {
    const header = encodeText('{"a":{}}');
    expect(sniff(padded(bytes(8, 0, 0, 0, 0, 0, 0, 0, ...header)), 'a file')).toBe('safetensors');
    // Text that has a brace in the ninth place declares a length past 4 GB.
    expect(refusal(encodeText('notafile{"a":{}}')).tag).toBe('UnknownFormat');
  });
});

test('JSON that may be an index of shards, after blanks or not', () => {
  expect(sniff(encodeText('{"weight_map": {}}'), 'a file')).toBe('json');
  expect(sniff(encodeText('\n  {}'), 'a file')).toBe('json');
  expect(refusal(encodeText('x {}')).tag).toBe('UnknownFormat');
});

describe('cut off', () => {
  test('HDF5 shorter than its superblock states is truncated, in any version of the superblock', () => {
    for (const name of ['fixed-names', 'latest-format']) {
      const file = damagedBytes(name);
      const error = refusal(file.subarray(0, file.length - 1));
      expect(error).toMatchObject({ tag: 'TruncatedFile' });
      expect(error.message).toContain(`${String(file.length).replace(/(\d)(\d{3})$/, '$1,$2')} bytes`);
    }
  });

  test('HDF5 cut off within the superblock is truncated too', () => {
    expect(refusal(damagedBytes('truncated-superblock')).message).toContain('an HDF5 superblock');
  });

  test('an empty file is that', () => {
    expect(refusal(new Uint8Array())).toMatchObject({ tag: 'EmptyFile', explanation: { found: '0 bytes' } });
  });
});

describe('something else, said by name', () => {
  test('a Git LFS pointer, with the size of the real file', () => {
    const pointer = (rest: string) =>
      encodeText(`version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n${rest}`);
    expect(refusal(pointer('size 12345\n'))).toMatchObject({ tag: 'GitLfsPointer', realSize: 12345 });
    expect(refusal(pointer('size 12345\n')).message).toContain('real file: 12345 bytes');
    expect(refusal(pointer(''))).toMatchObject({ tag: 'GitLfsPointer', realSize: undefined });
  });

  test.each([
    '<!DOCTYPE html><html><head><title> 404 · not here </title>',
    '\ufeff<html><title lang="en"> 404 · not here </title>',
    '<?xml version="1.0"?><title> 404 · not here </title>',
    '\n  <!-- error --><title> 404 · not here </title>',
  ])('a web page, with its title: %s', (page) => {
    const error = refusal(encodeText(page));
    expect(error).toMatchObject({ tag: 'WebPage', explanation: { found: 'a page titled "404 · not here"' } });
  });

  test('a web page without a title', () => {
    expect(refusal(encodeText('<html><body>Sign in'))).toMatchObject({ tag: 'WebPage' });
    expect(refusal(encodeText('<html><body>Sign in')).explanation.found).toBeUndefined();
  });

  const tar = new Uint8Array(512);
  tar.set(encodeText('weights.h5'));
  tar.set(encodeText('ustar'), 257);

  test.each([
    ['numpy .npy array', padded(bytes(0x93, ...encodeText('NUMPY'), 1, 0))],
    ['gzip file', padded(bytes(0x1f, 0x8b, 8))],
    ['an ONNX model', padded(bytes(0x08, 8, 0x12, 7))],
    ['Python pickle, which is never run', padded(bytes(0x80, 4, 0x95))],
    ['tar archive', tar],
    ['JSON file', encodeText('[1, 2]')],
  ])('a %s', (found, file) => {
    expect(refusal(file)).toMatchObject({
      tag: 'UnknownFormat',
      explanation: { found: expect.stringContaining(found) },
    });
  });

  test('zeros, of a download that never came', () => {
    const error = refusal(new Uint8Array(5000));
    expect(error).toMatchObject({ tag: 'UnknownFormat', explanation: { found: 'zero bytes only' } });
    expect(error.explanation.next).toContain('get the file again');
  });

  test('anything else by its first bytes', () => {
    expect(refusal(bytes(0xde, 0xad, 0xbe, 0xef)).explanation.found).toBe('4 bytes beginning de ad be ef');
  });
});
