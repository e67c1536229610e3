// HDF5 through h5wasm, with a guard for each of its traps. The only module that imports h5wasm, and only when needed.
// Traps: errors are not thrown unless told; a failed read returns garbage; a MEMFS name used twice reads stale bytes;
// ASCII-typed names are really UTF-8; links and virtual datasets are followed.

import { decodeText } from '../core/bytes.js';
import { isShuffleportError, type ShuffleportError } from '../core/errors.js';
import { type Tensor, type TensorData, tensor } from '../core/tensor.js';
import { printable } from '../core/text.js';
import { bytesPerElement, type Dtype, decodeElements } from '../formats/elements.js';
import type { CheckpointWeight } from './checkpoint.js';
import {
  DamagedFileError,
  DeclaredSizeError,
  FileTooLargeError,
  LinkRefusedError,
  MissingDatasetError,
  ReadFailedError,
  UnsupportedFilterError,
  WeightTypeError,
} from './errors.js';
import type { H5Module, Metadata } from './h5wasm-module.js';

/** An open HDF5 file. Paths are absolute: `/model_weights/conv1`. */
export interface Hdf5File {
  /** What stands at a path, every component looked at; links are named, not followed. */
  kind(path: string): 'group' | 'dataset' | 'link' | 'missing';
  /** Names in a group, in the library's order. */
  members(path: string): string[];
  /** A string attribute, or array of them; `[]` for an empty array of any type; `undefined` where there is none. */
  strings(path: string, attribute: string): string[] | undefined;
  /** Whether the thing at a path, with nothing below it, has an attribute that is an empty array. Cheaper than `kind`. */
  listsNothing(path: string, attribute: string): boolean;
  /** Shape and type of the dataset at a path, and why it cannot be read if that shows already. */
  describe(path: string): DatasetInfo;
  /** The values, row-major, of a dataset described before or now. Throws the fault, if there is one. */
  read(path: string, info?: DatasetInfo): Tensor;
  close(): void;
}

/** What is known of a dataset without reading it. */
export interface DatasetInfo {
  readonly shape: readonly number[];
  /** numpy's name of the element type, `bfloat16`, or HDF5's name for what holds no numbers. */
  readonly dtype: string;
  readonly fault?: ShuffleportError;
}

/** The dataset at a path as a weight: described now, read when asked for. */
export function storedWeight(file: Hdf5File, path: string, name: string, role: string | null): CheckpointWeight {
  const info = file.describe(path);
  return { name, role, ...info, read: async () => file.read(path, info) };
}

/** Most bytes of one attribute: a model's JSON takes 100 kB to some MB; names at most 64 kB. */
const MAX_ATTRIBUTE_BYTES = 64 * 1024 * 1024;
/** Deflate expands at most 1032-fold (zlib's manual), so no honest dataset declares more than that times the file. */
const MAX_INFLATION = 1032;
/** Filters built into the library: deflate, shuffle, fletcher32, szip, nbit, scale-offset. */
const LARGEST_BUILT_IN_FILTER = 6;

/**
 * Guesses that spare calls and were wrong. Each makes the library throw, which costs some of its stack for good (about
 * two thousand errors use it up), so after some of them nothing is guessed any more.
 */
const guesses = { wrong: 0 };
const MAX_WRONG_GUESSES = 100;

/** The library, loaded once. */
async function loadLibrary(): Promise<H5Module> {
  const { ready } = await import('h5wasm');
  return (await ready) as unknown as H5Module;
}

/** Begins to load the library, which compiles beside other work. For those who know already that they will need it. */
export function prepareHdf5(): void {
  loadLibrary().catch(() => undefined); // whoever opens a file meets the same error, and tells it
}

/** Opens the HDF5 file in `bytes`. The caller must `close()` it. */
export async function openHdf5(bytes: Uint8Array, where: string): Promise<Hdf5File> {
  const library = await loadLibrary();
  library.activate_throwing_error_handler();
  // A name of its own for each open, since the library shares what it holds open under one inode; and one that no
  // external link in a file can have been written to point at.
  const name = `/${crypto.randomUUID()}.h5`;
  library.FS.writeFile(name, bytes, { canOwn: true });
  try {
    const id = library.open(name, library.H5F_ACC_RDONLY, false, -1, -1);
    return new OpenFile(library, id, name, where, bytes.length);
  } catch (error) {
    library.FS.unlink(name);
    throw new DamagedFileError(where, lastLine(error), { cause: error });
  }
}

/** The innermost sentence of an HDF5 error stack, or the message of any other error. */
function lastLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const sentences = [...message.matchAll(/^\s*#\d+: .* in (\w+\(\)): (.*)$/gm)];
  return sentences.at(-1)?.[2] ?? message.split('\n')[0]!;
}

class OpenFile implements Hdf5File {
  readonly #library: H5Module;
  readonly #id: bigint;
  readonly #name: string;
  readonly #where: string;
  readonly #size: number;
  readonly #kinds = new Map<string, Kind>();
  readonly #members = new Map<string, ReadonlySet<string>>();
  #walked: Walk | undefined;
  #open = true;

  constructor(library: H5Module, id: bigint, name: string, where: string, size: number) {
    this.#library = library;
    this.#id = id;
    this.#name = name;
    this.#where = where;
    this.#size = size;
  }

  kind(path: string): Kind['kind'] {
    return this.#look(path).kind;
  }

  members(path: string): string[] {
    return this.#guard(() => this.#library.get_names(this.#id, path, false));
  }

  strings(path: string, attribute: string): string[] | undefined {
    return this.#guard(() => {
      const metadata = this.#attribute(path, attribute);
      if (metadata === undefined) return undefined;
      if (metadata.total_size === 0 || metadata.shape === null) return [];
      if (metadata.type !== STRING) return undefined;
      return this.#readStrings(path, attribute, metadata);
    });
  }

  #attribute(path: string, attribute: string): Metadata | undefined {
    if (!this.#library.get_attribute_names(this.#id, path).includes(attribute)) return undefined;
    return this.#library.get_attribute_metadata(this.#id, path, attribute);
  }

  describe(path: string): DatasetInfo {
    const metadata = this.#guard(() => this.#datasetMetadata(path));
    if (metadata === undefined) return this.#noDataset(path);
    const shape = metadata.shape ?? [];
    const dtype = this.#dtype(path, metadata);
    const fault = this.#fault(path, metadata, dtype);
    return { shape, dtype, ...(fault !== undefined && { fault }) };
  }

  /** A path the walk met, below which it met nothing, is mostly a dataset: if it is no link, it is asked as one. */
  #datasetMetadata(path: string): Metadata | undefined {
    if (this.#mayGuess(path) && this.#library.get_symbolic_link(this.#id, path) === null) {
      try {
        return this.#library.get_dataset_metadata(this.#id, path);
      } catch {
        guesses.wrong++;
      }
    }
    return this.kind(path) === 'dataset' ? this.#library.get_dataset_metadata(this.#id, path) : undefined;
  }

  /** Whether the walk met the path, and nothing below it. */
  #mayGuess(path: string): boolean {
    const { objects, groups } = this.#walk();
    return guesses.wrong < MAX_WRONG_GUESSES && objects.has(path) && !groups.has(path);
  }

  listsNothing(path: string, attribute: string): boolean {
    if (!this.#mayGuess(path)) return false;
    try {
      return this.#attribute(path, attribute)?.total_size === 0;
    } catch {
      guesses.wrong++;
      return false;
    }
  }

  #noDataset(path: string): DatasetInfo {
    const { kind, link } = this.#look(path);
    const fault =
      kind === 'link'
        ? new LinkRefusedError(path, link!)
        : new MissingDatasetError(path, kind === 'group' ? 'a group' : 'nothing');
    return { shape: [], dtype: 'unknown', fault };
  }

  read(path: string, info = this.describe(path)): Tensor {
    const { shape, dtype, fault } = info;
    if (fault !== undefined) throw fault;
    const size = shape.reduce((product, dim) => product * dim, bytesPerElement(dtype as Dtype));
    const bytes = this.#readBytes(path, size);
    // The library hands out native byte order, which WebAssembly defines as little-endian.
    return tensor(decodeElements(bytes, dtype as Dtype, true, path) as TensorData, shape);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    try {
      this.#library.close_file(this.#id);
    } finally {
      this.#library.FS.unlink(this.#name);
    }
  }

  /**
   * What stands at a path. Every component must be there, and a group, and no link, before the next is looked at. The
   * library is never asked for what is not there: each of its errors costs a little of its stack for good.
   */
  #look(path: string): Kind {
    if (path === '/' || path === '' || this.#walk().groups.has(path)) return GROUP;
    const known = this.#kinds.get(path);
    if (known !== undefined) return known;
    const parent = this.#look(path.slice(0, path.lastIndexOf('/')));
    const kind =
      parent.kind === 'group' ? this.#guard(() => this.#kindOf(path)) : parent.kind === 'link' ? parent : MISSING;
    this.#kinds.set(path, kind);
    return kind;
  }

  #kindOf(path: string): Kind {
    if (!this.#exists(path)) return MISSING;
    const target = this.#library.get_symbolic_link(this.#id, path);
    if (target !== null) return { kind: 'link', link: `a soft link to "${printable(target)}"` };
    const type = this.#library.get_type(this.#id, path);
    if (type === this.#library.H5G_DATASET) return { kind: 'dataset' };
    if (type === this.#library.H5G_GROUP) return GROUP;
    return type === this.#library.H5G_UDLINK ? this.#externalLink(path) : MISSING;
  }

  /** Below a group that is there. A group with two names is walked under one of them only; then its members tell. */
  #exists(path: string): boolean {
    if (this.#walk().objects.has(path)) return true;
    const cut = path.lastIndexOf('/');
    const group = path.slice(0, cut) || '/';
    const members = this.#members.get(group) ?? new Set(this.#library.get_names(this.#id, group, false));
    this.#members.set(group, members);
    return members.has(path.slice(cut + 1));
  }

  /**
   * What one walk over the file meets: it goes into groups and follows no link, so a path it reports has no link above
   * its last component, and a path below which it reports something is a group itself. Empty for a damaged file.
   */
  #walk(): Walk {
    if (this.#walked !== undefined) return this.#walked;
    const walk: Walk = { objects: new Set(), groups: new Set() };
    try {
      for (const name of this.#library.get_names(this.#id, '/', true)) {
        walk.objects.add(`/${name}`);
        for (let cut = name.lastIndexOf('/'); cut > 0; cut = name.lastIndexOf('/', cut - 1)) {
          const group = `/${name.slice(0, cut)}`;
          if (walk.groups.has(group)) break;
          walk.groups.add(group);
        }
      }
    } catch {
      // Part of the tree cannot be walked; each path is then looked at component by component.
    }
    this.#walked = walk;
    return walk;
  }

  #externalLink(path: string): Kind {
    const { filename, obj_path } = this.#library.get_external_link(this.#id, path);
    return { kind: 'link', link: `an external link to "${printable(obj_path)}" in the file "${printable(filename)}"` };
  }

  #dtype(path: string, { type, size, signed }: Metadata): string {
    if (type === INTEGER) return `${signed ? 'int' : 'uint'}${size * 8}`;
    if (type === FLOAT && size === 2) return this.strings(path, 'dtype')?.[0] === 'bfloat16' ? 'bfloat16' : 'float16';
    if (type === FLOAT) return `float${size * 8}`;
    // Keras 3 writes bfloat16 as opaque pairs of bytes, in .weights.h5 with a dtype attribute, in .h5 without.
    if (type === OPAQUE && size === 2) return 'bfloat16';
    return TYPE_NAMES[type] ?? `HDF5 type ${type}`;
  }

  #fault(path: string, metadata: Metadata, dtype: string): ShuffleportError | undefined {
    if ((metadata.virtual_sources?.length ?? 0) > 0) return new LinkRefusedError(path, 'a virtual dataset');
    if (metadata.shape === null) return new MissingDatasetError(path, 'a dataset without a shape');
    if (!READABLE.has(dtype)) return new WeightTypeError(path, dtype);
    // Only chunked data can be filtered (HDF5 format specification, IV.A.2.i).
    const chunked = metadata.chunks !== null;
    const filters = chunked ? this.#guard(() => this.#library.get_dataset_filters(this.#id, path)) : [];
    const foreign = filters.find(({ id }) => id > LARGEST_BUILT_IN_FILTER);
    if (foreign !== undefined) return new UnsupportedFilterError(path, `"${foreign.name}" (id ${foreign.id})`);
    // In BigInt: a declared shape may be past 2^53 bytes.
    const declared = metadata.shape.reduce((product, dim) => product * BigInt(dim), BigInt(metadata.size));
    const bound = this.#size * (filters.length > 0 ? MAX_INFLATION : 1);
    return declared > BigInt(bound) ? new DeclaredSizeError(path, metadata.shape, this.#size) : undefined;
  }

  #readBytes(path: string, size: number): Uint8Array {
    const pointer = this.#library._malloc(Math.max(1, size));
    if (pointer === 0)
      throw new FileTooLargeError(path, 'There is no memory for this weight.', `${size} bytes`, 'less');
    try {
      this.#library.get_dataset_data(this.#id, path, null, null, null, BigInt(pointer));
      return this.#library.HEAPU8.slice(pointer, pointer + size);
    } catch (error) {
      throw new ReadFailedError(path, lastLine(error), { cause: error });
    } finally {
      this.#library._free(pointer);
    }
  }

  #readStrings(path: string, attribute: string, metadata: Metadata): string[] {
    const size = metadata.size * metadata.total_size;
    if (size > Math.min(MAX_ATTRIBUTE_BYTES, this.#size)) {
      throw new FileTooLargeError(
        `${path}@${attribute}`,
        'An attribute is larger than the file can hold.',
        `${size} bytes`,
        `at most ${Math.min(MAX_ATTRIBUTE_BYTES, this.#size)}`,
      );
    }
    const pointer = this.#library._malloc(size);
    try {
      this.#library.get_attribute_data(this.#id, path, attribute, BigInt(pointer));
      return metadata.vlen ? this.#pointedStrings(pointer, metadata.total_size) : this.#fixedStrings(pointer, metadata);
    } finally {
      if (metadata.vlen) this.#library.reclaim_vlen_memory(this.#id, path, attribute, BigInt(pointer));
      this.#library._free(pointer);
    }
  }

  #pointedStrings(pointer: number, count: number): string[] {
    const heap = this.#library.HEAPU8;
    const pointers = new Uint32Array(heap.buffer, pointer, count);
    return Array.from(pointers, (start) =>
      start === 0 ? '' : decodeText(heap.subarray(start, heap.indexOf(0, start))),
    );
  }

  /** Fixed-length strings end at the first NUL or, space-padded ones (Fortran's), at the last other character. */
  #fixedStrings(pointer: number, { size, total_size, strpad }: Metadata): string[] {
    const heap = this.#library.HEAPU8;
    return Array.from({ length: total_size }, (_, i) => {
      const bytes = heap.subarray(pointer + i * size, pointer + (i + 1) * size);
      const end = bytes.indexOf(0);
      const text = decodeText(end < 0 ? bytes : bytes.subarray(0, end));
      return strpad === SPACE_PADDED ? text.trimEnd() : text;
    });
  }

  /** Any failure inside the library, WebAssembly traps included, is a damaged file. */
  #guard<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      if (isShuffleportError(error)) throw error;
      throw new DamagedFileError(this.#where, lastLine(error), { cause: error });
    }
  }
}

interface Kind {
  readonly kind: 'group' | 'dataset' | 'link' | 'missing';
  /** Of a link: what it is, with its target. */
  readonly link?: string;
}

/** Paths of the objects a walk meets, and of the groups that hold some. */
interface Walk {
  readonly objects: Set<string>;
  readonly groups: Set<string>;
}

const GROUP: Kind = { kind: 'group' };
const MISSING: Kind = { kind: 'missing' };

// HDF5's type classes (H5T_class_t) and string padding (H5T_STR_SPACEPAD).
const INTEGER = 0;
const FLOAT = 1;
const STRING = 3;
const OPAQUE = 5;
const SPACE_PADDED = 2;
const TYPE_NAMES: Readonly<Record<number, string>> = {
  2: 'time',
  3: 'string',
  4: 'bitfield',
  5: 'opaque',
  6: 'compound',
  7: 'reference',
  8: 'enum',
  9: 'variable-length array',
  10: 'array',
};

const READABLE: ReadonlySet<string> = new Set<Dtype>([
  'float16',
  'bfloat16',
  'float32',
  'float64',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
]);
