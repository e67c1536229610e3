// Text for Python scripts: values as literals, sentences as comments. What comes from files is only ever written so.
import { printable } from '../core/text.js';

/** Width of comments, as of the scripts' code. */
const COMMENT_WIDTH = 112;

/** A text as an item of a list in comments. It may hold names from a file: no line is written unescaped. */
export function commentItem(text: string): string[] {
  return wrapped(text).map((line, i) => `# ${i === 0 ? '-' : ' '} ${line}`);
}

/** A text as comment lines, as safe. */
export function comment(text: string): string[] {
  return wrapped(text).map((line) => `# ${line}`);
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.length === 0 ? printable(word) : `${lines.at(-1)} ${printable(word)}`;
    if (lines.length > 0 && line.length < COMMENT_WIDTH) lines[lines.length - 1] = line;
    else lines.push(printable(word));
  }
  return lines;
}

/**
 * A value as a Python literal. JSON's text is Python's for numbers, and for strings as well: it escapes quotes,
 * backslashes and line ends the same way. Lists and records take a line for each entry where they are long.
 */
export function python(value: unknown, indent = ''): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value !== 'object') return JSON.stringify(value);
  const inner = `${indent}    `;
  if (Array.isArray(value)) return `[${value.map((item) => python(item, inner)).join(', ')}]`;
  const entries = Object.entries(value).map(([key, item]) => `${inner}${JSON.stringify(key)}: ${python(item, inner)},`);
  return ['{', ...entries, `${indent}}`].join('\n');
}
