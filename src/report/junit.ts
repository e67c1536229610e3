// A verification as JUnit XML, which CI systems show beside tests: the file is the suite, a layer is a case.
// The elements and attributes are those of https://github.com/testmoapp/junitxml, which describes what readers share.
import type { ReportedResult } from '../results/certificate.js';
import type { VerifiedLayer, VerifyFailure } from '../results/verify.js';
import { escapeMarkup } from './escape.js';
import { errorText, movedText, properties, shareText, unknownCauseWords, verdictWords } from './verify-facts.js';

/** The result as JUnit XML, UTF-8. */
export function verifyJunit(result: ReportedResult): string {
  const cases = [
    ...result.layers.map((layer) => layerCase(layer, result)),
    ...skippedCases(result),
    ...ownCases(result),
  ];
  const count = (element: string): number => cases.filter(({ outcome }) => outcome === element).length;
  const counts = { tests: cases.length, failures: count('failure'), errors: count('error'), skipped: count('skipped') };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: 'shuffleport verify', ...counts })}>`,
    `  <testsuite${attributes({ name: result.source.name, ...counts })}>`,
    '    <properties>',
    ...properties(result).map(([name, value]) => `      <property${attributes({ name, value })}/>`),
    '    </properties>',
    ...cases.map((found) => caseText(found, result.source.name)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

/** A test case: its name, and what it came to unless it passed. */
interface Case {
  readonly name: string;
  readonly outcome?: 'failure' | 'error' | 'skipped';
  readonly type?: string;
  readonly message?: string;
  readonly details?: readonly string[];
}

function layerCase(layer: VerifiedLayer, { firstFailure }: ReportedResult): Case {
  if (layer.verdict === 'pass') return { name: layer.layer };
  const first = firstFailure?.layer === layer.layer ? firstFailure : undefined;
  return {
    name: layer.layer,
    outcome: 'failure',
    type: first?.check ?? 'layer',
    message: first?.reason ?? layer.reason ?? 'the layer is at fault',
    details: [...(first === undefined ? [] : explained(first)), ...measured(layer)],
  };
}

function explained(failure: VerifyFailure): string[] {
  const { cause } = failure;
  return cause === null ? [`cause: ${unknownCauseWords(failure)}`] : [`cause: ${cause.words}`, `fix: ${cause.fix}`];
}

function measured({ own, inherited }: VerifiedLayer): string[] {
  return [
    ...(own === null ? [] : [`own error: ${errorText(own.maxAbsError)}, of its bound ${shareText(own.budget)}`]),
    ...(inherited === null ? [] : [`free run: of its limit ${shareText(inherited.budget)}`]),
  ];
}

function skippedCases({ notCompared }: ReportedResult): Case[] {
  return notCompared.map((name) => ({ name, outcome: 'skipped', message: 'no layer of that name' }));
}

/** What no layer can say: that the verdict is open or fails all the same, and that an earlier one no longer holds. */
function ownCases(result: ReportedResult): Case[] {
  const { verdict, layers, against } = result;
  const told = verdict === 'pass' || layers.some((layer) => layer.verdict === 'fail');
  const outcome = verdict === 'undecided' ? 'error' : 'failure';
  return [
    ...(told ? [] : [{ name: 'verdict', outcome, type: verdict, message: verdictWords(result) } satisfies Case]),
    ...(against === undefined ? [] : [againstCase(against)]),
  ];
}

function againstCase({ name, holds, moved }: NonNullable<ReportedResult['against']>): Case {
  const title = `against ${name}`;
  if (holds) return { name: title };
  return { name: title, outcome: 'failure', type: 'moved', message: 'no longer holds', details: moved.map(movedText) };
}

function caseText({ name, outcome, type, message, details = [] }: Case, classname: string): string {
  const open = `    <testcase${attributes({ classname, name })}`;
  if (outcome === undefined) return `${open}/>`;
  const element = `<${outcome}${attributes({ message, type })}`;
  const body = details.map(escapeMarkup).join('\n');
  return `${open}>${element}${body === '' ? '/>' : `>${body}</${outcome}>`}</testcase>`;
}

function attributes(values: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escapeMarkup(String(value))}"`)
    .join('');
}
