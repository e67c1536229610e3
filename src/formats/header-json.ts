// The JSON of a safetensors header: objects, arrays, strings and integers, nothing else, and no key twice.
// JSON.parse keeps the last of two equal keys without a word and gives `__proto__` a meaning; here objects are Maps.
import { type Cursor, fail, skipBlanks, take } from './cursor.js';
import { DuplicateNameError } from './errors.js';

export type HeaderJson = string | number | HeaderJson[] | HeaderObject;
export type HeaderObject = Map<string, HeaderJson>;

/** Deepest nesting read: a header nests three deep, and recursion must end before the stack does. */
const MAX_DEPTH = 8;

/** The one object a text is, blanks around it allowed. Throws `MalformedFileError`, `DuplicateNameError`. */
export function parseHeaderJson(text: string, where: string): HeaderObject {
  const cursor: Cursor = { text, where, complaint: 'The header is not the JSON of a safetensors file.', at: 0 };
  if (skipBlanks(cursor) !== '{') fail(cursor, 'an object');
  const value = parseObject(cursor, 0);
  if (skipBlanks(cursor) !== undefined) fail(cursor, 'the end of the header');
  return value;
}

function parseValue(cursor: Cursor, depth: number): HeaderJson {
  if (depth > MAX_DEPTH) fail(cursor, `at most ${MAX_DEPTH} levels of brackets`);
  switch (skipBlanks(cursor)) {
    case '{':
      return parseObject(cursor, depth);
    case '[':
      return parseArray(cursor, depth);
    case '"':
      return parseString(cursor);
    default:
      return parseInteger(cursor);
  }
}

function parseObject(cursor: Cursor, depth: number): HeaderObject {
  const object: HeaderObject = new Map();
  parseItems(cursor, '}', () => {
    const key = parseString(cursor);
    if (object.has(key)) throw new DuplicateNameError(cursor.where, key);
    if (skipBlanks(cursor) !== ':') fail(cursor, 'a colon');
    cursor.at++;
    object.set(key, parseValue(cursor, depth + 1));
  });
  return object;
}

function parseArray(cursor: Cursor, depth: number): HeaderJson[] {
  const array: HeaderJson[] = [];
  parseItems(cursor, ']', () => array.push(parseValue(cursor, depth + 1)));
  return array;
}

/** Items with commas between them, from the opening bracket to the closing one. */
function parseItems(cursor: Cursor, close: string, parseItem: () => void): void {
  cursor.at++;
  if (skipBlanks(cursor) === close) {
    cursor.at++;
    return;
  }
  for (;;) {
    skipBlanks(cursor);
    parseItem();
    const next = skipBlanks(cursor);
    if (next !== close && next !== ',') fail(cursor, `a comma or ${close}`);
    cursor.at++;
    if (next === close) return;
  }
}

function parseString(cursor: Cursor): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON strings may not contain them
  const match = take(cursor, /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y);
  return match === undefined ? fail(cursor, 'a string') : (JSON.parse(match[0]) as string);
}

function parseInteger(cursor: Cursor): number {
  const match = take(cursor, /-?(?:0|[1-9]\d*)(?![\d.eE])/y);
  const value = Number(match?.[0]);
  return match !== undefined && Number.isSafeInteger(value) ? value : fail(cursor, 'an integer below 2^53');
}
