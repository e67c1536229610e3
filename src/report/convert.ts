// What `convert` answered, as text.
import { formatShape } from '../core/tensor.js';
import { formatBytes, formatCount, listSome, plural, printable } from '../core/text.js';
import type { ConvertReference, ConvertResult, ConvertRun, Extent, RunLayer } from '../results/convert.js';
import { describeConfig, describeNotes } from './settings.js';
import { type Column, textTable } from './table.js';

/** How much to say. */
export interface ConvertTextOptions {
  /** Every layer that was run, not the worst alone. */
  readonly all?: boolean;
  /** Whether nothing was to be written. */
  readonly dryRun?: boolean;
}

/** What was written, where, how it was checked, what became of the network, and how to load it. */
export function convertText(result: ConvertResult, options: ConvertTextOptions = {}): string {
  const { source, format, output, files, config, parameters, report, check } = result;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return [
    ...(check.verdict === 'fail'
      ? ['FAIL: what was made does not compute what the network computes; nothing was written']
      : []),
    `${printable(source.name)} -> ${printable(output)} (${format}, ${plural(files.length, 'file')}, ${formatBytes(bytes)})`,
    describeConfig(config),
    `${plural(report.loaded.length, 'weight')}, ${plural(parameters, 'parameter')}; ${doneWords(result, options)}`,
    ...(check.run === null ? [] : runLines(check.run)),
    ...(report.otherLayers.length === 0
      ? []
      : [`left out, no part of the network: ${listSome(report.otherLayers.map(printable))}`]),
    ...describeNotes(report.notes),
    '',
    extentTable(result),
    ...(options.all === true && check.run !== null ? ['', layerTable(check.run.layers)] : []),
    ...(result.written ? ['', 'load it:', ...result.loading[0]!.code.split('\n').map((line) => `  ${line}`)] : []),
  ].join('\n');
}

/** What was done with the bytes. */
function doneWords({ folded, written, check }: ConvertResult, { dryRun = false }: ConvertTextOptions): string {
  const folding = folded ? 'batch norms folded into convolutions; ' : '';
  const writing = dryRun ? 'dry run, nothing written' : written ? 'written' : 'not written';
  if (check.level === 'none') return `${folding}${writing}, not checked`;
  const reading = dryRun ? 'read from memory' : 'read back';
  return `${folding}${writing}, ${reading}, ${folded ? 'every value as computed' : 'every weight equal bit for bit'}`;
}

function runLines({ executor, input, shape, layers, worst, gone, reference }: ConvertRun): string[] {
  const missing = gone === 0 ? '' : `; ${formatCount(gone)} are in the file no more`;
  return [
    `run: ${plural(layers.length, 'layer')} in ${executor} on ${input === 'noise' ? 'noise' : 'the recorded input'} ${formatShape(shape)}${worst === null ? '' : `, ${worstWords(worst)}`}${missing}`,
    ...(reference === null ? [] : [referenceLine(reference)]),
  ];
}

function worstWords({ layer, maxAbsError, share }: RunLayer): string {
  if (maxAbsError === null) return `${layer} has another shape`;
  if (share === 0) return 'all as float64 has them';
  return `at most ${percent(share)} of the error expected of float32 (${layer}, off by ${errorText(maxAbsError)})`;
}

const errorText = (error: number): string => (error === 0 ? '0' : error.toExponential(2));

const percent = (share: number): string =>
  Number.isFinite(share) ? `${Number((100 * share).toPrecision(2))} %` : 'beyond all';

function referenceLine({ name, verdict, layers, reason, notCompared }: ConvertReference): string {
  const rest = notCompared.length === 0 ? '' : `; no layer's: ${listSome(notCompared.map(printable))}`;
  const words = verdict === 'pass' ? `all ${plural(layers.length, 'recorded layer')} within bounds` : `${reason}`;
  return `reference ${printable(name)}: ${verdict === 'pass' ? '' : 'FAIL, '}${words}${rest}`;
}

const EXTENT: readonly Column[] = [
  { title: '' },
  { title: 'before', align: 'right' },
  { title: 'after', align: 'right' },
];

function extentTable({ before, after }: ConvertResult): string {
  const row = (name: string, of: (extent: Extent) => number | null): string[] => [
    name,
    ...[before, after].map((extent) => {
      const count = of(extent);
      return count === null ? '-' : formatCount(count);
    }),
  ];
  return textTable(EXTENT, [
    row('operators', ({ operators }) => operators),
    row('parameters', ({ parameters }) => parameters),
    row('bytes', ({ bytes }) => bytes),
  ]);
}

const LAYERS: readonly Column[] = [
  { title: 'layer' },
  { title: 'largest error', align: 'right' },
  { title: 'of what float32 may be off by', align: 'right' },
];

function layerTable(layers: readonly RunLayer[]): string {
  return textTable(
    LAYERS,
    layers.map(({ layer, maxAbsError, share }) => [
      printable(layer),
      maxAbsError === null ? 'another shape' : errorText(maxAbsError),
      percent(share),
    ]),
  );
}
