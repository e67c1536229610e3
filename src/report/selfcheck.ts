// What a self-check answered, as text.
import { listSome, printable } from '../core/text.js';
import type { SelfCheckFinding, SelfCheckResult } from '../results/selfcheck.js';
import { describeConfig, describeNotes } from './settings.js';

/** The verdict first, then what was found, what that shows, and what it cannot show. */
export function selfCheckText(result: SelfCheckResult): string {
  const { verdict, source, config, slices, shuffle, findings, shows, cannotShow, notes } = result;
  return [
    `${verdict.toUpperCase()} ${printable(source.name)}: ${SELF_CHECK_SUMMARY[verdict]}`,
    describeConfig(config),
    ...findings.flatMap(findingLines),
    `slices: ${slices.decision}. ${slices.evidence.words}`,
    `shuffle: ${shuffle.decision}. ${shuffle.evidence.words}`,
    ...section('This shows:', shows),
    ...section('This cannot show:', cannotShow),
    ...describeNotes(notes),
  ].join('\n');
}

/** Each verdict in words. */
export const SELF_CHECK_SUMMARY: Readonly<Record<SelfCheckResult['verdict'], string>> = {
  consistent: 'the weights agree with their own statistics, as far as those go',
  inconsistent: 'the weights contradict their own statistics',
  'no evidence': 'the statistics do not follow from the weights, so they show nothing about them',
};

function findingLines({ kind, words, layers }: SelfCheckFinding): string[] {
  return [`${kind}: ${words}`, ...(layers.length === 0 ? [] : [`  ${listSome(layers.map(printable))}`])];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  - ${line}`)];
}
