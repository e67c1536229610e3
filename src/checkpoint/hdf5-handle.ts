// An HDF5 file that the library holds open, and how its failures become errors of ours. Read hdf5.ts first.
import { isShuffleportError } from '../core/errors.js';
import { DamagedFileError } from './errors.js';
import type { H5Module } from './h5wasm-module.js';
import type { OddTypes } from './hdf5-types.js';

/** What every call to the library about one file takes. */
export interface Handle {
  readonly library: H5Module;
  /** The library's number for the file. */
  readonly id: bigint;
  /** For messages. */
  readonly where: string;
  /** Bytes of the file. */
  readonly size: number;
  /** Its number types whose bits lie elsewhere than usual. */
  readonly oddTypes: OddTypes;
  /** Whether it may have soft or external links, which the library would follow. */
  readonly linked: boolean;
}

/** Any failure inside the library, WebAssembly traps included, is a damaged file. */
export function guard<T>({ where }: Handle, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (isShuffleportError(error)) throw error;
    throw new DamagedFileError(where, lastLine(error), { cause: error });
  }
}

/** The innermost sentence of an HDF5 error stack, or the message of any other error. */
export function lastLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const sentences = [...message.matchAll(/^\s*#\d+: .* in (\w+\(\)): (.*)$/gm)];
  return sentences.at(-1)?.[2] ?? message.split('\n')[0]!;
}

/**
 * How often the library threw where that was no end of the file: over guesses that spare calls, and over single weights
 * that are damaged. Each costs some of its stack for good (about two thousand errors use it up), so there is a limit.
 */
const errors = { count: 0 };
const MAX_ERRORS = 100;

/** Whether there may be another guess. */
export const mayGuess = (): boolean => errors.count < MAX_ERRORS;

/** A call that may be wrong about the file; `undefined` when it was. */
export function guess<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    errors.count++;
    return undefined;
  }
}

/** Whether the rest of a file may be read although the library threw over a part of it. */
export function mayFail(): boolean {
  return errors.count++ < MAX_ERRORS;
}
