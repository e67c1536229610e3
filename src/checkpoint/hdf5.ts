// HDF5 through h5wasm, with a guard for each of its traps: errors are not thrown unless told (here); a MEMFS name used twice reads stale bytes (here); links and virtual
// datasets are followed (hdf5-paths.ts, hdf5-datasets.ts); a failed read returns garbage (hdf5-datasets.ts); numbers are
// not converted (hdf5-types.ts); ASCII-typed names are really UTF-8, damaged attributes are none (hdf5-attributes.ts).
import type { Tensor } from '../core/tensor.js';
import type { CheckpointWeight } from './checkpoint.js';
import { DamagedFileError } from './errors.js';
import type { H5Module } from './h5wasm-module.js';
import { loadH5wasm } from './h5wasm-package.js';
import { guessStrings, readStrings } from './hdf5-attributes.js';
import { type DatasetInfo, describeDataset, readDataset } from './hdf5-datasets.js';
import { guard, type Handle, lastLine } from './hdf5-handle.js';
import { mayHaveLinks } from './hdf5-links.js';
import { isSecondName, type Kind, look, membersAt, pathsOf } from './hdf5-paths.js';
import { findOddTypes } from './hdf5-types.js';

/** An open HDF5 file. Paths are absolute: `/model_weights/conv1`. */
export interface Hdf5File {
  /** Bytes of the file. */
  readonly size: number;
  /** What stands at a path, every component looked at; links are named, not followed. */
  kind(path: string): Kind['kind'];
  /** Names in a group, in the library's order. */
  members(path: string): string[];
  /**
   * Whether a group that has members stands at another path too: a hard link leads to it. Of its paths, one is not a
   * second name. False where the file is too damaged to tell.
   */
  isSecondName(path: string): boolean;
  /** A string attribute, or array of them; `[]` for an empty array of any type; `undefined` where there is none. */
  strings(path: string, attribute: string): string[] | undefined;
  /** The same of an attribute that is mostly there, cheaper than `kind` and `strings`; `undefined` also when unsure. */
  guessStrings(path: string, attribute: string): string[] | undefined;
  /** Shape and type of the dataset at a path, and why it cannot be read if that shows already. */
  describe(path: string): DatasetInfo;
  /** The values, row-major, of a dataset described before or now. Throws the fault, if there is one. */
  read(path: string, info?: DatasetInfo): Tensor;
  close(): void;
}

/** The dataset at a path as a weight: described now, read when asked for. */
export function storedWeight(file: Hdf5File, path: string, name: string, role: string | null): CheckpointWeight {
  const info = file.describe(path);
  return { name, role, ...info, read: async () => file.read(path, info) };
}

/** The library in the package. */
async function loadLibrary(): Promise<H5Module> {
  const { ready } = await loadH5wasm();
  return (await ready) as unknown as H5Module;
}

/** Opens the HDF5 file in `bytes`. The caller must `close()` it. */
export async function openHdf5(bytes: Uint8Array, where: string): Promise<Hdf5File> {
  const loading = loadLibrary();
  // The bytes are gone through while the library compiles on other threads.
  const seen = { size: bytes.length, oddTypes: findOddTypes(bytes), linked: mayHaveLinks(bytes) };
  const library = await loading;
  library.activate_throwing_error_handler();
  // A name of its own for each open, since the library shares what it holds open under one inode; and one that no
  // external link in a file can have been written to point at.
  const name = `/${crypto.randomUUID()}.h5`;
  library.FS.writeFile(name, bytes, { canOwn: true });
  try {
    const id = library.open(name, library.H5F_ACC_RDONLY, false, -1, -1);
    return fileOf({ library, id, where, ...seen }, name);
  } catch (error) {
    library.FS.unlink(name);
    throw new DamagedFileError(where, lastLine(error), { cause: error });
  }
}

function fileOf(handle: Handle, name: string): Hdf5File {
  const paths = pathsOf(handle);
  return {
    size: handle.size,
    kind: (path) => look(paths, path).kind,
    members: (path) => membersAt(paths, path),
    isSecondName: (path) => isSecondName(paths, path),
    strings: (path, attribute) => guard(handle, () => readStrings(handle, path, attribute)),
    guessStrings: (path, attribute) => guard(handle, () => guessStrings(paths, path, attribute)),
    describe: (path) => describeDataset(paths, path),
    read: (path, info = describeDataset(paths, path)) => readDataset(handle, path, info),
    close: closing(handle, name),
  };
}

/** Closes the file and frees its bytes; a second time, nothing. */
function closing({ library, id }: Handle, name: string): () => void {
  let open = true;
  return () => {
    if (!open) return;
    open = false;
    try {
      library.close_file(id);
    } finally {
      library.FS.unlink(name);
    }
  };
}
