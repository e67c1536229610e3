// How the values of the failing layer spread over shares of their bounds, as bars: many a little off, or a few far off.
// Read first: markup.ts, and `ShareHistogram` in src/parity/histogram.ts.
import { plural } from '../../core/text.js';
import type { ShareHistogramResult } from '../../results/verify.js';
import { el, type Markup } from './markup.js';

const [WIDTH, HEIGHT] = [960, 240];
const PLOT = { left: 62, right: WIDTH - 8, top: 22, bottom: HEIGHT - 50 };

/** Height of one value's bar, in decades: it must be seen beside a million. */
const FOOT = 0.5;

/** A bar: its count, what stands under it, and what it says to whoever points at it. */
interface Bar {
  readonly count: number;
  readonly label: string;
  readonly words: string;
  readonly off: boolean;
}

/** The histogram as a figure; counts on a logarithmic axis, since one value off is what is looked for. */
export function histogram(shares: ShareHistogramResult): Markup {
  const bars = barsOf(shares);
  const decades = Math.ceil(bars.reduce((most, { count }) => Math.max(most, Math.log10(Math.max(1, count))), 0)) || 1;
  const yOf = (count: number): number =>
    PLOT.bottom - ((Math.log10(count) + FOOT) / (decades + FOOT)) * (PLOT.bottom - PLOT.top);
  const step = (PLOT.right - PLOT.left) / bars.length;
  const kept = bars.findIndex(({ off }) => off);
  const svg = el(
    'svg',
    {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: 'img',
      'aria-labelledby': 'shares-title',
      'aria-describedby': 'shares-words',
    },
    el('title', { id: 'shares-title' }, 'Values of the layer by the share of their bound that their error uses'),
    el('desc', { id: 'shares-words' }, describe(bars)),
    ...Array.from({ length: decades + 1 }, (_, exponent) => tick(exponent, yOf(10 ** exponent))),
    ...bars.map((bar, i) => drawBar(bar, PLOT.left + i * step, step, yOf)),
    ...boundLine(PLOT.left + (kept < 0 ? bars.length : kept) * step),
  );
  return el(
    'figure',
    {},
    el('div', { class: 'wide' }, svg),
    el(
      'ul',
      { class: 'key' },
      el('li', {}, el('span', { class: 'swatch bars' }), 'within the bound'),
      el('li', {}, el('span', { class: 'swatch fault' }), 'off: right of the line'),
    ),
    el('figcaption', {}, 'Error of each value as a share of what it may be off by; counts on a logarithmic axis.'),
  );
}

/** Equal values on the left, then the bins, then what has no measure; no bar where an end is empty. */
function barsOf({ equal, edges, counts, beyond }: ShareHistogramResult): Bar[] {
  const bins = counts.map((count, i) => {
    const [from, to] = [edges[i]!, edges[i + 1]!];
    const range = from === 0 ? `up to ${times(to)}` : `above ${times(from)}, up to ${times(to)}`;
    return { count, label: times(to), words: `${plural(count, 'value')}: ${range} of the bound`, off: from >= 1 };
  });
  return [
    ...(equal === 0 ? [] : [{ count: equal, label: '0', words: `${plural(equal, 'value')}: equal`, off: false }]),
    ...bins,
    ...(beyond === 0 ? [] : [{ count: beyond, label: '∞', words: beyondWords(beyond), off: true }]),
  ];
}

const beyondWords = (count: number): string => `${plural(count, 'value')}: beyond any share, or of a bound of zero`;

/** `0.03`, `300`, `3e+5`. */
const times = (share: number): string =>
  share !== 0 && (share < 1e-3 || share > 9999) ? share.toExponential() : String(share);

const describe = (bars: readonly Bar[]): string =>
  `${bars.flatMap(({ count, words }) => (count === 0 ? [] : [words])).join('; ')}.`;

function tick(exponent: number, y: number): Markup {
  return el(
    'g',
    { class: 'tick' },
    el('line', { x1: PLOT.left, x2: PLOT.right, y1: y, y2: y }),
    el(
      'text',
      { class: 'small end', x: PLOT.left - 6, y: y + 4 },
      exponent < 4 ? String(10 ** exponent) : `1e${exponent}`,
    ),
  );
}

/** Bars narrower than this have labels at powers of ten only. */
const ROOM = 44;

function drawBar({ count, label, words, off }: Bar, x: number, step: number, yOf: (count: number) => number): Markup {
  const [left, width] = [x + step * 0.1, step * 0.8];
  const top = count === 0 ? PLOT.bottom : yOf(count);
  return el(
    'g',
    { class: off ? 'bar fault' : 'bar' },
    el('title', {}, words),
    el('rect', { x: left, y: top, width, height: PLOT.bottom - top }),
    step < ROOM && label.includes('3')
      ? undefined
      : el('text', { class: 'small middle', x: x + step / 2, y: PLOT.bottom + 16 }, label),
  );
}

function boundLine(x: number): Markup[] {
  return [
    el('line', { class: 'limit', x1: x, x2: x, y1: PLOT.top, y2: PLOT.bottom }),
    el('text', { class: 'small middle', x, y: PLOT.top - 8 }, 'the bound'),
    el(
      'text',
      { class: 'small middle', x: (PLOT.left + PLOT.right) / 2, y: PLOT.bottom + 38 },
      'error in bounds, up to (0: equal)',
    ),
  ];
}
