// .npz files: arrays by name, as numpy.savez writes them; a zip archive of .npy files.
// Read first: npy.ts and zip.ts.
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

const SUFFIX = '.npy';

/**
 * The arrays of an .npz file, in the archive's order. Headers are read now, values on demand. Throws what `readZip` and
 * `readNpyHeader` throw, and `MalformedFileError` for a member that is no array.
 */
export function readNpz(bytes: Uint8Array, where: string): NpzEntry[] {
  return npzArrays(readZip(bytes, where), where);
}

/** The same, of an archive whose members have been read already. */
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
  const key = entry.name.slice(0, -SUFFIX.length);
  return { key, shape, dtype, read: () => readNpy(entry.read(), where).tensor };
}

/** The file that numpy.savez would write for the same arrays in C order, byte for byte. */
export function writeNpz(arrays: Iterable<readonly [string, Tensor]>): Uint8Array<ArrayBuffer> {
  return writeZip(
    Array.from(arrays, ([key, array]): ZipMember => ({ name: `${key}${SUFFIX}`, bytes: writeNpy(array) })),
  );
}
