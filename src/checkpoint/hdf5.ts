// HDF5 through h5wasm, with a guard for each of its traps. The only module that imports h5wasm, and only when needed.
// Traps: errors are not thrown unless told (here); a MEMFS name used twice reads stale bytes (here); links and virtual
// datasets are followed (hdf5-paths.ts, hdf5-datasets.ts); a failed read returns garbage (hdf5-datasets.ts); numbers are
// not converted (hdf5-types.ts); ASCII-typed names are really UTF-8, damaged attributes are none (hdf5-attributes.ts).
import { keepingAwake } from '../core/keep-awake.js';
import type { Tensor } from '../core/tensor.js';
import type { CheckpointWeight } from './checkpoint.js';
import { DamagedFileError } from './errors.js';
import type { H5Module } from './h5wasm-module.js';
import { readStrings } from './hdf5-attributes.js';
import { type DatasetInfo, describeDataset, readDataset } from './hdf5-datasets.js';
import { guard, guess, type Handle, lastLine, mayGuess } from './hdf5-handle.js';
import { isLeaf, isSecondName, type Kind, look, membersAt, pathsOf } from './hdf5-paths.js';
import { findOddTypes, type OddTypes } from './hdf5-types.js';

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
  /** Whether the thing at a path, with nothing below it, has an attribute that is an empty array. Cheaper than `kind`. */
  listsNothing(path: string, attribute: string): boolean;
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

/** The package, loaded once, its library ready. */
export async function loadH5wasm() {
  const h5wasm = await import('h5wasm');
  await keepingAwake(h5wasm.ready);
  return h5wasm;
}

/** The library in it. */
async function loadLibrary(): Promise<H5Module> {
  const { ready } = await loadH5wasm();
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
    let odd: OddTypes | undefined;
    const oddTypes = (): OddTypes => {
      odd ??= findOddTypes(bytes);
      return odd;
    };
    return fileOf({ library, id, where, size: bytes.length, oddTypes }, name);
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
    listsNothing: (path, attribute) =>
      mayGuess() &&
      isLeaf(paths, path) &&
      guess(() => handle.library.get_attribute_metadata(handle.id, path, attribute).total_size === 0) === true,
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
