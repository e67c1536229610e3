// A place in a text that is being parsed, for the two small parsers of headers: header-json.ts and python-literal.ts.
import { printable } from '../core/text.js';
import { MalformedFileError } from './errors.js';

/** Where a parser stands, and what it says when it cannot go on. */
export interface Cursor {
  readonly text: string;
  /** The file, for messages. */
  readonly where: string;
  /** What is wrong with a header that cannot be parsed, as a sentence. */
  readonly complaint: string;
  at: number;
}

/** What a sticky pattern matches here, taken; `undefined`, and nothing taken, where it does not match. */
export function take(cursor: Cursor, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = cursor.at;
  const match = pattern.exec(cursor.text);
  if (match === null) return undefined;
  cursor.at += match[0].length;
  return match;
}

/** The next character that is not blank, not taken. */
export function skipBlanks(cursor: Cursor): string | undefined {
  take(cursor, /[ \t\r\n]+/y);
  return cursor.text[cursor.at];
}

/** Throws a `MalformedFileError` that shows what stands here instead of what was expected. */
export function fail(cursor: Cursor, expected: string): never {
  const rest = cursor.text.slice(cursor.at, cursor.at + 30);
  const found = rest === '' ? 'the end of the header' : `"${printable(rest)}" at character ${cursor.at} of the header`;
  throw new MalformedFileError(cursor.complaint, cursor.where, found, expected);
}
