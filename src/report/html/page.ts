// The page around every HTML report: it stands alone, and nothing in it runs or is loaded. Read first: markup.ts.
import { el, inner, type Markup } from './markup.js';
import { STYLE } from './style.js';

/** The policy lets nothing run and nothing be loaded, whatever a name in the result says. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** A whole page, UTF-8. */
export function page(title: string, main: Markup): string {
  const html = el('html', { lang: 'en' }, head(title), el('body', {}, main));
  return `<!doctype html>\n${inner(html)}\n`;
}

function head(title: string): Markup {
  return el(
    'head',
    {},
    el('meta', { charset: 'utf-8' }),
    el('meta', { 'http-equiv': 'Content-Security-Policy', content: POLICY }),
    el('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    el('title', {}, title),
    // Our own text, in which escaped quotes would be no quotes.
    { markup: `<style>${STYLE}</style>` },
  );
}

/** A part of the page under its heading. */
export function section(title: string, ...content: readonly Markup[]): Markup {
  return el('section', {}, el('h2', {}, title), ...content);
}
