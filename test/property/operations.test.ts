// Every operation of the evaluator against numpy: the committed tables, then random cases that numpy itself answers.
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { type NumpyCase, numpyCases } from '../helpers/numpy-fixtures.js';
import { startOracle } from '../helpers/oracle.js';
import { DRAWS } from './draws.js';
import { disagreement, float64Slack, halfUlp, ours } from './operations.js';

const TABLES = [...new Set(Object.values(DRAWS).map(({ table }) => table))];

describe.each(TABLES)('the table %s', (table) => {
  test.each(numpyCases(table))('$name', async ({ op, args, result }) => {
    expect(disagreement(await ours(op, args), result, float64Slack(op, args))).toBeUndefined();
  });
});

test('half an ulp is half the way to the next float32', () => {
  expect([1, -1, 1.5, 2, 0, 16777216].map(halfUlp)).toEqual([2 ** -24, 2 ** -24, 2 ** -24, 2 ** -23, 2 ** -150, 1]);
});

const oracle = await startOracle();
console.info(
  oracle === undefined
    ? 'property tests: no Python with numpy, so cases are drawn from the committed tables (see fixtures/README.md)'
    : `property tests: random cases are answered by ${oracle.name}`,
);
afterAll(() => oracle?.close());

describe('random cases', () => {
  test.each(Object.keys(DRAWS))('%s', async (op) => {
    const { table, args } = DRAWS[op]!;
    const committed = numpyCases(table).filter((row) => row.op === op);
    expect(committed.length).toBeGreaterThan(0);
    const cases: fc.Arbitrary<Pick<NumpyCase, 'args'> & { result?: NumpyCase['result'] }> = oracle
      ? args.map((drawn) => ({ args: drawn }))
      : fc.constantFrom(...committed);
    await fc.assert(
      fc.asyncProperty(cases, async (drawn) => {
        const expected = drawn.result ?? (await oracle!.ask(op, drawn.args));
        const found = disagreement(await ours(op, drawn.args), expected, float64Slack(op, drawn.args));
        expect(found).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });
});
