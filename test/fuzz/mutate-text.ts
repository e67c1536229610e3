// Text that readers parse (JSON, a Python literal) damaged by its words: numbers, names, brackets. Read mutate.ts first.
import type { Random } from './random.js';

const NUMBERS = [
  '0',
  '-1',
  '1',
  '2',
  '64',
  '255',
  '65536',
  '2147483648',
  '9007199254740993',
  '1e3',
  '1.5',
  '01',
  '0x4',
];
const TYPES = [
  'F16',
  'BF16',
  'F32',
  'F64',
  'I8',
  'U8',
  'I64',
  'U64',
  'BOOL',
  '<f4',
  '>f4',
  '<f8',
  '<i8',
  '|b1',
  '|O',
  '<U4',
];
const NAMES = ['__proto__', '__metadata__', 'constructor', '', '../x', 'kernel', '\\u0000', '\u00e9', 'a/b'];
const MARKS = [
  '{',
  '}',
  '[',
  ']',
  '(',
  ')',
  ',',
  ':',
  '"',
  "'",
  ' ',
  '\n',
  'null',
  'true',
  'True',
  'False',
  'NaN',
  'Infinity',
];

/** Numbers, words within quotes, other words, single marks. */
const TOKEN = /-?\d+(?:\.\d+)?|"(?:[^"\\]|\\.)*"|'[^']*'|\w+|[^\s\w]/gu;

/** The text with some words changed. */
export function mutateText(bytes: Uint8Array, random: Random): Uint8Array {
  let text = new TextDecoder('utf-8').decode(bytes);
  for (let left = 1 + random.below(2); left > 0; left--) text = change(text, random);
  return new TextEncoder().encode(text);
}

function change(text: string, random: Random): string {
  const tokens = [...text.matchAll(TOKEN)];
  if (tokens.length === 0) return random.pick(MARKS);
  const token = random.pick(tokens);
  const other = random.pick(tokens)[0];
  const old = token[0];
  const fresh = random.chance(0.15) ? random.pick([other, '', old + old, random.pick(MARKS)]) : inPlaceOf(old, random);
  return text.slice(0, token.index) + fresh + text.slice(token.index + old.length);
}

/** Another word of the same sort. */
function inPlaceOf(old: string, random: Random): string {
  if (/^-?\d/.test(old))
    return random.chance(0.5) ? String(Number(old) + random.pick([-1, 1, 4])) : random.pick(NUMBERS);
  const quote = old[0]!;
  if (quote !== '"' && quote !== "'") return random.pick(MARKS);
  if (random.chance(0.2)) return quote + old.slice(1, -1).slice(random.below(old.length)) + quote;
  return quote + random.pick(/^.[<>|=]?[A-Z]{0,2}\w\d*.$/i.test(old) ? TYPES : NAMES) + quote;
}
