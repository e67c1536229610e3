// .npz files: arrays by name, as numpy.savez writes them; a zip archive of .npy files.
// Read first: npy.ts and zip.ts.
import { isShuffleportError, type ShuffleportError } from '../core/errors.js';
import type { Tensor } from '../core/tensor.js';
import { printable } from '../core/text.js';
import type { Dtype } from './elements.js';
import { MalformedFileError } from './errors.js';
import { readNpy, writeNpy } from './npy.js';
import { NPY_HEAD_BYTES, readNpyHeader } from './npy-header.js';
import { readZip, type ZipEntry } from './zip.js';
import { writeZip, type ZipMember } from './zip-write.js';

/** An array in an .npz file. */
export interface NpzEntry {
  /** The name given to numpy.savez. */
  readonly key: string;
  readonly shape: readonly number[];
  /** The type of the elements in the file. */
  readonly dtype: Dtype;
  /** The values. Throws what `readNpy` and `ZipEntry.read` throw. */
  read(): Tensor;
}

/** A member that gives no numbers, and why: it is no array, or one of text, objects or complex numbers. */
export interface UnreadableMember {
  readonly key: string;
  readonly error: ShuffleportError;
}

const SUFFIX = '.npy';

/**
 * The arrays of an .npz file, in the archive's order. Headers are read now, values on demand. Throws what `readZip` and
 * `readNpyHeader` throw, and `MalformedFileError` for a member that is no array.
 */
export function readNpz(bytes: Uint8Array, where: string): NpzEntry[] {
  return npzArrays(readZip(bytes, where), where);
}

/**
 * The arrays of an .npz file, and what else is in it. Throws what `readZip` throws, and what `readNpyHeader` throws for an
 * array that is damaged.
 */
export function numbersIn(
  bytes: Uint8Array,
  where: string,
): { readonly arrays: readonly NpzEntry[]; readonly unreadable: readonly UnreadableMember[] } {
  const arrays: NpzEntry[] = [];
  const unreadable: UnreadableMember[] = [];
  for (const member of readZip(bytes, where)) {
    try {
      arrays.push(arrayOf(member, where));
    } catch (error) {
      const isArray = member.name.endsWith(SUFFIX);
      if (isArray && !isShuffleportError(error, 'UnsupportedDtype')) throw error;
      unreadable.push({ key: keyOf(member), error: error as ShuffleportError });
    }
  }
  return { arrays, unreadable };
}

const keyOf = ({ name }: ZipEntry): string => (name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : name);

/** The arrays of an archive whose members have been read already. */
export function npzArrays(members: readonly ZipEntry[], where: string): NpzEntry[] {
  return members.map((entry) => arrayOf(entry, where));
}

function arrayOf(entry: ZipEntry, file: string): NpzEntry {
  const where = `${file}, member "${printable(entry.name)}"`;
  if (!entry.name.endsWith(SUFFIX)) {
    throw new MalformedFileError(
      'A member of the archive is no array.',
      where,
      undefined,
      `a name ending in ${SUFFIX}`,
    );
  }
  const { shape, dtype } = readNpyHeader(entry.head(NPY_HEAD_BYTES), entry.size, where);
  return { key: keyOf(entry), shape, dtype, read: () => readNpy(entry.read(), where).tensor };
}

/** The file that numpy.savez would write for the same arrays in C order, byte for byte. */
export function writeNpz(arrays: Iterable<readonly [string, Tensor]>): Uint8Array<ArrayBuffer> {
  return writeZip(
    Array.from(arrays, ([key, array]): ZipMember => ({ name: `${key}${SUFFIX}`, bytes: writeNpy(array) })),
  );
}
