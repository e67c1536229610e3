// What `inspect` answered, as text: a table, a tree, or Markdown.
import { formatShape, sizeOf } from '../core/tensor.js';
import { formatBytes, formatCount, plural, printable } from '../core/text.js';
import type { InspectedLayer, InspectedWeight, InspectResult } from '../results/inspect.js';
import { describeConfig, describeNotes } from './settings.js';
import { type Column, markdownTable, textTable } from './table.js';

/** The forms `inspect` can be shown in. */
export const INSPECT_FORMATS = ['table', 'tree', 'markdown'] as const;

/** One of `INSPECT_FORMATS`. */
export type InspectFormat = (typeof INSPECT_FORMATS)[number];

/** The whole report: what the file is, its layers, its totals, its notes. */
export function inspectText(result: InspectResult, format: InspectFormat = 'table'): string {
  const body = format === 'tree' ? tree(result.layers) : table(result.layers, format);
  return [...head(result), '', body, '', totals(result), ...describeNotes(result.notes)].join('\n');
}

function head({ file, container, kerasVersion, backend, scheme, config, notes }: InspectResult): string[] {
  const version = kerasVersion === null ? 'Keras version not stated' : `Keras ${printable(kerasVersion)}`;
  const origin = `${container}, ${version}${backend === null ? '' : `, ${printable(backend)}`}, ${formatBytes(file.bytes)}`;
  return [
    `${printable(file.name)}: ${origin}`,
    config === null ? unknownNetwork(notes) : `${describeConfig(config)}; names: ${scheme}`,
  ];
}

function unknownNetwork(notes: InspectResult['notes']): string {
  const other = notes.some(({ id }) => id === 'NotShuffleNet' || id === 'NoLayers');
  return other ? "not a checkpoint of the article's ShuffleNet" : 'network: see the notes';
}

function table(layers: readonly InspectedLayer[], format: 'table' | 'markdown'): string {
  const stats = layers.some(({ weights }) => weights.some((weight) => weight.stats !== undefined));
  const columns: Column[] = [
    { title: 'layer' },
    { title: 'weight' },
    { title: 'shape' },
    { title: 'dtype' },
    { title: 'parameters', align: 'right' },
    ...(stats
      ? (['min', 'max', 'mean', 'std', 'zeros', 'not finite'] as const).map((title) => ({
          title,
          align: 'right' as const,
        }))
      : []),
  ];
  const rows = layers.flatMap((layer) =>
    layer.weights.map((weight, i) => row(i === 0 ? layer.name : '', weight, stats)),
  );
  if (rows.length === 0) return 'no weights';
  return format === 'markdown' ? markdownTable(columns, rows) : textTable(columns, rows);
}

function row(layer: string, weight: InspectedWeight, stats: boolean): string[] {
  const count = weight.fault === undefined ? formatCount(sizeOf(weight.shape)) : 'unreadable';
  const cells = [
    printable(layer),
    printable(weight.role ?? weight.name),
    formatShape(weight.shape),
    weight.dtype,
    count,
  ];
  if (!stats) return cells;
  const { min = null, max = null, mean = null, std = null, zeros, nonFinite } = weight.stats ?? {};
  return [...cells, ...[min, max, mean, std].map(short), String(zeros ?? ''), String(nonFinite ?? '')];
}

const short = (value: number | null): string => (value === null ? '' : String(Number(value.toPrecision(4))));

/** Layers under the parts of their names, as folders. */
function tree(layers: readonly InspectedLayer[]): string {
  const lines: string[] = [];
  let open: readonly string[] = [];
  for (const { name, weights } of layers.filter((layer) => layer.weights.length > 0)) {
    const path = name.split('/');
    const shared = path.findIndex((part, i) => part !== open[i]);
    const from = shared < 0 ? path.length - 1 : shared;
    path.slice(from).forEach((part, i) => {
      lines.push(`${'  '.repeat(from + i)}${printable(part)}`);
    });
    for (const { role, name: weight, shape, dtype } of weights) {
      lines.push(`${'  '.repeat(path.length)}${printable(role ?? weight)} ${formatShape(shape)} ${dtype}`);
    }
    open = path;
  }
  return lines.join('\n');
}

function totals({ totals: { layers, weightedLayers, weights, parameters, macs } }: InspectResult): string {
  const cost = macs === null ? '' : `, ${(macs / 1e6).toFixed(1)} M multiply-adds`;
  return `${plural(layers, 'layer')}, ${formatCount(weightedLayers)} with weights; ${plural(weights, 'weight')}, ${plural(parameters, 'parameter')}${cost}`;
}
