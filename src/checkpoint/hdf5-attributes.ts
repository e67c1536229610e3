// Attributes of an HDF5 file, read as strings. Types are not to be believed: ASCII-typed names are really UTF-8, and an
// empty list of names has the type of numbers. Read hdf5.ts first.
import { decodeText } from '../core/bytes.js';
import { FileTooLargeError } from './errors.js';
import type { Metadata } from './h5wasm-module.js';
import type { Handle } from './hdf5-handle.js';
import { guessAt, type Paths } from './hdf5-paths.js';

/** Most bytes of one attribute: a model's JSON takes 100 kB to some MB; names at most 64 kB. */
const MAX_ATTRIBUTE_BYTES = 64 * 1024 * 1024;

// HDF5's type class of strings (H5T_class_t), and their paddings (H5T_STR_NULLPAD, H5T_STR_SPACEPAD).
const STRING = 3;
const NULL_PADDED = 1;
const SPACE_PADDED = 2;

/** What h5wasm says of an attribute that is not there. */
const NOT_DEFINED = 'name not defined';
/** The attribute that Keras gives to every layer, even one without weights. */
const IN_EVERY_LAYER = 'weight_names';

/** What an attribute is; `undefined` where there is none. */
function findAttribute(handle: Handle, path: string, attribute: string): Metadata | undefined {
  const { library, id } = handle;
  const names = library.get_attribute_names(id, path);
  if (names.includes(attribute)) return library.get_attribute_metadata(id, path, attribute);
  if (names.length === 0 && attribute === IN_EVERY_LAYER) checkAbsent(handle, path, attribute);
  return undefined;
}

/**
 * A string attribute, or array of them; `[]` for an empty array of any type; `undefined` where there is none. Throws
 * `FileTooLargeError` for one that is larger than the file.
 */
export function readStrings(handle: Handle, path: string, attribute: string): string[] | undefined {
  const metadata = findAttribute(handle, path, attribute);
  return metadata && stringsIn(handle, path, attribute, metadata);
}

/** The same of an attribute that is mostly there, at a path not looked at yet; `undefined` also where that is unsure. */
export function guessStrings(paths: Paths, path: string, attribute: string): string[] | undefined {
  const { handle } = paths;
  const metadata = guessAt(paths, path, () => handle.library.get_attribute_metadata(handle.id, path, attribute));
  return metadata && stringsIn(handle, path, attribute, metadata);
}

function stringsIn(handle: Handle, path: string, attribute: string, metadata: Metadata): string[] | undefined {
  if (metadata.total_size === 0 || metadata.shape === null) return [];
  if (metadata.type !== STRING) return undefined;
  const size = metadata.size * metadata.total_size;
  checkSize(size, handle.size, `${path}@${attribute}`);
  const { library, id } = handle;
  const pointer = library._malloc(size);
  try {
    library.get_attribute_data(id, path, attribute, BigInt(pointer));
    const heap = library.HEAPU8;
    return metadata.vlen ? pointedStrings(heap, pointer, metadata) : fixedStrings(heap, pointer, metadata);
  } finally {
    if (metadata.vlen) library.reclaim_vlen_memory(id, path, attribute, BigInt(pointer));
    library._free(pointer);
  }
}

/**
 * Over a damaged attribute the library lists none at all and says nothing; asked for one by name, it throws. Only where
 * one is expected: each error costs the library some of its stack for good.
 */
function checkAbsent({ library, id }: Handle, path: string, attribute: string): void {
  try {
    library.get_attribute_metadata(id, path, attribute);
  } catch (error) {
    if (!String(error).includes(NOT_DEFINED)) throw error;
  }
}

function checkSize(size: number, fileSize: number, where: string): void {
  const most = Math.min(MAX_ATTRIBUTE_BYTES, fileSize);
  if (size <= most) return;
  const what = 'An attribute is larger than the file can hold.';
  throw new FileTooLargeError(where, what, `${size} bytes`, `at most ${most}`);
}

function pointedStrings(heap: Uint8Array, pointer: number, { total_size }: Metadata): string[] {
  const pointers = new Uint32Array(heap.buffer, pointer, total_size);
  return Array.from(pointers, (start) => (start === 0 ? '' : decodeText(heap.subarray(start, heap.indexOf(0, start)))));
}

/**
 * Fixed-length strings end at the first NUL, or are padded: with NULs (numpy's) or spaces (Fortran's). Another NUL in a
 * padded one is part of it: cut there, it could pass for another name.
 */
function fixedStrings(heap: Uint8Array, pointer: number, { size, total_size, strpad }: Metadata): string[] {
  return Array.from({ length: total_size }, (_, i) => {
    const bytes = heap.subarray(pointer + i * size, pointer + (i + 1) * size);
    if (strpad === SPACE_PADDED) return decodeText(withoutPadding(withoutPadding(bytes, 0x20), 0));
    if (strpad === NULL_PADDED) return decodeText(withoutPadding(bytes, 0));
    const end = bytes.indexOf(0);
    return decodeText(end < 0 ? bytes : bytes.subarray(0, end));
  });
}

function withoutPadding(bytes: Uint8Array, padding: number): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === padding) end--;
  return bytes.subarray(0, end);
}
