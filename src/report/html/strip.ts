// The network as a strip of units, each coloured by the most that one of its layers uses of its bound.
// Read first: units.ts.
import { plural } from '../../core/text.js';
import { shareText } from '../verify-facts.js';
import { el, type Markup } from './markup.js';
import type { Level, Unit } from './units.js';

const WIDTH = 960;
/** Units beside each other; more go on below. */
const PER_ROW = 12;
const STEP = WIDTH / PER_ROW;
const BOX = { width: STEP - 8, height: 44 };
const ROW = 118;

/** What each colour says, in the order of the key. */
const KEY: readonly (readonly [Level, string])[] = [
  ['exact', 'exact'],
  ['quarter', 'up to a quarter of the bound'],
  ['half', 'up to a half'],
  ['whole', 'up to all of it'],
  ['fault', '✕ at fault'],
];

/** The strip as a figure, with its key. Each unit leads to its worst layer in the table. */
export function strip(units: readonly Unit[]): Markup {
  const rows = Math.ceil(units.length / PER_ROW);
  const svg = el(
    'svg',
    {
      viewBox: `0 0 ${WIDTH} ${rows * ROW}`,
      role: 'group',
      'aria-label': 'The units of the network, from the input on',
    },
    ...units.map((unit, i) => drawUnit(unit, i, units[i - 1])),
  );
  const key = KEY.map(([level, words]) => el('li', {}, el('span', { class: `swatch ${level}` }), words));
  const caption = 'Recorded layers by the beginning of their names; small squares are the layers of a unit, in order.';
  return el(
    'figure',
    {},
    el('div', { class: 'wide' }, svg),
    el('ul', { class: 'key' }, ...key),
    el('figcaption', {}, caption),
  );
}

function drawUnit(unit: Unit, index: number, before: Unit | undefined): Markup {
  const { path, label, band, layers, worst } = unit;
  const [x, y] = [(index % PER_ROW) * STEP + 4, Math.floor(index / PER_ROW) * ROW + 22];
  const starts = index % PER_ROW === 0 || before?.band !== band;
  const centre = x + BOX.width / 2;
  const words = `${path}: ${plural(layers.length, 'layer')}, ${sharePhrase(unit)} at ${worst.layer.layer}`;
  return el(
    'g',
    { class: 'unit' },
    band === ''
      ? undefined
      : el('line', { class: 'band', x1: starts ? x : x - 8, x2: x + BOX.width, y1: y - 6, y2: y - 6 }),
    band === '' || !starts ? undefined : el('text', { class: 'small', x, y: y - 11 }, cut(band)),
    el(
      'a',
      { href: `#layer-${worst.at}`, 'aria-label': words },
      el('title', {}, words),
      el('rect', { class: `box ${worst.level}`, x, y, rx: 4, ...BOX }),
      el('text', { class: `share ${worst.level}`, x: centre, y: y + 27 }, boxText(unit)),
    ),
    ...squares(unit, x, y + BOX.height + 6),
    el('text', { class: 'small middle', x: centre, y: y + BOX.height + 30 }, cut(label)),
  );
}

const sharePhrase = ({ worst }: Unit): string =>
  worst.level === 'fault' ? 'a layer at fault' : `at most ${shareText(worst.share)} of the bound`;

const boxText = ({ worst }: Unit): string => (worst.level === 'fault' ? '✕' : shareText(worst.share));

/** One a layer, as wide as there is room. */
function squares({ layers }: Unit, x: number, y: number): Markup[] {
  const step = Math.min(8, BOX.width / layers.length);
  const left = x + (BOX.width - step * layers.length) / 2;
  return layers.map(({ level, layer, share }, i) =>
    el(
      'rect',
      { class: `square ${level}`, x: left + i * step, y, width: step * 0.8, height: 8 },
      el('title', {}, `${layer.layer}: ${layer.verdict}, ${shareText(share)}`),
    ),
  );
}

/** What fits under a box; the whole name is in its title and in the table. */
function cut(label: string): string {
  return label.length > 11 ? `${label.slice(0, 10)}…` : label;
}
