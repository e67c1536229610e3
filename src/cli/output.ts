// Where a command's words go: results to stdout, everything else to stderr.
import { isShuffleportError } from '../core/errors.js';
import { type Command, toJson } from '../report/json.js';
import { exitCodeOf } from './exit-codes.js';

/** The two streams, and what is known of them; injected so that tests can read them. */
export interface Streams {
  out(text: string): void;
  err(text: string): void;
  /** Whether stderr is a terminal somebody watches. */
  readonly interactive: boolean;
  /** Whether that terminal may be coloured: it is one, and NO_COLOR is not set. */
  readonly color: boolean;
  /** Asks on that terminal; absent where nobody could answer. */
  readonly ask?: (question: string) => Promise<string>;
}

/** What a command hands back: its result for machines and for people, and the exit code. */
export interface Answer {
  readonly command: Command;
  readonly result: object;
  readonly text: string;
  readonly exitCode: number;
}

/** Prints an answer, as text or as JSON and nothing else. */
export function printAnswer({ out }: Streams, { command, result, text }: Answer, json: boolean): void {
  out(`${json ? toJson(command, result) : text}\n`);
}

/** Prints an error, on stdout as JSON or on stderr as text, and returns the exit code. */
export function printError({ out, err, color }: Streams, error: unknown, json: boolean): number {
  const exitCode = exitCodeOf(error);
  if (json) {
    out(`${toJson('error', { error: errorAsData(error), exitCode })}\n`);
    return exitCode;
  }
  const red = (text: string): string => (color ? `\u001b[31m${text}\u001b[39m` : text);
  if (isShuffleportError(error)) err(`${red('error:')} ${error.message}\n`);
  else
    err(
      `${red('internal error:')} ${faultText(error)}\nThis is a fault of shuffleport's. Please report it, with the file if you may share it.\n`,
    );
  return exitCode;
}

function errorAsData(error: unknown): object {
  if (!isShuffleportError(error)) return { tag: 'Internal', message: faultText(error) };
  const report = 'report' in error ? { report: error.report } : {};
  return { tag: error.tag, kind: error.kind, message: error.message, ...error.explanation, ...report };
}

const faultText = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

/** A line about work in progress, overwritten by the next; only where somebody watches. */
export function progress({ err, interactive }: Streams, text: string): void {
  if (interactive) err(`\r\u001b[2K${text}`);
}

/** Takes the progress line away. */
export function progressDone({ err, interactive }: Streams): void {
  if (interactive) err('\r\u001b[2K');
}
