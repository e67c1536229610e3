// An error and what it may be, a layer beside the other, on a logarithmic axis. Read first: scale.ts, units.ts.
import { el, type Markup } from './markup.js';
import { type LogScale, logScale } from './scale.js';
import type { Unit } from './units.js';

const [WIDTH, HEIGHT] = [960, 300];
const PLOT = { left: 62, right: WIDTH - 8, top: 8, bottom: HEIGHT - 34 };

/** A layer in the chart; one that has no such error is left out. */
export interface Point {
  readonly name: string;
  readonly error: number;
  readonly limit: number;
  readonly fault: boolean;
  /** For whoever points at it. */
  readonly words: string;
}

/** What the chart is of. */
export interface ChartWords {
  /** What it shows, for those who do not see it. */
  readonly label: string;
  readonly error: string;
  readonly limit: string;
  readonly fault: string;
  readonly caption: string;
}

/** The chart as a figure. `points` are in the order of the layers of `units`; `undefined` keeps a layer's place. */
export function chart(units: readonly Unit[], points: readonly (Point | undefined)[], words: ChartWords): Markup {
  const shown = points.filter((point) => point !== undefined);
  const scale = logScale(
    shown.flatMap(({ error, limit }) => [error, limit]),
    PLOT.top,
    PLOT.bottom,
  );
  const step = (PLOT.right - PLOT.left) / Math.max(1, points.length);
  const xOf = (i: number): number => PLOT.left + (i + 0.5) * step;
  const svg = el(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': words.label },
    ...axis(scale, shown),
    ...separators(units, step),
    ...points.flatMap((point, i) => (point === undefined ? [] : [drawPoint(point, xOf(i), step, scale)])),
  );
  const key = [
    el('li', {}, el('span', { class: 'dot' }), words.error),
    el('li', {}, el('span', { class: 'dash' }), words.limit),
    el('li', {}, el('span', { class: 'cross' }, '✕'), words.fault),
  ];
  return el(
    'figure',
    {},
    el('div', { class: 'wide' }, svg),
    el('ul', { class: 'key' }, ...key),
    el('figcaption', {}, words.caption),
  );
}

function axis({ ticks, zero, beyond }: LogScale, points: readonly Point[]): Markup[] {
  const values = points.flatMap(({ error, limit }) => [error, limit]);
  const line = (label: string, y: number): Markup =>
    el(
      'g',
      { class: 'tick' },
      el('line', { x1: PLOT.left, x2: PLOT.right, y1: y, y2: y }),
      el('text', { class: 'small end', x: PLOT.left - 6, y: y + 4 }, label),
    );
  return [
    ...ticks.map(({ exponent, y }) => line(`1e${exponent}`, y)),
    ...(values.includes(0) ? [line('0', zero)] : []),
    ...(values.every(Number.isFinite) ? [] : [line('beyond', beyond)]),
  ];
}

/** A line where another unit begins; under the axis the names of bands, and of units in none, as far as there is room. */
function separators(units: readonly Unit[], step: number): Markup[] {
  const starts = units.map((_, i) => units.slice(0, i).reduce((sum, { layers }) => sum + layers.length, 0));
  const places = units.map(({ band, label }, i) => ({
    x: PLOT.left + starts[i]! * step,
    name: band === '' ? label : band,
    repeats: band !== '' && units[i - 1]?.band === band,
  }));
  return places.map(({ x, name, repeats }, i) => {
    const next = places.slice(i + 1).find((place) => !place.repeats)?.x ?? WIDTH;
    const named = !repeats && x + name.length * CHARACTER <= next;
    return el(
      'g',
      { class: repeats ? 'inner' : 'outer' },
      el('line', { x1: x, x2: x, y1: PLOT.top, y2: PLOT.bottom }),
      named ? el('text', { class: 'small', x: x + 2, y: PLOT.bottom + 18 }, name) : undefined,
    );
  });
}

/** Width of a small character, generously. */
const CHARACTER = 8;

function drawPoint({ error, limit, fault, words }: Point, x: number, step: number, scale: LogScale): Markup {
  const [y, bound] = [scale.y(error), scale.y(limit)];
  const half = Math.min(6, Math.max(1, step * 0.4));
  const radius = Math.min(4, Math.max(1.5, step * 0.3));
  return el(
    'g',
    { class: fault ? 'point fault' : 'point' },
    el('title', {}, words),
    el('line', { class: 'stem', x1: x, x2: x, y1: y, y2: bound }),
    el('line', { class: 'limit', x1: x - half, x2: x + half, y1: bound, y2: bound }),
    fault ? cross(x, y, radius + 1) : el('circle', { class: 'error', cx: x, cy: y, r: radius }),
  );
}

/** A shape of its own, so that faults are told without colour. */
function cross(x: number, y: number, r: number): Markup {
  return el('path', {
    class: 'error',
    d: `M${[x - r, y - r].map(tenth).join(' ')}l${tenth(2 * r)} ${tenth(2 * r)}m0 ${tenth(-2 * r)}l${tenth(-2 * r)} ${tenth(2 * r)}`,
  });
}

const tenth = (value: number): string => String(Math.round(value * 10) / 10);
