// h5py, numpy and safetensors, asked what they read in a file: fixtures/oracle/reads.py, which forks for each.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Mutant } from './mutate.js';
import type { Reading } from './reading.js';

/** A running Python. */
export interface ReadsOracle {
  /** Who answers: `h5py 3.16.0, HDF5 2.0.0, numpy 2.4.6`. */
  readonly name: string;
  /** What is read in a mutant; `twice`, to tell values that are not the file's own from others. */
  ask(mutant: Pick<Mutant, 'kind' | 'bytes'>, twice?: boolean): Promise<Reading>;
  close(): void;
}

interface Answer extends Reading {
  readonly id?: number;
  readonly ready?: string;
}

/**
 * Starts fixtures/oracle/reads.py of the repository at `root` with the Python that is named, by `SHUFFLEPORT_PYTHON` unless told, or else `python3`. `undefined` where that is
 * absent or has no h5py, and for the name `none`; a Python that was asked for by name and cannot answer is an error.
 */
export async function startReadsOracle(
  root: string,
  named = process.env.SHUFFLEPORT_PYTHON,
): Promise<ReadsOracle | undefined> {
  if (named === 'none') return undefined;
  const python = spawn(named || 'python3', [join(root, 'fixtures/oracle/reads.py')]);
  let complaint = '';
  python.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk;
  });
  const ended = new Promise<undefined>((resolve) => {
    python.on('error', (error) => {
      complaint += error.message;
      resolve(undefined);
    });
    python.on('close', () => resolve(undefined));
  });
  const oracle = await Promise.race([conversation(python), ended]);
  if (oracle === undefined && named)
    throw new Error(`SHUFFLEPORT_PYTHON=${named} does not answer: ${complaint.trim()}`);
  return oracle;
}

function conversation(python: ChildProcessWithoutNullStreams): Promise<ReadsOracle> {
  const waiting = new Map<number, { resolve(reading: Reading): void; reject(error: Error): void }>();
  let last = 0;
  const ask: ReadsOracle['ask'] = ({ kind, bytes }, twice = false) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      python.stdin.write(`${JSON.stringify({ id, kind, twice, data: Buffer.from(bytes).toString('base64') })}\n`);
    });
  python.stdin.on('error', () => {}); // A process that has died says so by closing.
  python.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('the oracle ended without an answer'));
  });
  return new Promise((resolve) => {
    createInterface(python.stdout).on('line', (line) => {
      const { id, ready, ...reading } = JSON.parse(line) as Answer;
      if (ready !== undefined) return resolve({ name: ready, ask, close: () => python.stdin.end() });
      waiting.get(id!)!.resolve(reading);
      waiting.delete(id!);
    });
  });
}
