// A verification as one HTML file that stands alone: no script, no font, nothing loaded; it can be mailed and printed.
// Read first: html/markup.ts, where all text is escaped; then the parts in html/ in the order of the page.
import type { ReportedResult } from '../results/certificate.js';
import { freeRunChart, ownErrorChart } from './html/charts.js';
import { failureSection } from './html/failure.js';
import { layersTable } from './html/layers.js';
import { el, type Markup, table } from './html/markup.js';
import { page, section } from './html/page.js';
import { strip } from './html/strip.js';
import { topOneTable } from './html/top-one.js';
import { unitsOf } from './html/units.js';
import { describeConfig } from './settings.js';
import { againstWords, countsOf, movedText, properties, verdictWords } from './verify-facts.js';

/** The result as an HTML page, UTF-8. */
export function verifyHtml(result: ReportedResult): string {
  const units = unitsOf(result.layers, result.tolerance);
  const main = el(
    'main',
    {},
    header(result),
    result.firstFailure === null ? undefined : failureSection(result.firstFailure),
    againstSection(result),
    section('The network', strip(units)),
    section("Each layer's own error", ownErrorChart(units, result)),
    section('The network run freely', freeRunChart(units, result)),
    section('Layers', layersTable(result)),
    result.topOne === null ? undefined : section('Top-1', topOneTable(result.topOne)),
    leftOut(result),
    section('What was verified', about(result)),
  );
  return page(`${result.verdict.toUpperCase()} ${result.source.name}: shuffleport verify`, main);
}

function header(result: ReportedResult): Markup {
  const { verdict, source, reference, config } = result;
  return el(
    'header',
    { class: verdict },
    el('p', { class: 'verdict' }, verdict.toUpperCase()),
    el('h1', {}, source.name),
    el('p', {}, verdictWords(result), ` ${countsOf(result)}, against `, el('code', {}, reference.name), '.'),
    el('p', { class: 'quiet' }, describeConfig(config)),
  );
}

function againstSection(result: ReportedResult): Markup | undefined {
  const words = againstWords(result);
  if (words === undefined) return undefined;
  const { name, moved } = result.against!;
  const lines = moved.map((change) => el('li', {}, movedText(change)));
  return section(words, el('p', {}, 'Held against ', el('code', {}, name), '.'), el('ul', {}, ...lines));
}

function leftOut({ notCompared, otherLayers, notes }: ReportedResult): Markup | undefined {
  const list = (title: string, names: readonly string[]): Markup[] =>
    names.length === 0
      ? []
      : [
          el('h3', {}, title),
          el(
            'p',
            {},
            names.flatMap((name, i) => [i === 0 ? '' : ', ', el('code', {}, name)]),
          ),
        ];
  const parts = [
    ...list('Not compared: no layer of that name', notCompared),
    ...list('Outside the network', otherLayers),
    ...(notes.length === 0 ? [] : [el('ul', {}, ...notes.map(({ text }) => el('li', {}, text)))]),
  ];
  return parts.length === 0 ? undefined : section('Also', ...parts);
}

function about(result: ReportedResult): Markup {
  const rows = properties(result).map(([name, value]) => ({ cells: [name, value] }));
  return el('div', { class: 'plain' }, table('Settings, and the files by their contents', ['what', 'value'], rows));
}
