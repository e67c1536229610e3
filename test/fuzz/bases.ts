// The good files that are damaged: small, and together with every part of each format that readers look at.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Anatomy, anatomyOf } from './fields.js';

/** How a file is laid out, and so who can say what is in it. */
export type Kind = 'hdf5' | 'keras' | 'npz' | 'safetensors';

/** A good file. */
export interface Base {
  /** Path below fixtures/. */
  readonly name: string;
  readonly kind: Kind;
  readonly bytes: Uint8Array;
  readonly anatomy: Anatomy;
}

const NAMES: readonly string[] = [
  ...[
    ...['fixed-names', 'variable-names', 'utf8-names', 'space-padded', 'chunked-names', 'latest-format', 'full-model'],
    ...['keras-1', 'top-level', 'types', 'gzip', 'user-block', 'keras-3-store'],
  ].map((name) => `keras/damaged/${name}.h5`),
  ...['named', 'numbered', 'bfloat16'].map((name) => `keras/stores/${name}.weights.h5`),
  ...['many', 'dense', 'chunks', 'indexes', 'numbers'].map((name) => `keras/fuzz/${name}.h5`),
  ...['model', 'parts'].map((name) => `keras/stores/${name}.keras`),
  'keras/fuzz/fortran.npz',
  ...['savez', 'savez_compressed', 'little'].map((name) => `numpy/formats/npz/${name}.npz`),
  ...['written', 'every-type', 'bfloat16'].map((name) => `numpy/formats/safetensors/${name}.safetensors`),
];

const KINDS: Readonly<Record<string, Kind>> = { h5: 'hdf5', keras: 'keras', npz: 'npz', safetensors: 'safetensors' };

/** Reads and looks over every base, in the repository at `root`. */
export function readBases(root: string): Base[] {
  return NAMES.map((name) => {
    const bytes = new Uint8Array(readFileSync(join(root, 'fixtures', name)));
    return { name, kind: KINDS[name.slice(name.lastIndexOf('.') + 1)]!, bytes, anatomy: anatomyOf(bytes) };
  });
}
