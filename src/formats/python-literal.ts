// The Python literals a .npy header is made of: dicts, tuples, lists, strings, integers, True, False, None.
// A parser, not an evaluator: whatever is not a literal is refused where it stands. Used by npy-header.ts.
import { printable } from '../core/text.js';
import { type Cursor, fail, skipBlanks, take } from './cursor.js';

/** A literal's value. Tuples and lists are both arrays; a dict's keys are strings. */
export type PythonLiteral = string | number | boolean | null | PythonLiteral[] | PythonDict;
export type PythonDict = Map<string, PythonLiteral>;

/** Deepest nesting read: a structured dtype in a header nests four deep, and recursion must end before the stack does. */
const MAX_DEPTH = 16;

/** The value of a text that is one literal, blanks around it allowed. Throws `MalformedFileError`. */
export function parsePythonLiteral(text: string, where: string): PythonLiteral {
  const cursor: Cursor = { text, where, complaint: 'The header is not a Python literal.', at: 0 };
  const value = parseValue(cursor, 0);
  if (skipBlanks(cursor) !== undefined) fail(cursor, 'the end of the header');
  return value;
}

function parseValue(cursor: Cursor, depth: number): PythonLiteral {
  if (depth > MAX_DEPTH) fail(cursor, `at most ${MAX_DEPTH} levels of brackets`);
  switch (skipBlanks(cursor)) {
    case '{':
      return parseDict(cursor, depth);
    case '(':
      return parseSequence(cursor, depth, ')');
    case '[':
      return parseSequence(cursor, depth, ']');
    case "'":
    case '"':
      return parseString(cursor);
    default:
      return parseWord(cursor);
  }
}

function parseDict(cursor: Cursor, depth: number): PythonDict {
  const dict: PythonDict = new Map();
  cursor.at++;
  while (skipBlanks(cursor) !== '}') {
    const key = parseString(cursor);
    if (dict.has(key)) fail(cursor, `the key '${printable(key)}' once`);
    if (skipBlanks(cursor) !== ':') fail(cursor, 'a colon');
    cursor.at++;
    dict.set(key, parseValue(cursor, depth + 1));
    separate(cursor, '}');
  }
  cursor.at++;
  return dict;
}

/** `(2, 3)`, `(2,)`, `()`, `[…]`. A bracketed single value without a comma is that value, as in Python. */
function parseSequence(cursor: Cursor, depth: number, close: string): PythonLiteral {
  const items: PythonLiteral[] = [];
  let commas = 0;
  cursor.at++;
  while (skipBlanks(cursor) !== close) {
    items.push(parseValue(cursor, depth + 1));
    if (separate(cursor, close)) commas++;
  }
  cursor.at++;
  return close === ')' && items.length === 1 && commas === 0 ? items[0]! : items;
}

/** Passes a comma, or stays before the closing bracket. Returns whether there was a comma. */
function separate(cursor: Cursor, close: string): boolean {
  const next = skipBlanks(cursor);
  if (next === close) return false;
  if (next !== ',') fail(cursor, `a comma or ${close}`);
  cursor.at++;
  return true;
}

/** A quoted string without escapes: numpy writes none, for field names it would have to escape it writes version 3. */
function parseString(cursor: Cursor): string {
  const match = take(cursor, /'([^'\\\n]*)'|"([^"\\\n]*)"/y);
  return match === undefined ? fail(cursor, 'a quoted string without escapes') : (match[1] ?? match[2]!);
}

const WORDS: ReadonlyMap<string, PythonLiteral> = new Map([
  ['True', true],
  ['False', false],
  ['None', null],
]);

function parseWord(cursor: Cursor): PythonLiteral {
  const start = cursor.at;
  const word = take(cursor, /[A-Za-z_]+|-?\d+/y)?.[0] ?? '';
  const known = WORDS.get(word);
  if (known !== undefined) return known;
  const value = Number(word);
  if (word !== '' && Number.isSafeInteger(value)) {
    take(cursor, /L/y); // Python 2 wrote long integers as 3L
    return value;
  }
  cursor.at = start;
  return fail(cursor, 'a literal');
}
