// Tables of documents that tests write: compared with what is there, or put there with SHUFFLEPORT_WRITE_DOCS=1.
import { readFileSync, writeFileSync } from 'node:fs';
import { type Column, markdownTable } from '../../src/report/table.js';

/** The table of a page between `<!-- name -->` and `<!-- end of name -->`, and what was just measured. */
export function documented(
  name: string,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  page = 'parity.md',
): { readonly written: string; readonly measured: string } {
  const measured = `${markdownTable(columns, rows)}\n`;
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- end of ${name} -->`];
  const path = new URL(`../../docs/${page}`, import.meta.url);
  const text = readFileSync(path, 'utf8');
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
  if (from < begin.length || to < 0) throw new Error(`docs/${page} has no table called ${name}`);
  if (process.env.SHUFFLEPORT_WRITE_DOCS !== '1') return { written: text.slice(from, to), measured };
  writeFileSync(path, text.slice(0, from) + measured + text.slice(to));
  return { written: measured, measured };
}
