// HDF5, written: groups, float32 datasets and string attributes, the same bytes for the same content every time.
// Read first: hdf5.ts, which reads.
import { sizeOf, type Tensor } from '../core/tensor.js';
import { loadH5wasm } from './h5wasm-package.js';

/** A group to be written. */
export interface Hdf5Group {
  readonly groups?: ReadonlyMap<string, Hdf5Group>;
  readonly datasets?: ReadonlyMap<string, Tensor<Float32Array>>;
  readonly attributes?: ReadonlyMap<string, string>;
}

/** The bytes of an HDF5 file with this root. Names may not hold a slash. */
export async function writeHdf5(root: Hdf5Group): Promise<Uint8Array<ArrayBuffer>> {
  const { File, ready } = await loadH5wasm();
  const { FS } = await ready;
  const name = `/${crypto.randomUUID()}.h5`;
  try {
    withoutTime(() => {
      const file = new File(name, 'w');
      try {
        writeGroup(file, root);
      } finally {
        file.close();
      }
    });
    return Uint8Array.from(FS.readFile(name) as Uint8Array);
  } finally {
    if (FS.analyzePath(name).exists) FS.unlink(name);
  }
}

/** What of h5wasm's groups is used. */
interface Target {
  create_group(name: string): unknown;
  create_dataset(args: { name: string; data: Float32Array; shape: number[]; dtype: string }): unknown;
  create_attribute(name: string, data: string): void;
}

function writeGroup(target: Target, { groups, datasets, attributes }: Hdf5Group): void {
  for (const [name, text] of attributes ?? []) target.create_attribute(name, text);
  for (const [name, { data, shape, offset }] of datasets ?? []) {
    target.create_dataset({
      name,
      data: data.subarray(offset, offset + sizeOf(shape)),
      shape: [...shape],
      dtype: '<f4',
    });
  }
  for (const [name, group] of groups ?? []) writeGroup(target.create_group(name) as Target, group);
}

/** HDF5 notes when a dataset was made, and the library has no switch for it here; it asks the clock of the page. */
function withoutTime(work: () => void): void {
  const { now } = Date;
  Date.now = () => 0;
  try {
    work();
  } finally {
    Date.now = now;
  }
}
