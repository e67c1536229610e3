// The page that `port` writes beside a model: it runs it on a picture. Nothing is loaded from anywhere else, and the
// policy lets nothing else be. Read first: html/markup.ts; then ../page/demo.ts, the script.
import { RECIPES } from '../image/recipes.js';
import { el, inner, type Markup } from './html/markup.js';

/** What a page is made of. */
export interface PageParts {
  /** What the network is, in a line. */
  readonly title: string;
  /** The built script. */
  readonly script: string;
  /** The base64 text of the SHA-256 of a text, as a Content-Security-Policy has it. */
  readonly sha256: (text: string) => string;
}

/** index.html, UTF-8. */
export function demoPage({ title, script, sha256 }: PageParts): string {
  // Where a script would end early it is text in JavaScript, too.
  const code = `\n${script.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--').trim()}\n`;
  const policy = [
    "default-src 'self'",
    `script-src 'self' 'wasm-unsafe-eval' 'sha256-${sha256(code)}'`,
    `style-src 'sha256-${sha256(STYLE)}'`,
    "img-src 'self' data:",
    // The engine's threads begin as text.
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const head = el(
    'head',
    {},
    el('meta', { charset: 'utf-8' }),
    { markup: `<meta http-equiv="Content-Security-Policy" content="${policy}">` },
    el('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    el('title', {}, title),
    // Without one, browsers ask for /favicon.ico.
    { markup: '<link rel="icon" href="data:,">' },
    { markup: `<style>${STYLE}</style>` },
  );
  const body = el('body', {}, main(title), { markup: `<script type="module">${code}</script>` });
  return `<!doctype html>\n${inner(el('html', { lang: 'en' }, head, body))}\n`;
}

function main(title: string): Markup {
  return el(
    'main',
    {},
    el('h1', {}, 'ShuffleNet, in this page'),
    el('p', {}, title, '. Pictures stay in this browser.'),
    el('p', { id: 'status', role: 'status' }, 'Starting.'),
    el('noscript', {}, el('p', {}, 'This page needs JavaScript.')),
    controls(),
    { markup: '<canvas id="shown" role="img" aria-label="The picture" hidden></canvas>' },
    { markup: `<section id="result" aria-live="polite" hidden>${inner(result())}</section>` },
  );
}

function controls(): Markup {
  const recipes = RECIPES.map((recipe) => el('option', { value: recipe }, `${recipe}: ${RECIPE_WORDS[recipe]}`));
  const rows = [
    row('picture', 'Picture: choose one, drop it anywhere, or paste it', {
      markup: '<input id="picture" type="file" accept="image/*">',
    }),
    row('recipe', 'Preprocessing, as in training', {
      markup: `<select id="recipe"><option value="">choose</option>${inner(recipes)}</select>`,
    }),
    row('size', 'Size of the picture for the network, pixels a side', {
      markup: '<input id="size" type="number" min="28" max="2048" step="1" value="224">',
    }),
  ];
  return { markup: `<fieldset id="controls" disabled><legend>Input</legend>${inner(rows)}</fieldset>` };
}

function row(id: string, words: string, control: Markup): Markup {
  return el('p', { id: `${id}-row` }, el('label', { for: id }, words), control);
}

const RECIPE_WORDS = {
  none: 'values 0 to 255',
  tf: 'values -1 to 1',
  caffe: "blue, green, red, ImageNet's mean subtracted",
  torch: "ImageNet's mean and deviation",
  article: "the article's training script",
} as const;

function result(): Markup[] {
  const columns = ['Class', 'Probability'].map((title) => el('th', { scope: 'col' }, title));
  const head = el('thead', {}, el('tr', {}, ...columns, el('td')));
  const body = el('tbody', { id: 'classes' });
  return [el('table', {}, el('caption', {}, 'Most probable classes'), head, body), el('p', { id: 'times' })];
}

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.4rem; }
label { display: block; }
input, select { font: inherit; max-width: 100%; }
canvas { display: block; max-width: 100%; max-height: 50vh; margin: 1rem 0; }
canvas[hidden] { display: none; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: bold; }
th, td { text-align: left; font-weight: normal; padding: 0.2rem 0.6rem 0.2rem 0; }
thead th { font-size: 0.85rem; }
meter { width: 100%; min-width: 6rem; }
.failed { font-weight: bold; color: #b00020; }
@media (prefers-color-scheme: dark) { .failed { color: #ff8a80; } }
`;
