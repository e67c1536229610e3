// Tables of documents that tests write: compared with what is there, or put there with SHUFFLEPORT_WRITE_DOCS=1.
import { readFileSync, writeFileSync } from 'node:fs';
import { type Column, markdownTable } from '../../src/report/table.js';

/** A table of a page, between `<!-- name -->` and `<!-- end of name -->`. */
interface PageTable {
  readonly text: string;
  /** Puts another in its place. */
  write(table: string): void;
}

const WRITES = process.env.SHUFFLEPORT_WRITE_DOCS === '1';

function tableOf(name: string, page: string): PageTable {
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- end of ${name} -->`];
  const path = new URL(`../../docs/${page}`, import.meta.url);
  const text = readFileSync(path, 'utf8');
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
  if (from < begin.length || to < 0) throw new Error(`docs/${page} has no table called ${name}`);
  const write = (table: string): void => writeFileSync(path, text.slice(0, from) + table + text.slice(to));
  return { text: text.slice(from, to), write };
}

/** The table that is written, and what was just measured. */
export function documented(
  name: string,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  page = 'parity.md',
): { readonly written: string; readonly measured: string } {
  const measured = `${markdownTable(columns, rows)}\n`;
  const { text, write } = tableOf(name, page);
  if (!WRITES) return { written: text, measured };
  write(measured);
  return { written: measured, measured };
}

/** How a table is held of which a machine may measure some rows only. */
export interface PartlyHeld {
  readonly page: string;
  /** What tells a row from the others. */
  key(row: readonly string[]): string;
  /** The columns that are this machine's: what is written there is not held against what was measured. */
  readonly unheld: (row: readonly string[]) => readonly string[];
}

/** The same row by row: those of `rows`, as written and as measured. Those that were not measured stay as they are. */
export function documentedRows(
  name: string,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { page, key, unheld }: PartlyHeld,
): { readonly written: unknown; readonly measured: unknown } {
  const { text, write } = tableOf(name, page);
  const before = new Map(rowsIn(text).map((row) => [key(row), row]));
  if (WRITES) {
    const after = new Map([...before, ...rows.map((row) => [key(row), row] as const)]);
    const sorted = [...after].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
    write(`${markdownTable(columns, sorted)}\n`);
    return { written: rows, measured: rows };
  }
  const held = (row: readonly string[] | undefined) => {
    return row && columns.map(({ title }, i) => (unheld(row).includes(title) ? title : row[i]));
  };
  return { written: rows.map((row) => held(before.get(key(row)))), measured: rows.map(held) };
}

/** After the titles and the line under them. */
function rowsIn(table: string): string[][] {
  const lines = table.trim().split('\n').slice(2);
  return lines.map((line) => line.split('|').slice(1, -1)).map((cells) => cells.map((cell) => cell.trim()));
}
