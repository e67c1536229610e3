// The check, checked on every real case: what is planted in its recording is caught where it is planted, and named.
// docs/parity.md has the numbers.
import { afterAll, describe, expect, test } from 'vitest';
import { selfTestFile } from '../../src/jobs/self-test.js';
import { fileSource } from '../../src/node/files.js';
import type { SelfTestResult } from '../../src/results/self-test.js';
import { readCases } from './shared.js';
import { documented } from './written-table.js';

const cases = readCases();

const results = new Map<string, SelfTestResult>();

/** Fewer layers than this are not all of a network: such a recording promises no names. */
const ALL_LAYERS = 40;

describe.each(cases)('$case', ({ case: name, weights, recorded, options }) => {
  test('shows what is planted in it', { timeout: 600_000 }, async () => {
    const result = await selfTestFile(await fileSource(weights), await fileSource(recorded), options);
    results.set(name, result);
    expect(result.honest).toMatchObject({ verdict: 'pass', sources: [] });
    expect([result.causes.missed, result.unknown.missed, result.unknown.misnamed]).toEqual([0, 0, 0]);
    if (result.honest.layers < ALL_LAYERS) return;
    expect(result.verdict).toBe('pass');
    expect(result.share).toBeGreaterThanOrEqual(0.95);
    // With every layer recorded, the layer's own check tells: from its recorded inputs, or by its shape.
    expect(result.planted.filter(({ check }) => check === 'free-run')).toEqual([]);
    expect(result.planted.every(({ outcome, why }) => (outcome === 'hidden') === (why !== null))).toBe(true);
  });
});

const COLUMNS = [
  'case',
  'layers',
  'planted',
  'cannot be seen',
  'caught',
  'named',
  'by its equal',
  'another named',
  'no known cause',
  'other faults',
];

const rowOf = ([name, { honest, causes, unknown, planted }]: readonly [string, SelfTestResult]): string[] => {
  const others = planted.filter(
    ({ cause, outcome, named }) => cause !== null && outcome === 'misnamed' && named !== null,
  );
  const counts = [causes.planted, causes.hidden, causes.caught, causes.named, causes.equal, others.length];
  return [
    `\`${name}\``,
    `${honest.layers}`,
    ...counts.map(String),
    `${causes.misnamed - others.length}`,
    `${unknown.named} of ${unknown.caught}`,
  ];
};

test('the table in docs/parity.md is what was found', () => {
  const align = (i: number) => (i === 0 ? 'left' : 'right');
  const { written, measured } = documented(
    'self-test by case',
    COLUMNS.map((title, i) => ({ title, align: align(i) })),
    cases.map(({ case: name }) => rowOf([name, results.get(name)!])),
  );
  expect(written).toBe(measured);
});

afterAll(() => {
  results.clear();
});
