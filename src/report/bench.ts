// What `bench` answered, as text.
import { formatShape } from '../core/tensor.js';
import { formatBytes, formatCount, plural, printable } from '../core/text.js';
import type { BenchEngine, BenchLayer, BenchPart, BenchResult, BenchRunner } from '../results/bench.js';
import { describeConfig } from './settings.js';
import { type Column, textTable } from './table.js';

/** Times, what they mean beside the machine's peak, and where they go. */
export function benchText(result: BenchResult, { layers = false }: { readonly layers?: boolean } = {}): string {
  const { source, config, input, macs, runs, engine, peak, missing } = result;
  return [
    `${printable(source.name)}: ${describeConfig(config)}`,
    `an image of ${formatShape(input)}${config.inputShape.includes(null) ? ', since no other size is said' : ''}: ${formatCount(Math.round(macs / 1e6))} million multiply-adds; ${plural(runs, 'run')} of each, in turns`,
    `peak of one thread: ${peak.best.toFixed(1)} GMAC/s in registers (median ${peak.median.toFixed(1)})`,
    '',
    runnerTable(result),
    ...(missing === null || missing.length === 0 ? [] : [`not installed: ${missing.join('; ')}`]),
    '',
    partTable(
      'what',
      result.kinds.map(({ kind, tasks, ...part }) => [`${kind}${tasks > 1 ? ` (${tasks})` : ''}`, part]),
    ),
    ...(layers
      ? [
          '',
          partTable(
            'layer',
            result.layers.map((layer) => [layerName(layer), layer]),
          ),
        ]
      : []),
    '',
    ...engineLines(engine),
  ].join('\n');
}

const MILLISECONDS = 'ms, least';

function runnerTable({ runners, share }: BenchResult): string {
  const columns: Column[] = [
    { title: 'one image' },
    ...[MILLISECONDS, 'median', 'GMAC/s', 'of peak', 'times the engine'].map((title) => ({
      title,
      align: 'right' as const,
    })),
  ];
  return textTable(
    columns,
    runners.map((runner, i) => runnerCells(runner, i === 0 ? percent(share) : '')),
  );
}

function runnerCells({ name, time, gmacs, ratio, difference }: BenchRunner, share: string): string[] {
  if (time === null)
    return [`${name}: other outputs, off by ${difference.toPrecision(2)} of the largest`, '', '', '', '', ''];
  return [name, time.least.toFixed(3), time.median.toFixed(3), gmacs!.toFixed(1), share, ratio!.toFixed(2)];
}

function partTable(title: string, parts: readonly (readonly [string, BenchPart])[]): string {
  const sum = parts.reduce((total, [, { time }]) => total + time.least, 0);
  const columns: Column[] = [
    { title },
    ...[MILLISECONDS, 'of all', 'GMAC/s', 'of peak'].map((each) => ({ title: each, align: 'right' as const })),
  ];
  const rows = parts.map(([name, { time, gmacs, share }]) => [
    name,
    time.least.toFixed(3),
    percent(time.least / sum),
    gmacs?.toFixed(1) ?? '',
    share === null ? '' : percent(share),
  ]);
  return textTable(columns, rows);
}

const layerName = ({ layer, kind }: BenchLayer): string => `${layer}: ${kind}`;

function engineLines({ threads, relaxedSimd, barriers, notes, load, memory }: BenchEngine): string[] {
  return [
    `engine: ${relaxedSimd ? 'relaxed SIMD' : 'SIMD, no relaxed'}, ${barriers ? 'with' : 'without'} scheduling barriers, ${plural(threads, 'thread')}`,
    `load: ${load.model.toFixed(0)} ms to the model, ${load.engine.toFixed(0)} ms more to the engine, ${load.firstResult.toFixed(0)} ms more to the first result`,
    `memory: ${formatBytes(memory.bytes)}; weights ${formatBytes(memory.weights)}, maps ${formatBytes(memory.maps)}`,
    ...notes.map((note) => `note: ${note}`),
  ];
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
