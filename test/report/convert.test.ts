// What `convert` says, from results written out by hand.
import { expect, test } from 'vitest';
import { convertText } from '../../src/report/convert.js';
import { describeConfig } from '../../src/report/settings.js';
import type { ConvertResult, ConvertRun } from '../../src/results/convert.js';
import { CONFIG, verdict } from './results.js';

/** A name that would clear a terminal. */
const HOSTILE = 'evil\u001b[2J';

const RESULT: ConvertResult = {
  source: { name: HOSTILE, bytes: 1 },
  format: 'tfjs',
  output: 'out/model',
  written: true,
  files: [
    { name: 'model.json', bytes: 400_000 },
    { name: 'shard', bytes: 1_100_000 },
  ],
  config: CONFIG,
  folded: false,
  parameters: 28_258,
  report: {
    scheme: 'article',
    missing: [],
    unused: [],
    mismatched: [],
    unreadable: [],
    nonFinite: [],
    negativeVariance: [],
    loaded: [{ layer: 'fc', role: 'bias', shape: [10], dtype: 'float32', from: 'fc/bias:0' }],
    otherLayers: ['head', HOSTILE],
    notes: [{ id: 'n', text: 'A note.' }],
  },
  before: { operators: 128, parameters: 28_258, bytes: 526_760 },
  after: { operators: 1200, parameters: 28_258, bytes: 1_500_000 },
  check: { level: 'weights', verdict: 'pass', run: null },
  loading: [
    { language: 'javascript', code: 'one;\ntwo;\nthree;' },
    { language: 'python', code: 'four' },
  ],
};

const WORST = { layer: 'fc', maxAbsError: 1.5e-6, share: 0.25 };
const RUN: ConvertRun = {
  executor: 'ort 1',
  input: 'noise',
  shape: [1, 32, 32, 3],
  layers: [{ layer: HOSTILE, maxAbsError: 0, share: 0 }, WORST],
  worst: WORST,
  gone: 1000,
  reference: null,
};

const lines = (change: Partial<ConvertResult>, options = {}): string[] =>
  convertText({ ...RESULT, ...change }, options).split('\n');

test('what was written, where, that it was read back, what became of the network, and how to load it', () => {
  expect(lines({})).toEqual([
    'evil\\u001b[2J -> out/model (tfjs, 2 files, 1.5 MB)',
    describeConfig(CONFIG),
    '1 weight, 28,258 parameters; written, read back, every weight equal bit for bit',
    'left out, no part of the network: head, evil\\u001b[2J',
    'note: A note.',
    '',
    '             before      after',
    'operators       128      1,200',
    'parameters   28,258     28,258',
    'bytes       526,760  1,500,000',
    '',
    'load it:',
    '  one;',
    '  two;',
    '  three;',
  ]);
});

test('weights without a graph have no operators', () => {
  expect(lines({ after: { ...RESULT.after, operators: null } })).toContain('operators       128          -');
});

test('what ran, on what, and how far it was off', () => {
  const ran = lines({ check: { level: 'run', verdict: 'pass', run: RUN } });
  expect(ran[3]).toBe(
    'run: 2 layers in ort 1 on noise (1, 32, 32, 3), at most 25 % of the error expected of float32 (fc, off by 1.50e-6); 1,000 are in the file no more',
  );
  const exact = { ...RUN, gone: 0, input: 'reference', worst: { ...WORST, share: 0 } } as const;
  expect(lines({ check: { level: 'run', verdict: 'pass', run: exact } })[3]).toBe(
    'run: 2 layers in ort 1 on the recorded input (1, 32, 32, 3), all as float64 has them',
  );
});

test('every layer, when all are asked for', () => {
  const all = lines({ check: { level: 'run', verdict: 'pass', run: RUN } }, { all: true });
  const rows = all.map((line) => line.split(/ {2,}/));
  expect(rows).toContainEqual(['evil\\u001b[2J', '0', '0 %']);
  expect(rows).toContainEqual(['fc', '1.50e-6', '25 %']);
});

test('what the reference says', () => {
  const reference = { name: 'r.npz', verdict: 'pass', layers: [verdict('fc', 1e-7)], reason: null, notCompared: ['x'] };
  const run = { ...RUN, reference } as ConvertRun;
  expect(lines({ check: { level: 'run', verdict: 'pass', run } })[4]).toBe(
    "reference r.npz: all 1 recorded layer within bounds; no layer's: x",
  );
  const failed = { ...run, reference: { ...reference, verdict: 'fail', reason: 'fc: it is off', notCompared: [] } };
  expect(lines({ check: { level: 'run', verdict: 'fail', run: failed as ConvertRun } })[5]).toBe(
    'reference r.npz: FAIL, fc: it is off',
  );
});

test('a failure first, that nothing was written, and no code to load it', () => {
  const worst = { layer: 'fc', maxAbsError: null, share: Number.POSITIVE_INFINITY };
  const text = lines({ written: false, check: { level: 'run', verdict: 'fail', run: { ...RUN, worst } } });
  expect(text[0]).toMatch(/^FAIL: .* nothing was written$/);
  expect(text[3]).toContain('; not written, read back,');
  expect(text[4]).toContain('fc has another shape');
  expect(text).not.toContain('load it:');
});

test('what a dry run would have done, and what was not checked', () => {
  expect(lines({ written: false }, { dryRun: true })[2]).toContain('dry run, nothing written, read from memory,');
  const unchecked = { level: 'none', verdict: 'pass', run: null } as const;
  expect(lines({ folded: true, check: unchecked })[2]).toContain(
    'batch norms folded into convolutions; written, not checked',
  );
});
