// The first layer at fault in words and numbers: what it is, why, and what to do.

import type { VerifyFailure } from '../../results/verify.js';
import { shortNumber, unknownCauseWords } from '../verify-facts.js';
import { histogram } from './histogram.js';
import { el, type Markup } from './markup.js';

/** The section on the first failure. */
export function failureSection(failure: VerifyFailure): Markup {
  const { layer, key, reason, cause } = failure;
  return el(
    'section',
    { class: 'panel fail' },
    el('h2', {}, 'First layer at fault: ', el('code', {}, layer)),
    key === layer ? undefined : el('p', { class: 'quiet' }, 'recorded as ', el('code', {}, key)),
    el('p', {}, `${sentence(reason)}.`),
    numbersOf(failure),
    failure.histogram === null ? undefined : histogram(failure.histogram),
    el('h3', {}, 'Cause'),
    el('p', {}, cause === null ? `${sentence(unknownCauseWords(failure))}.` : cause.words),
    cause === null ? undefined : [el('h3', {}, 'What to do'), el('p', {}, cause.fix)],
  );
}

const sentence = (words: string): string => `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;

/** What was computed and recorded where it is worst. Left out where shapes differ: there are no two values to compare. */
function numbersOf({ index, value, expected, bound, share }: VerifyFailure): Markup | undefined {
  if (index === null || value === null || expected === null) return undefined;
  const rows: [string, string][] = [
    ['computed', String(value)],
    ['recorded', String(expected)],
    ['difference', shortNumber(Math.abs(value - expected))],
    ['may be off by', bound === null ? '-' : bound === 0 ? '0: it must be equal' : shortNumber(bound)],
    ['worst at', `[${index.join(', ')}]`],
    ...(share === null ? [] : [['values off', `${(100 * share).toPrecision(3)} %`] satisfies [string, string]]),
  ];
  return el(
    'dl',
    {},
    ...rows.map(([name, text]) => el('div', {}, el('dt', {}, name), el('dd', { class: 'number' }, text))),
  );
}
