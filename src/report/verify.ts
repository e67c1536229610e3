// What `verify` answered, as text.
import { listSome, printable } from '../core/text.js';
import type { VerifiedLayer, VerifyFailure, VerifyResult } from '../results/verify.js';
import { describeConfig, describeNotes } from './settings.js';
import { textTable } from './table.js';
import { allowedWords, countsOf, shareText, topOneWords, unknownCauseWords, unroundedName } from './verify-facts.js';

/** How much to say. */
export interface VerifyTextOptions {
  /** Every layer, not only those that fail. */
  readonly all?: boolean;
}

/** The verdict first, then the first layer that is wrong, then the rest. */
export function verifyText(result: Omit<VerifyResult, 'reference'>, options: VerifyTextOptions = {}): string {
  return parityText(result, options, [
    describeConfig(result.config),
    poolingLine(result),
    ...slicesLines(result),
    ...runtimeLine(result),
  ]);
}

/** What of a result is told by parity alone. */
export type ParityFacts = Pick<
  VerifyResult,
  | 'verdict'
  | 'tolerance'
  | 'firstFailure'
  | 'layers'
  | 'topOne'
  | 'unroundedWeights'
  | 'notCompared'
  | 'otherLayers'
  | 'notes'
> & { readonly source: { readonly name: string } };

/** The same of a network that no file is known of. `about` are lines about the network, after the verdict. */
export function parityText(
  result: ParityFacts,
  { all = false }: VerifyTextOptions = {},
  about: readonly string[] = [],
): string {
  const shown = all ? result.layers : result.layers.filter(({ verdict }) => verdict === 'fail').slice(0, MOST_FAILURES);
  return [
    headline(result),
    ...about,
    ...(result.topOne === null ? [] : [`top-1: ${topOneWords(result.topOne)}`]),
    ...(result.firstFailure === null
      ? []
      : [
          '',
          `first layer at fault: ${result.firstFailure.layer}`,
          `  ${result.firstFailure.reason}`,
          ...causeLines(result.firstFailure),
        ]),
    ...(shown.length === 0 ? [] : ['', layerTable(shown)]),
    ...outside(result),
    ...describeNotes(result.notes),
  ].join('\n');
}

/** What is known to look like the failure, and what to do about it. */
function causeLines(failure: VerifyFailure): string[] {
  const { cause } = failure;
  if (cause === null) return [`  cause: ${unknownCauseWords(failure)}`];
  return [`  cause: ${cause.words}`, `  fix: ${cause.fix}`];
}

/** Failing layers listed unless all are asked for. */
const MOST_FAILURES = 10;

function headline(result: ParityFacts): string {
  const { verdict, layers, source, tolerance } = result;
  const by = tolerance === null ? budgetUsed(result) : toleranceUsed(layers, tolerance);
  const name = unroundedName(result);
  const said = [...(name === undefined ? [] : [name]), countsOf(result), ...by].join(', ');
  return `${verdict.toUpperCase()} ${printable(source.name)}: ${said}`;
}

/** Of the bounds that are kept, the most that is used. */
function budgetUsed(result: Pick<VerifyResult, 'layers' | 'unroundedWeights'>): string[] {
  const { layers } = result;
  const kept = layers.filter(({ verdict }) => verdict === 'pass');
  const most = Math.max(0, ...kept.map(({ own }) => own?.budget ?? 0));
  const worst = kept.find(({ own }) => own?.budget === most);
  if (worst === undefined) return [];
  if (most === 0) return [kept.length === layers.length ? 'equal in every value' : 'the others exact'];
  const who = kept.length === layers.length ? '' : 'the others off by ';
  return [`${who}at most ${percent(most)} of ${allowedWords(result)} (${worst.layer})`];
}

function toleranceUsed(layers: readonly VerifiedLayer[], tolerance: number): string[] {
  const worst = Math.max(0, ...layers.map(({ maxRelError }) => maxRelError ?? 0));
  return [
    `largest error ${worst.toExponential(1)} of the layer's largest value (by the stated tolerance ${tolerance.toExponential()}, not by bounds)`,
  ];
}

const percent = (share: number): string => (share < 0.01 ? 'less than 1 %' : `${Math.round(share * 100)} %`);

const SLICES = { own: 'its own slice', last: 'the last slice' } as const;
const WHO = {
  flag: 'as stated',
  metadata: 'as stated at conversion',
  config: 'as the architecture says',
  weights: 'as the weights tell',
} as const;

/** Nothing where there is nothing to decide: a network of one group has no slices. */
function slicesLines({ slices: { decision, source, evidence } }: Pick<VerifyResult, 'slices'>): string[] {
  if (evidence.layers === 0) return [];
  const how = `slices: every group reads ${SLICES[decision]}`;
  if (source === 'default') return [`${how} (the default: the weights do not tell)`];
  const contradicted = evidence.weights !== 'undecided' && evidence.weights !== decision;
  const words = source === 'weights' || contradicted ? ` ${evidence.words}` : '';
  return [`${how} (${WHO[source]}${contradicted ? '; the weights tell otherwise' : ''}).${words}`];
}

/** Where another than the evaluator ran from the input: who, and the most of its limit that the run uses. */
function runtimeLine({ executor, layers }: Pick<VerifyResult, 'executor' | 'layers'>): string[] {
  if (executor === 'evaluator') return [];
  const budgets = layers.map(({ layer, inherited }) => ({ layer, budget: inherited?.budget ?? 0 }));
  const worst = budgets.reduce((most, each) => (each.budget > most.budget ? each : most), budgets[0]!);
  return [`run by ${executor}: ${shareText(worst.budget)} of 12 sigma at most (${worst.layer})`];
}

function poolingLine({ pooling, verdict }: Pick<VerifyResult, 'pooling' | 'verdict'>): string {
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
  const show = (value: number | undefined): string => (value === undefined ? '-' : value.toExponential(1));
  return textTable(
    [
      { title: 'layer' },
      { title: 'verdict' },
      { title: 'own error', align: 'right' },
      { title: 'of bound', align: 'right' },
      { title: 'inherited', align: 'right' },
      { title: 'of 12 sigma', align: 'right' },
    ],
    layers.map(({ layer, verdict, own, inherited }) => [
      layer,
      verdict,
      show(own?.maxAbsError),
      shareText(own?.budget),
      show(inherited?.maxAbsError),
      shareText(inherited?.budget),
    ]),
  );
}

function outside({ notCompared, otherLayers }: ParityFacts): string[] {
  return [
    ...(notCompared.length === 0
      ? []
      : [`not compared: ${listSome(notCompared.map(printable))} (no layer of that name)`]),
    ...(otherLayers.length === 0 ? [] : [`outside the network: ${listSome(otherLayers.map(printable))}`]),
  ];
}
