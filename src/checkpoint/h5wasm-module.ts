// The part of h5wasm's low-level module that is used, typed here: the package exports no types for it.

/** Type, shape and storage of a dataset or attribute. */
export interface Metadata {
  readonly shape: number[] | null;
  readonly type: number;
  /** Bytes per element; of a variable-length string, of its pointer. */
  readonly size: number;
  readonly total_size: number;
  /** Chunk dimensions; null where the data lies in one piece. */
  readonly chunks: readonly number[] | null;
  readonly signed: boolean;
  readonly vlen: boolean;
  readonly strpad?: number;
  readonly virtual_sources?: readonly unknown[];
}

/** An Emscripten module holding libhdf5. Object paths are UTF-8. */
export interface H5Module {
  readonly HEAPU8: Uint8Array;
  readonly FS: {
    writeFile(name: string, bytes: Uint8Array, options: { canOwn: boolean }): void;
    unlink(name: string): void;
  };
  readonly H5F_ACC_RDONLY: number;
  readonly H5G_GROUP: number;
  readonly H5G_DATASET: number;
  readonly H5G_UDLINK: number;
  _malloc(size: number): number;
  _free(pointer: number): void;
  activate_throwing_error_handler(): number;
  /** `-1` as a library version bound means the library's default. */
  open(name: string, mode: number, trackOrder: boolean, low: number, high: number): bigint;
  close_file(file: bigint): number;
  /** One of `H5G_…`, or -1 where nothing is. */
  get_type(file: bigint, path: string): number;
  get_names(file: bigint, path: string, recursive: boolean): string[];
  get_symbolic_link(file: bigint, path: string): string | null;
  get_external_link(file: bigint, path: string): { filename: string; obj_path: string };
  get_attribute_names(file: bigint, path: string): string[];
  get_attribute_metadata(file: bigint, path: string, name: string): Metadata;
  get_attribute_data(file: bigint, path: string, name: string, pointer: bigint): number;
  reclaim_vlen_memory(file: bigint, path: string, name: string, pointer: bigint): number;
  get_dataset_metadata(file: bigint, path: string): Metadata;
  get_dataset_filters(file: bigint, path: string): { id: number; name: string }[];
  get_dataset_data(file: bigint, path: string, count: null, offset: null, strides: null, pointer: bigint): number;
}
