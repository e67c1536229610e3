// Tables of docs/parity.md that tests write: compared with what is there, or put there with SHUFFLEPORT_WRITE_DOCS=1.
import { readFileSync, writeFileSync } from 'node:fs';
import { type Column, markdownTable } from '../../src/report/table.js';

const PAGE = new URL('../../docs/parity.md', import.meta.url);

/** The table between `<!-- name -->` and `<!-- end of name -->`, and what was just measured. */
export function documented(
  name: string,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): { readonly written: string; readonly measured: string } {
  const measured = `${markdownTable(columns, rows)}\n`;
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- end of ${name} -->`];
  const text = readFileSync(PAGE, 'utf8');
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
  if (from < begin.length || to < 0) throw new Error(`docs/parity.md has no table called ${name}`);
  if (process.env.SHUFFLEPORT_WRITE_DOCS !== '1') return { written: text.slice(from, to), measured };
  writeFileSync(PAGE, text.slice(0, from) + measured + text.slice(to));
  return { written: measured, measured };
}
