// Elements of the HTML report as text. Every piece of text and every attribute goes through `escapeMarkup` here, so that
// the other files of this folder put elements together and never escape.
import { escapeMarkup } from '../escape.js';

/** Markup that is ready to stand in a page: text does not become this but through `text` and `el`. */
export interface Markup {
  readonly markup: string;
}

/** What may stand in an element: markup, text (escaped here), or nothing. */
export type Child = Markup | string | readonly Child[] | undefined;

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Elements that have no end tag in HTML. */
const VOID = ['meta', 'br'];

/** An element. Coordinates are rounded to a tenth, so that the same picture has the same bytes. */
export function el(name: string, attributes: Attributes = {}, ...children: readonly Child[]): Markup {
  const pairs = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escapeMarkup(typeof value === 'number' ? rounded(value) : value!)}"`);
  const open = `<${name}${pairs.join('')}>`;
  return { markup: VOID.includes(name) ? open : `${open}${inner(children)}</${name}>` };
}

const rounded = (value: number): string => String(Math.round(value * 10) / 10);

/** Children as markup. */
export function inner(child: Child): string {
  if (child === undefined) return '';
  if (typeof child === 'string') return escapeMarkup(child);
  return isMarkup(child) ? child.markup : child.map(inner).join('');
}

const isMarkup = (child: Markup | readonly Child[]): child is Markup => 'markup' in child;

/** A table with a caption, a heading a column, and a heading in each row's first cell. */
export function table(caption: string, columns: readonly string[], rows: readonly Row[]): Markup {
  const head = el('thead', {}, el('tr', {}, ...columns.map((title) => el('th', { scope: 'col' }, title))));
  const body = rows.map(({ id, className, cells: [first, ...rest] }) =>
    el('tr', { id, class: className }, el('th', { scope: 'row' }, first), ...rest.map((cell) => el('td', {}, cell))),
  );
  return el('div', { class: 'wide' }, el('table', {}, el('caption', {}, caption), head, el('tbody', {}, ...body)));
}

/** A row: its first cell names it. */
export interface Row {
  readonly id?: string;
  readonly className?: string;
  readonly cells: readonly Child[];
}
