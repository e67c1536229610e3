// The directory of files outside the repository that these tests hold the product against.

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Pooling, Slices } from '../../src/shufflenet/settings.js';

/** Where the indexes are: SHUFFLEPORT_SHARED, or beside the repository. */
export const SHARED = resolve(process.env.SHUFFLEPORT_SHARED ?? '../shared');

/** A path in it. */
export const shared = (...parts: string[]): string => join(SHARED, ...parts);

/** A JSON file in it. */
export function readIndex<T>(path: string): T {
  return JSON.parse(readFileSync(shared(path), 'utf8')) as T;
}

/** A real network of the index, with what Keras recorded of it. */
export interface Case {
  readonly case: string;
  readonly dir: string;
  readonly config: { readonly input_shape: readonly (number | null)[] };
  readonly files: readonly (readonly [name: string, what: string])[];
  readonly reference: string;
  readonly options: { readonly pooling: Pooling; readonly slices: Slices };
}

/** The cases, each with the path of one file that names its layers, and of its recording. */
export function readCases(): (Case & { readonly weights: string; readonly recorded: string })[] {
  return readIndex<Case[]>('cases/INDEX.json').map((entry) => {
    // The file that names none is read by order, and tested where that is.
    const [file] = entry.files.find(([, what]) => !/v3-style/.test(what))!;
    return { ...entry, weights: shared(entry.dir, file), recorded: shared(entry.dir, entry.reference) };
  });
}

/** Streams that are read afterwards, for running the command line in this process. */
export function captured(): { out: string[]; err: string[]; streams: import('../../src/cli/output.js').Streams } {
  const out: string[] = [];
  const err: string[] = [];
  return {
    out,
    err,
    streams: { out: (text) => out.push(text), err: (text) => err.push(text), interactive: false, color: false },
  };
}

/** An index's options as flags of the command line. */
export function flagsOf(options: Readonly<Record<string, unknown>> = {}): string[] {
  const flags: string[] = [];
  for (const [name, value] of Object.entries(options)) {
    if (value === true) flags.push(`--${name}`);
    else if (value !== false && value !== null) flags.push(`--${name}`, String(value));
  }
  return flags;
}
