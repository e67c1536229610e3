// What a file is, told from its first bytes; what it is instead, when it is none of ours.
import { decodeText, startsWith, viewOf } from '../core/bytes.js';
import { TruncatedFileError } from '../formats/errors.js';
import { EmptyFileError, GitLfsPointerError, UnknownFormatError, WebPageError } from './errors.js';

/** The formats that may hold Keras weights; `json` may be an index of files that do. */
export type Format = 'hdf5' | 'zip' | 'safetensors' | 'json';

const HDF5_SIGNATURE = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a);
const ZIP_SIGNATURES = [Uint8Array.of(0x50, 0x4b, 3, 4), Uint8Array.of(0x50, 0x4b, 5, 6)];

/** Enough to recognise a page, a pointer or JSON by. */
const HEAD_BYTES = 1024;

/** Tells the format of `bytes`, or throws what is wrong with them. `where` is for messages. */
export function sniff(bytes: Uint8Array, where: string): Format {
  if (bytes.length === 0) throw new EmptyFileError(where);
  const superblock = findSuperblock(bytes);
  if (superblock !== undefined) {
    checkLength(bytes, superblock, where);
    return 'hdf5';
  }
  if (ZIP_SIGNATURES.some((signature) => startsWith(bytes, signature))) return 'zip';
  if (looksLikeSafetensors(bytes)) return 'safetensors';
  const head = decodeText(bytes.subarray(0, HEAD_BYTES));
  if (/^\s*\{/.test(head)) return 'json';
  throw somethingElse(bytes, head, where);
}

/** The HDF5 signature stands at 0, or after a user block of 512, 1024, 2048, … bytes. */
function findSuperblock(bytes: Uint8Array): number | undefined {
  for (let at = 0; at < bytes.length; at = at === 0 ? 512 : at * 2) {
    if (startsWith(bytes.subarray(at, at + 8), HDF5_SIGNATURE)) return at;
  }
  return undefined;
}

/** Compares the end-of-file address in the superblock (HDF5 format specification, III.A) with the bytes there are. */
function checkLength(bytes: Uint8Array, at: number, where: string): void {
  const view = viewOf(bytes);
  const version = bytes[at + 8];
  const endAddress =
    version === 0 || version === 1 ? (version === 0 ? 40 : 44) : version === 2 || version === 3 ? 28 : undefined;
  const offsetSize = bytes[at + (version === 0 || version === 1 ? 13 : 9)];
  if (endAddress === undefined || offsetSize !== 8) return; // rare or damaged: the library will tell
  if (bytes.length < at + endAddress + 8)
    throw new TruncatedFileError(where, bytes.length, undefined, 'an HDF5 superblock');
  const expected = Number(view.getBigUint64(at + endAddress, true));
  if (bytes.length < expected)
    throw new TruncatedFileError(where, bytes.length, expected, 'as the HDF5 superblock states');
}

/** A length that fits the file, then JSON. */
function looksLikeSafetensors(bytes: Uint8Array): boolean {
  if (bytes.length < 10 || bytes[8] !== 0x7b) return false;
  return viewOf(bytes).getBigUint64(0, true) < 2n ** 32n;
}

function somethingElse(bytes: Uint8Array, head: string, where: string): Error {
  if (head.startsWith('version https://git-lfs')) return lfsPointer(head, where);
  if (/^\ufeff?\s*(<!doctype|<html|<head|<\?xml|<!--)/i.test(head)) {
    return new WebPageError(where, /<title[^>]*>\s*([^<]*)/i.exec(head)?.[1]?.trim());
  }
  const known = KNOWN.find(({ test }) => test(bytes, head));
  return new UnknownFormatError(where, known?.found ?? `${bytes.length} bytes beginning ${hex(bytes)}`, known?.next);
}

function lfsPointer(head: string, where: string): Error {
  const size = /^size (\d+)/m.exec(head)?.[1];
  return new GitLfsPointerError(where, size === undefined ? undefined : Number(size));
}

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');

const KNOWN: readonly {
  test(bytes: Uint8Array, head: string): boolean;
  readonly found: string;
  readonly next?: string;
}[] = [
  {
    test: (bytes) => bytes[0] === 0x93 && bytes[1] === 0x4e,
    found: 'a numpy .npy array',
    next: 'weights are .h5; an array is an input to `predict`',
  },
  { test: (bytes) => bytes[0] === 0x1f && bytes[1] === 0x8b, found: 'a gzip file', next: 'unpack it first: `gunzip`' },
  {
    test: (bytes) => bytes[0] === 0x08 && bytes[1]! < 0x80 && bytes[2] === 0x12,
    found: 'an ONNX model',
    next: 'name the weights that it was made from; `verify` takes a model that `convert` wrote',
  },
  { test: (bytes) => bytes[0] === 0x80 && bytes[1]! <= 5, found: 'a Python pickle, which is never run' },
  {
    test: (bytes) => bytes.subarray(257, 262).every((byte, i) => byte === 'ustar'.charCodeAt(i)) && bytes.length > 262,
    found: 'a tar archive',
    next: 'unpack it first',
  },
  { test: (_, head) => head.trimStart().startsWith('['), found: 'a JSON file' },
  {
    test: (bytes) => bytes.every((byte) => byte === 0),
    found: 'zero bytes only',
    next: 'the download never finished: get the file again',
  },
];
