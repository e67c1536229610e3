// What `verify` answered, as text.
import { listSome, plural, printable } from '../core/text.js';
import type { VerifiedLayer, VerifyResult } from '../results/verify.js';
import { describeConfig, describeNotes } from './settings.js';
import { textTable } from './table.js';

/** How much to say. */
export interface VerifyTextOptions {
  /** Every layer, not only those that fail. */
  readonly all?: boolean;
}

/** The verdict first, then the first layer that is wrong, then the rest. */
export function verifyText(result: VerifyResult, { all = false }: VerifyTextOptions = {}): string {
  const shown = all ? result.layers : result.layers.filter(({ verdict }) => verdict === 'fail').slice(0, MOST_FAILURES);
  return [
    headline(result),
    describeConfig(result.config),
    poolingLine(result),
    ...(result.firstFailure === null
      ? []
      : ['', `first wrong layer: ${result.firstFailure.layer}`, `  ${result.firstFailure.reason}`]),
    ...(shown.length === 0 ? [] : ['', layerTable(shown)]),
    ...outside(result),
    ...describeNotes(result.notes),
  ].join('\n');
}

/** Failing layers listed unless all are asked for: what follows the first is mostly its consequence. */
const MOST_FAILURES = 10;

function headline({ verdict, layers, source, executor, tolerance }: VerifyResult): string {
  const failed = layers.filter((layer) => layer.verdict === 'fail').length;
  const worst = Math.max(0, ...layers.map(({ maxRelError }) => maxRelError ?? 0));
  const counts =
    failed === 0
      ? `${plural(layers.length, 'layer')} compared, largest error ${worst.toExponential(1)} of the layer's largest value`
      : `${failed} of ${plural(layers.length, 'layer')} differ`;
  return `${verdict.toUpperCase()} ${printable(source.name)}: ${counts} (${executor}, tolerance ${tolerance.toExponential()})`;
}

function poolingLine({ pooling, verdict }: VerifyResult): string {
  const { decision, source } = pooling;
  if (verdict === 'undecided')
    return 'pooling: max and avg fit equally well, so the reference does not tell which it is; say --pooling';
  const by = {
    flag: 'as stated',
    config: "from the file's architecture",
    metadata: 'from the conversion',
    reference: 'found by trying both',
    none: 'not known',
  };
  return `pooling: ${decision ?? 'none'} (${by[source]})`;
}

function layerTable(layers: readonly VerifiedLayer[]): string {
  const show = (value: number | null): string => (value === null ? '-' : value.toExponential(2));
  return textTable(
    [
      { title: 'layer' },
      { title: 'verdict' },
      { title: 'max abs error', align: 'right' },
      { title: 'relative', align: 'right' },
    ],
    layers.map(({ layer, verdict, maxAbsError, maxRelError }) => [
      layer,
      verdict,
      show(maxAbsError),
      show(maxRelError),
    ]),
  );
}

function outside({ notCompared, otherLayers }: VerifyResult): string[] {
  return [
    ...(notCompared.length === 0
      ? []
      : [`not compared: ${listSome(notCompared.map(printable))} (no layer of that name)`]),
    ...(otherLayers.length === 0 ? [] : [`outside the network: ${listSome(otherLayers.map(printable))}`]),
  ];
}
