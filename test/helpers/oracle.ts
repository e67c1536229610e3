// numpy itself, asked while the tests run: a Python process that answers fixtures/generate/ops.py's operations.
// The protocol is described in fixtures/oracle/serve.py.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Tensor, tensor, toFloat32 } from '../../src/core/tensor.js';
import type { Arguments } from './numpy-fixtures.js';

/** A running numpy. */
export interface Oracle {
  /** Who answers: `numpy 2.4.6`. */
  readonly name: string;
  /** What numpy makes of one operation: computed in float64, rounded once. Rejects with numpy's own complaint. */
  ask(op: string, args: Arguments): Promise<Tensor<Float32Array>>;
  /** Ends the process. */
  close(): Promise<void>;
}

interface ArrayMessage {
  readonly shape: number[];
  readonly data: string;
}
interface Answer {
  readonly id?: number;
  readonly ready?: string;
  readonly result?: ArrayMessage;
  readonly error?: string;
}

const SCRIPT = fileURLToPath(new URL('../../fixtures/oracle/serve.py', import.meta.url));

/**
 * Starts the oracle with the Python that is named, by `SHUFFLEPORT_PYTHON` unless told, or else `python3`. `undefined`
 * where that is absent or has no numpy, and for the name `none`; a Python that was asked for by name and cannot answer
 * is an error instead.
 */
export async function startOracle(named = process.env.SHUFFLEPORT_PYTHON): Promise<Oracle | undefined> {
  if (named === 'none') return undefined;
  const python = spawn(named || 'python3', [SCRIPT]);
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
  return oracle && { ...oracle, close: () => stop(python, ended) };
}

async function stop(python: ChildProcessWithoutNullStreams, ended: Promise<undefined>): Promise<void> {
  python.stdin.end();
  await ended;
}

/** Resolves when the process has said that it is ready. */
function conversation(python: ChildProcessWithoutNullStreams): Promise<Omit<Oracle, 'close'>> {
  const waiting = new Map<number, { resolve(x: Tensor<Float32Array>): void; reject(error: Error): void }>();
  let last = 0;
  const ask: Oracle['ask'] = (op, args) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      python.stdin.write(`${JSON.stringify({ id, op, args: argumentsAsJson(args) })}\n`);
    });
  python.stdin.on('error', () => {}); // A process that has died says so by closing.
  python.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('the oracle ended without an answer'));
  });
  return new Promise((resolve) => {
    createInterface(python.stdout).on('line', (line) => {
      const { id, ready, result, error } = JSON.parse(line) as Answer;
      if (ready !== undefined) return resolve({ name: ready, ask });
      const asked = waiting.get(id!)!;
      waiting.delete(id!);
      if (result === undefined) asked.reject(new Error(`numpy: ${error}`));
      else asked.resolve(tensorOf(result));
    });
  });
}

function argumentsAsJson(args: Arguments): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [name, isTensor(value) ? asJson(value) : value]),
  );
}

/** Whether an argument is an array, not a number, a word or a pair. */
function isTensor(value: Arguments[string]): value is Tensor {
  return typeof value === 'object' && 'data' in value;
}

function asJson(x: Tensor): ArrayMessage {
  const bytes = new DataView(new ArrayBuffer(x.shape.reduce((size, dim) => size * dim, 4)));
  toFloat32(x).forEach((value, i) => {
    bytes.setFloat32(4 * i, value, true);
  });
  return { shape: [...x.shape], data: Buffer.from(bytes.buffer).toString('base64') };
}

function tensorOf({ shape, data }: ArrayMessage): Tensor<Float32Array> {
  const bytes = Buffer.from(data, 'base64');
  return tensor(
    Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i)),
    shape,
  );
}
