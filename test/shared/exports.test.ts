// Every real case as every export, run in its runtime on the recorded input: against the evaluation in float64, and against
// what Keras recorded. In the runtimes of `npm ci`; where others are named, in those. docs/exports.md has the numbers.
import { afterAll, describe, expect, test } from 'vitest';
import type { ExportFile, ExportFormat } from '../../src/export/files.js';
import { convert } from '../../src/jobs/convert.js';
import { runPasses } from '../../src/jobs/run-check.js';
import { fileSource } from '../../src/node/files.js';
import { openRuntime } from '../../src/node/open-runtime.js';
import type { ConvertRun } from '../../src/results/convert.js';
import { type Installed, installedRuntimes } from '../helpers/installed.js';
import { millisecondsOf } from './export-times.js';
import { readCases } from './shared.js';
import { documentedRows } from './written-table.js';

/** What is written, by its name in the table. */
const TARGETS: Readonly<Record<string, { readonly to: ExportFormat; readonly fold?: boolean }>> = {
  tfjs: { to: 'tfjs' },
  'tfjs --no-fold': { to: 'tfjs', fold: false },
  onnx: { to: 'onnx' },
  'onnx --no-fold': { to: 'onnx', fold: false },
  keras: { to: 'keras' },
  safetensors: { to: 'safetensors' },
  npz: { to: 'npz' },
};

/** A target in a runtime: one that was installed for it, or the one that `convert --check run` takes. */
interface Way {
  readonly target: string;
  readonly runtime: Installed | undefined;
}

const titleOf = ({ target, runtime }: Way): string => `${target} in ${runtime?.title ?? 'the runtime of the check'}`;

const WRITES = process.env.SHUFFLEPORT_WRITE_DOCS === '1';
const runtimes = installedRuntimes();
afterAll(() => Promise.all(runtimes.map((runtime) => runtime.close())));

const ways: readonly Way[] = [
  ...(runtimes.length > 0 && !WRITES ? [] : Object.keys(TARGETS).map((target) => ({ target, runtime: undefined }))),
  ...runtimes.flatMap((runtime) =>
    Object.keys(TARGETS).flatMap((target) => (TARGETS[target]!.to === runtime.format ? [{ target, runtime }] : [])),
  ),
];

/** The full-size network, whose bytes and times the table tells. */
const LARGE = 'k21-1x-g3-224';

const cases = readCases();

interface Exported {
  readonly run: ConvertRun;
  readonly bytes: number;
  /** Of the full-size network. */
  readonly files: readonly ExportFile[] | undefined;
}
const found = new Map<Way, Exported[]>(ways.map((way) => [way, []]));

describe.each(ways.map((way) => [titleOf(way), way] as const))('%s', (_, way) => {
  test.each(cases)('$case computes what the network does, and what Keras did', async (entry) => {
    const conversion = await convert(await fileSource(entry.weights), {
      ...TARGETS[way.target]!,
      ...entry.options,
      inputShape: entry.config.input_shape,
      reference: await fileSource(entry.recorded),
      check: 'run',
      openRuntime,
    });
    const { files } = conversion;
    const run =
      way.runtime === undefined
        ? (await conversion.check(files)).run!
        : await conversion.heldRun(await way.runtime.open(files));
    expect([runPasses(run), run.reference!.reason]).toEqual([true, null]);
    expect(run.layers.length).toBeGreaterThan(20);
    found.get(way)!.push({ run, bytes: conversion.after.bytes, files: entry.case === LARGE ? files : undefined });
  });
});

test('the table in docs/exports.md is what was found', async () => {
  const large = new Map(ways.map((way) => [way, found.get(way)!.find(({ files }) => files !== undefined)!]));
  const timed = ways.map((way) => ({ runtime: way.runtime, files: large.get(way)!.files! }));
  const times = WRITES ? await millisecondsOf(timed) : [];
  const rows = ways.map((way, i) => {
    const runs = found.get(way)!;
    const { run, bytes } = large.get(way)!;
    // Rounded up to tenths: the last digits are the processor's.
    const share = `${Math.ceil(10 * Math.max(...runs.map((each) => each.run.worst!.share))) * 10} %`;
    const time = `${(times[i] ?? 0).toFixed(1)} ms`;
    const megabytes = `${(bytes / 1e6).toFixed(1)} MB`;
    return [way.target, run.executor, `${runs.length}`, `${run.layers.length}`, share, time, megabytes];
  });
  const columns = TITLES.map((title, i) => ({ title, align: i < 2 ? ('left' as const) : ('right' as const) }));
  const { written, measured } = documentedRows('exports by target', columns, rows, {
    page: 'exports.md',
    key: ([target, executor]) =>
      `${Object.keys(TARGETS).indexOf(target!)} ${target} ${executor!.replace(/ [\d.]+/g, '')}`,
    // A runtime of the machine's own instructions rounds as those do.
    unheld: ([, executor]) => (/wasm|web|evaluator/.test(executor!) ? [TIME] : [TIME, SHARE]),
  });
  expect(written).toEqual(measured);
}, 900_000);

const [SHARE, TIME] = ['most of the error expected', 'time'];
const TITLES = ['target', 'run by', 'cases', 'layers compared', SHARE, TIME, 'bytes'];
