// What the process says to its caller when it ends.
import { isShuffleportError } from '../core/errors.js';

/** The answer is yes, or the work is done. */
export const PASS = 0;
/** The answer is no: parity failed, the files differ. */
export const NO = 1;
/** Wrong usage, or a question only the user can answer. */
export const USAGE = 2;
/** The file cannot be used. */
export const FILE = 3;
/** A fault of ours. */
export const FAULT = 4;

/** The exit code for an error. */
export function exitCodeOf(error: unknown): number {
  if (!isShuffleportError(error)) return FAULT;
  return error.kind === 'file' ? FILE : USAGE;
}
