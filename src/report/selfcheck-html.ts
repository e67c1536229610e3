// A self-check and what is in the file as one HTML page that stands alone. Read first: html/page.ts.
import { formatShape } from '../core/tensor.js';
import { formatBytes, formatCount, plural } from '../core/text.js';
import type { InspectResult } from '../results/inspect.js';
import type { SelfCheckFinding, SelfCheckResult } from '../results/selfcheck.js';
import { el, type Markup, table } from './html/markup.js';
import { page, section } from './html/page.js';
import { SELF_CHECK_SUMMARY } from './selfcheck.js';
import { describeConfig } from './settings.js';

/** The results as an HTML page, UTF-8. */
export function selfCheckHtml(inspected: InspectResult, checked: SelfCheckResult): string {
  const { verdict, findings, slices, shuffle, shows, cannotShow } = checked;
  const main = el(
    'main',
    {},
    header(inspected, checked),
    findings.length === 0 ? undefined : section('Findings', el('ul', {}, ...findings.map(finding))),
    section(
      'The weights against themselves',
      el('p', {}, `Slices: ${slices.decision}. ${slices.evidence.words}`),
      el('p', {}, `Shuffle: ${shuffle.decision}. ${shuffle.evidence.words}`),
    ),
    ...list('This shows', shows),
    ...list('This cannot show', cannotShow),
    section('The file', weightsTable(inspected)),
    ...list(
      'Notes',
      [...inspected.notes, ...checked.notes].map(({ text }) => text),
    ),
  );
  return page(`${verdict.toUpperCase()} ${inspected.file.name}: shuffleport`, main);
}

const COLOURS = { consistent: 'pass', inconsistent: 'fail', 'no evidence': 'undecided' } as const;

function header({ file, container, totals }: InspectResult, { verdict, config }: SelfCheckResult): Markup {
  const { layers, weights, parameters } = totals;
  const counts = `${plural(layers, 'layer')}, ${plural(weights, 'weight')}, ${plural(parameters, 'parameter')}`;
  return el(
    'header',
    { class: COLOURS[verdict] },
    el('p', { class: 'verdict' }, verdict.toUpperCase()),
    el('h1', {}, file.name),
    el('p', {}, `${SELF_CHECK_SUMMARY[verdict]}. ${container}, ${formatBytes(file.bytes)}, ${counts}.`),
    el('p', { class: 'quiet' }, describeConfig(config)),
  );
}

const finding = ({ kind, words, layers }: SelfCheckFinding): Markup =>
  el('li', {}, `${kind}: ${words}`, layers.length === 0 ? undefined : ` (${layers.join(', ')})`);

const list = (title: string, lines: readonly string[]): Markup[] =>
  lines.length === 0 ? [] : [section(title, el('ul', {}, ...[...new Set(lines)].map((line) => el('li', {}, line))))];

function weightsTable({ layers }: InspectResult): Markup {
  const rows = layers.flatMap(({ name, weights }) =>
    weights.map(({ name: weight, role, shape, dtype }) => ({
      cells: [name, role ?? weight, formatShape(shape), dtype, formatCount(shape.reduce((n, size) => n * size, 1))],
    })),
  );
  return el(
    'div',
    { class: 'plain' },
    table('Every weight, as the file has it', ['layer', 'weight', 'shape', 'type', 'numbers'], rows),
  );
}
