// The files of fixtures/generate/damaged.py, and what h5py reads in them.
import { readdirSync, readFileSync } from 'node:fs';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { bytesSource } from '../../src/checkpoint/source.js';

const FOLDER = new URL('../../fixtures/keras/damaged/', import.meta.url);

/** A weight as h5py reads it; `values` is null where reading fails or would be too much. */
export interface ExpectedWeight {
  readonly shape: number[];
  readonly dtype: string;
  readonly values: number[] | null;
}

/** Layer -> weight -> what h5py reads; null for what is no dataset of numbers in the file itself. */
export type ExpectedLayers = Readonly<Record<string, Readonly<Record<string, ExpectedWeight | null>>>>;

/** Names of the files, without `.h5`. */
export const DAMAGED_FILES: readonly string[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.h5'))
  .map((file) => file.slice(0, -'.h5'.length))
  .sort();

const EXPECTED = JSON.parse(readFileSync(new URL('expected.json', FOLDER), 'utf8')) as Record<
  string,
  ExpectedLayers | null
>;

/** What h5py reads in a file. Throws where it reads nothing: such a file has no layers to compare. */
export function expectedLayers(name: string): ExpectedLayers {
  const layers = EXPECTED[name];
  if (!layers) throw new Error(`h5py reads no layers in ${name}.h5`);
  return layers;
}

/** The bytes of a file, a fresh copy. */
export function damagedBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`${name}.h5`, FOLDER)));
}

/** The file, opened as any command opens it. */
export function openDamaged(name: string): Promise<Checkpoint> {
  return openCheckpoint(bytesSource(`${name}.h5`, damagedBytes(name)));
}

/** Opens a file, lets `look` at it, closes it. */
export async function withDamaged<T>(name: string, look: (checkpoint: Checkpoint) => T | Promise<T>): Promise<T> {
  const checkpoint = await openDamaged(name);
  try {
    return await look(checkpoint);
  } finally {
    checkpoint.close();
  }
}
