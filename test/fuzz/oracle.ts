// h5py, numpy and safetensors, asked what they read in a file: fixtures/oracle/reads.py, which forks for each.
import { join } from 'node:path';
import { startPython } from '../helpers/python.js';
import type { Mutant } from './mutate.js';
import type { Reading } from './reading.js';

/** A running Python. */
export interface ReadsOracle {
  /** Who answers: `h5py 3.16.0, HDF5 2.0.0, numpy 2.4.6`. */
  readonly name: string;
  /** What is read in a mutant; `twice`, to tell values that are not the file's own from others. */
  ask(mutant: Pick<Mutant, 'kind' | 'bytes'>, twice?: boolean): Promise<Reading>;
  close(): Promise<void>;
}

/**
 * Starts fixtures/oracle/reads.py of the repository at `root` with the Python that is named, by `SHUFFLEPORT_PYTHON` unless
 * told, or else `python3`. `undefined` where that is absent or has no h5py, and for the name `none`; a Python that was
 * asked for by name and cannot answer is an error.
 */
export async function startReadsOracle(
  root: string,
  named = process.env.SHUFFLEPORT_PYTHON,
): Promise<ReadsOracle | undefined> {
  const python = await startPython<Reading>(join(root, 'fixtures/oracle/reads.py'), named);
  const ask: ReadsOracle['ask'] = ({ kind, bytes }, twice = false) =>
    python!.ask({ kind, twice, data: Buffer.from(bytes).toString('base64') });
  return python && { ...python, ask };
}
