// A network and its weights, held against every layer that was recorded. Read first: walk.ts, then judge.ts.
import { listSome, plural, printable } from '../core/text.js';
import type { Note } from '../core/weights.js';
import type { Executor } from '../network/executor.js';
import { checkInput } from '../network/input.js';
import type { Network } from '../network/layer.js';
import type { Model } from '../network/model.js';
import { UNIT_ROUNDOFF } from './bounds/bounded.js';
import { ALL_EFFORT, explainFailures } from './causes/explain.js';
import type { LayerErrors } from './check-layer.js';
import { NothingComparedError } from './errors.js';
import { type Fixture, matchLayers, type RecordedLayers } from './fixture.js';
import { type Failure, failuresByBounds, failuresByTolerance } from './judge.js';
import type { StoredFormats } from './stored.js';
import { type TopOne, topOne } from './top-one.js';
import { allowForStorage, type UnroundedWeights } from './unrounded.js';
import { type Walk, type WalkMaterial, walk } from './walk.js';
import { weakInputNotes } from './weak-input.js';

/** One layer's verdict. Where shapes differ there are no errors. */
export interface LayerVerdict {
  readonly layer: string;
  /** The key it was recorded under. */
  readonly key: string;
  /** `fail`: the layer is at fault. One that only hands on what it was given passes. */
  readonly verdict: 'pass' | 'fail';
  /** Of the computed output, with the batch. */
  readonly shape: readonly number[];
  readonly errors?: LayerErrors;
  /** Why it fails, as a sentence. */
  readonly reason?: string;
}

/** All verdicts, in the network's order. */
export interface Parity {
  readonly verdict: 'pass' | 'fail';
  /** What ran freely. */
  readonly executor: string;
  /** The tolerance that was stated and decides; null where the derived bounds do. */
  readonly tolerance: number | null;
  readonly layers: readonly LayerVerdict[];
  /** Every layer at fault, in the network's order. */
  readonly failures: readonly Failure[];
  readonly firstFailure?: Failure;
  /** Present where the rounding of the stored weights is allowed for: errors and bounds of the layers are with it. */
  readonly unroundedWeights?: UnroundedWeights;
  /** Every image's first class in the evaluator's free run; null where the network ranks none. */
  readonly topOne: TopOne | null;
  /** Keys of the fixture that name no layer of the network. */
  readonly notCompared: readonly string[];
  readonly notes: readonly Note[];
}

/** How to check. */
export interface ParityOptions {
  /**
   * Largest error of the free run, relative to the largest value recorded for the layer. With it this decides, and not
   * the bounds, which are reported all the same.
   */
  readonly tolerance?: number;
  /** Look for causes without a limit on work. */
  readonly allCauses?: boolean;
  /** How the weights' file writes layer names; keys may be written so too. */
  readonly encode?: (name: string) => string;
  /**
   * How the checkpoint stores its weights. Where they were rounded, and the network fails as it is stored, the reference
   * may have used them before: then the rounding is allowed for.
   */
  readonly stored?: StoredFormats;
  /** What runs freely from the input; the evaluator when left out. */
  readonly executor?: Executor;
}

/** What is checked: a network and its weights. */
export type Checked = Pick<Model, 'network' | 'weights'>;

/** Checks every recorded layer alone and in a free run. Throws what `matchLayers` throws, and `NothingComparedError`. */
export async function checkParity(model: Checked, fixture: Fixture, options: ParityOptions = {}): Promise<Parity> {
  const matched = observable(matchedLayers(model.network, fixture, options), fixture, options.executor);
  const outputs = await options.executor?.run(
    fixture.input.read(),
    matched.layers.map(({ layer }) => layer),
  );
  const { biasedTerms = 0 } = options.executor ?? {};
  const material = { ...materialOf(model.network, fixture, matched), ...(outputs && { outputs, biasedTerms }) };
  return concluded(model, material, walk(model, material), matched, options);
}

/** The verdict by the weights as they are stored; where that fails and they were rounded, with that allowed for. */
function concluded(
  model: Checked,
  material: WalkMaterial,
  walked: Walk,
  matched: MatchedLayers,
  options: ParityOptions,
  share = 1,
): Parity {
  const { tolerance, stored, allCauses = false } = options;
  const effort = allCauses ? ALL_EFFORT : share;
  const failures = failuresOf(model.network, walked.checks, tolerance);
  const tried = failures.length > 0 && tolerance === undefined && stored !== undefined && stored.size > 0;
  const wide = tried ? allowForStorage(model, material, walked.checks, failures, stored) : undefined;
  if (wide === undefined) {
    return withCauses(model, material, judged(model.network, walked, failures, matched, material, options), effort);
  }
  const parity = judged(model.network, { ...walked, checks: wide.checks }, wide.failures, matched, material, options);
  const note = { id: 'unrounded-weights', text: unroundedWords(wide.weights, walked.checks.length) };
  const told = { ...parity, unroundedWeights: wide.weights, notes: [note, ...parity.notes] };
  return withCauses(model, wide.material, told, effort);
}

const unroundedWords = ({ formats, layers }: UnroundedWeights, count: number): string =>
  `The reference used unrounded weights: the checkpoint stores ${formats.join(' and ')}. With the weights as stored ${layers.length} of ${plural(count, 'layer')} are off by more than float32 explains, and by no more than that rounding of their weights does; it is part of the bounds here.`;

/** The same answer, each failure with its cause where one is known. `effort` is the part of the usual search to make. */
function withCauses(model: Checked, material: WalkMaterial, parity: Parity, effort: number): Parity {
  if (parity.failures.length === 0) return parity;
  const failures = explainFailures(model, material, parity.failures, effort);
  return { ...parity, failures, firstFailure: failures[0]! };
}

/**
 * The same for networks of which at most one is right, with the evaluator. The layers they have in common at the
 * beginning are checked once, and the search for causes is shared out.
 */
export function checkAlternatives(
  models: readonly Checked[],
  fixture: Fixture,
  options: Omit<ParityOptions, 'executor'> = {},
): Parity[] {
  const networks = models.map(({ network }) => network);
  const first = models[0]!;
  const matched = matchedLayers(first.network, fixture, options);
  const material = materialOf(first.network, fixture, matched);
  const beginning = walk(first, material, undefined, commonLayers(networks), networks);
  return models.map((model) => {
    return concluded(model, material, walk(model, material, beginning), matched, options, 1 / models.length);
  });
}

function matchedLayers(network: Network, fixture: Fixture, { encode = (name) => name }: ParityOptions): RecordedLayers {
  const matched = matchLayers(fixture, network, encode);
  if (matched.layers.length === 0) throw new NothingComparedError(fixture.where, matched.notCompared);
  return matched;
}

/** What of it the executor can hand out, all where there is none. */
function observable(matched: MatchedLayers, { where }: Fixture, executor: Executor | undefined): MatchedLayers {
  const names = executor?.layers;
  if (names === undefined) return matched;
  const [layers, gone] = [true, false].map((there) => matched.layers.filter(({ layer }) => names.has(layer) === there));
  if (layers!.length === 0) {
    throw new NothingComparedError(
      where,
      gone!.map(({ key }) => key),
    );
  }
  return { ...matched, layers: layers!, unobserved: gone!.map(({ layer }) => layer) };
}

/** The recorded layers, and those of them that the executor does not have. */
interface MatchedLayers extends RecordedLayers {
  readonly unobserved?: readonly string[];
}

/** Said of what an executor does not have, since nothing was compared there. */
function unobservedNotes({ unobserved = [] }: MatchedLayers, executor: Executor | undefined): Note[] {
  if (executor === undefined || unobserved.length === 0) return [];
  const names = listSome(unobserved.map(printable));
  const text = `Not compared, since ${executor.name} runs a model without them: ${names}.`;
  return [{ id: 'not-in-export', text }];
}

/** What a walk is made on. Throws as `checkParity` does. */
export function walkMaterial(
  network: Network,
  fixture: Fixture,
  options: Pick<ParityOptions, 'encode'> = {},
): WalkMaterial {
  return materialOf(network, fixture, matchedLayers(network, fixture, options));
}

function materialOf(network: Network, fixture: Fixture, { layers }: RecordedLayers): WalkMaterial {
  checkInput(network, fixture.input.shape);
  return {
    input: fixture.input.read(),
    recorded: new Map(layers.map((layer) => [layer.layer, layer])),
    rounding: [fixture.input, ...fixture.outputs].every(({ dtype }) => dtype === 'float64') ? 0 : UNIT_ROUNDOFF,
  };
}

/** How many layers all networks begin with. Layers are alike when they have the same name, class and attributes. */
function commonLayers([first, ...others]: readonly Network[]): number {
  const differs = (i: number): boolean =>
    others.some(({ layers }) => JSON.stringify(layers[i]) !== JSON.stringify(first!.layers[i]));
  const index = first!.layers.findIndex((_, i) => differs(i));
  return index < 0 ? first!.layers.length : index;
}

const failuresOf = (network: Network, checks: Walk['checks'], tolerance: number | undefined): Failure[] =>
  tolerance === undefined ? failuresByBounds(network, checks) : failuresByTolerance(checks, tolerance);

function judged(
  network: Network,
  { checks, margins }: Walk,
  failures: readonly Failure[],
  matched: MatchedLayers,
  { input, recorded }: WalkMaterial,
  { tolerance, executor }: ParityOptions,
): Parity {
  const byLayer = new Map(failures.map((failure) => [failure.layer, failure]));
  const layers = checks.map(({ recorded: { layer, key }, shape, errors }): LayerVerdict => {
    const reason = byLayer.get(layer)?.reason;
    const verdict = reason === undefined ? 'pass' : 'fail';
    return { layer, key, verdict, shape, ...(errors && { errors }), ...(reason !== undefined && { reason }) };
  });
  return {
    verdict: failures.length === 0 ? 'pass' : 'fail',
    executor: executor?.name ?? 'evaluator',
    tolerance: tolerance ?? null,
    layers,
    failures,
    ...(failures[0] && { firstFailure: failures[0] }),
    topOne: topOne(network, margins, recorded),
    notCompared: matched.notCompared,
    notes: [...unobservedNotes(matched, executor), ...weakInputNotes(input)],
  };
}
