// numpy itself, asked while the tests run: a Python process that answers fixtures/generate/ops.py's operations.
// The protocol is described in fixtures/oracle/serve.py.
import { fileURLToPath } from 'node:url';
import { type Tensor, tensor, toFloat32 } from '../../src/core/tensor.js';
import type { Arguments } from './numpy-fixtures.js';
import { startPython } from './python.js';

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
  const python = await startPython<Answer>(SCRIPT, named);
  if (python === undefined) return undefined;
  const ask: Oracle['ask'] = async (op, args) => {
    const { result, error } = await python.ask({ op, args: argumentsAsJson(args) });
    if (result === undefined) throw new Error(`numpy: ${error}`);
    return tensorOf(result);
  };
  return { ...python, ask };
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
