// Every real case as every export, run in its runtime on the recorded input: against the evaluation in float64, and against
// what Keras recorded. docs/exports.md has the numbers.
import { describe, expect, test } from 'vitest';
import type { ExportFormat } from '../../src/export/files.js';
import { convert } from '../../src/jobs/convert.js';
import { fileSource } from '../../src/node/files.js';
import { openRuntime } from '../../src/node/open-runtime.js';
import type { ConvertRun } from '../../src/results/convert.js';
import type { Pooling, Slices } from '../../src/shufflenet/settings.js';
import { readIndex, shared } from './shared.js';
import { documented } from './written-table.js';

interface Case {
  readonly case: string;
  readonly dir: string;
  readonly config: { readonly input_shape: readonly (number | null)[] };
  readonly files: readonly (readonly [name: string, what: string])[];
  readonly reference: string;
  readonly options: { readonly pooling: Pooling; readonly slices: Slices };
}

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

/** The full-size network, whose bytes the table tells. */
const LARGE = 'k21-1x-g3-224';

const cases = readIndex<Case[]>('cases/INDEX.json').map((entry) => {
  // The file that names none is read by order, and tested where that is.
  const [file] = entry.files.find(([, what]) => !/v3-style/.test(what))!;
  return { ...entry, weights: shared(entry.dir, file), recorded: shared(entry.dir, entry.reference) };
});

interface Exported {
  readonly run: ConvertRun;
  readonly bytes: number;
  readonly large: boolean;
}
const found = new Map<string, Exported[]>(Object.keys(TARGETS).map((target) => [target, []]));

describe.each(cases)('$case', ({ case: name, weights, recorded, config, options }) => {
  test.each(Object.keys(TARGETS))('as %s computes what the network does, and what Keras did', async (target) => {
    const conversion = await convert(await fileSource(weights), {
      ...TARGETS[target]!,
      ...options,
      inputShape: config.input_shape,
      reference: await fileSource(recorded),
      check: 'run',
      openRuntime,
    });
    const { verdict, run } = await conversion.check(conversion.files);
    expect([verdict, run!.reference!.reason]).toEqual(['pass', null]);
    expect(run!.layers.length).toBeGreaterThan(20);
    found.get(target)!.push({ run: run!, bytes: conversion.after.bytes, large: name === LARGE });
  });
});

test('the table in docs/exports.md is what was found', () => {
  const rows = Object.keys(TARGETS).map((target) => {
    const runs = found.get(target)!;
    const shares = runs.map(({ run }) => run.worst!.share);
    const large = runs.find((exported) => exported.large)!;
    const megabytes = (large.bytes / 1e6).toFixed(1);
    // Rounded up to tenths: the last digits are the processor's.
    const share = `${Math.ceil(10 * Math.max(...shares)) * 10} %`;
    return [target, large.run.executor, `${runs.length}`, `${large.run.layers.length}`, share, `${megabytes} MB`];
  });
  const titles = ['target', 'run by', 'cases', 'layers compared', 'most of the error expected', 'bytes'];
  const columns = titles.map((title, i) => ({ title, align: i < 2 ? ('left' as const) : ('right' as const) }));
  const { written, measured } = documented('exports by target', columns, rows, 'exports.md');
  expect(written).toBe(measured);
});
