// A file of weights against outputs recorded in Python: check every layer, say which pooling it is.
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { Source } from '../checkpoint/source.js';
import { unravel } from '../core/tensor.js';
import { printable } from '../core/text.js';
import type { Executor } from '../network/executor.js';
import type { LoadReport } from '../network/model.js';
import type { LayerErrors } from '../parity/check-layer.js';
import { type Fixture, readFixture } from '../parity/fixture.js';
import { keysOf } from '../parity/layer-keys.js';
import { slicesFromWeights } from '../parity/selfcheck.js';
import { storedFormats } from '../parity/stored.js';
import {
  checkAlternatives,
  checkParity,
  type LayerVerdict,
  type Parity,
  type ParityOptions,
} from '../parity/verify.js';
import type {
  InheritedErrorSummary,
  OwnErrorSummary,
  PoolingDecision,
  VerifiedLayer,
  VerifyResult,
} from '../results/verify.js';
import { buildNetwork } from '../shufflenet/build.js';
import type { Inference } from '../shufflenet/infer.js';
import type { ShuffleNetModel } from '../shufflenet/load.js';
import type { Pooling } from '../shufflenet/settings.js';
import { type FileInference, infer, withCheckpoint } from './inference.js';
import { type LoadedModel, type LoadingOptions, loadWith } from './model.js';
import { chooseSlices } from './slices.js';

/** How to compare. */
export interface VerifyOptions extends LoadingOptions {
  /** Decides in place of the bounds: see `ParityOptions` in `src/parity/verify.ts`. */
  readonly tolerance?: number;
  /** Looks for causes without a limit on work, which can take long on big networks. */
  readonly allCauses?: boolean;
  /** Makes what runs freely, of the model that was loaded; the evaluator when left out. */
  readonly executorOf?: (model: ShuffleNetModel) => Promise<Executor>;
}

/** Checks the network in `source` against every layer recorded in `reference`. */
export async function verify(source: Source, reference: Source, options: VerifyOptions = {}): Promise<VerifyResult> {
  return resultOf(await verification(source, reference, options), reference);
}

/** The result, with what it was held against. */
export function resultOf({ result }: Verification, { name, size }: Source): VerifyResult {
  const { source, ...rest } = result;
  return { source, reference: { name, bytes: size }, ...rest };
}

/** A verification with what it was made of. */
export interface Verification {
  readonly result: Omit<VerifyResult, 'reference'>;
  readonly model: LoadedModel;
  readonly fixture: Fixture;
  readonly parity: Parity;
  /** How the file writes layers' names. */
  readonly encode: (name: string) => string;
}

/** What `verify` does, for jobs that go on from there. */
export function verification(
  source: Source,
  reference: Source | Fixture,
  options: VerifyOptions,
): Promise<Verification> {
  return withCheckpoint(source, async (checkpoint) => {
    const { inference, fixture, trials, trial, decided } = await tryAll(checkpoint, reference, options);
    const result = {
      source: { name: source.name, bytes: source.size },
      ...summary(trial, decided),
      pooling: decision(inference, trial, trials, decided),
      slices: chooseSlices(trial.model.weightsSay ?? slicesFromWeights(trial.model), inference.stated),
    };
    return { result, ...trial, fixture, encode: inference.layers.fileName };
  });
}

/** A file's network held against a fixture, with each pooling that it may have. */
export interface Tried {
  readonly inference: FileInference;
  readonly fixture: Fixture;
  /** How many poolings were tried. */
  readonly trials: number;
  readonly trial: Trial;
  /** Whether the one that fits is the only one. */
  readonly decided: boolean;
}

/** Reads both, and holds one against the other. */
export async function tryAll(
  checkpoint: Checkpoint,
  reference: Source | Fixture,
  options: VerifyOptions,
): Promise<Tried> {
  const stated = infer(checkpoint, options);
  const fixture = 'outputs' in reference ? reference : readFixture(await reference.bytes(), printable(reference.name));
  const inference = options.inputShape === undefined ? sizedFor(stated, fixture) : stated;
  const trials = await attempt(inference, fixture, poolingsToTry(inference, fixture), options);
  return { inference, fixture, trials: trials.length, ...bestOf(trials) };
}

/** The network with one pooling. */
export interface Trial {
  readonly model: LoadedModel;
  readonly parity: Parity;
}

/** The network takes any size: what a file's architecture states is its training size, not a bound. */
function sizedFor(inference: FileInference, { input }: Fixture): FileInference {
  const [, height = null, width = null, channels] = input.shape;
  const stated = inference.settings.inputShape[2]!;
  // An input whose channels stand elsewhere tells no size; the network refuses it, and says why.
  if (input.shape.length !== 4 || channels !== stated) return inference;
  return { ...inference, settings: { ...inference.settings, inputShape: [height, width, stated] } };
}

/** Both, when nobody says; none, when there is no top and no pooled output was recorded. */
function poolingsToTry({ settings, layers }: Inference, { outputs }: Fixture): readonly (Pooling | null)[] {
  if (settings.pooling !== undefined) return [settings.pooling];
  const keys = keysOf('global_pool', layers.fileName);
  return settings.includeTop || outputs.some(({ key }) => keys.has(key)) ? ['max', 'avg'] : [null];
}

/** Weights are loaded once: pooling has none. */
async function attempt(
  inference: FileInference,
  fixture: Fixture,
  poolings: readonly (Pooling | null)[],
  options: VerifyOptions,
): Promise<Trial[]> {
  const loaded = await loadWith(inference, poolings[0]!, options);
  const models = poolings.map((pooling) => {
    const settings = { ...loaded.settings, pooling };
    return { ...loaded, settings, network: buildNetwork(settings) };
  });
  const { tolerance, allCauses = false } = options;
  const how = {
    encode: inference.layers.fileName,
    stored: storedFormats(loaded.report.loaded),
    allCauses,
    ...(tolerance !== undefined && { tolerance }),
  };
  const checks =
    options.executorOf === undefined
      ? checkAlternatives(models, fixture, how)
      : await checkEach(models, fixture, how, options.executorOf);
  return checks.map((parity, i) => ({ model: models[i]!, parity }));
}

/** One after another: each is a model of its own to whoever runs it. */
async function checkEach(
  models: readonly LoadedModel[],
  fixture: Fixture,
  how: ParityOptions,
  executorOf: NonNullable<VerifyOptions['executorOf']>,
): Promise<Parity[]> {
  const checks: Parity[] = [];
  for (const model of models) {
    checks.push(await checkParity(model, fixture, { ...how, executor: await executorOf(model) }));
  }
  return checks;
}

/**
 * The trial that passes, first of all with the weights as they are stored; of two that fail, the one that gets further.
 * Two that pass leave it undecided.
 */
function bestOf(trials: readonly Trial[]): { readonly trial: Trial; readonly decided: boolean } {
  const asStored = trials.filter(({ parity }) => parity.verdict === 'pass' && parity.unroundedWeights === undefined);
  const passing = asStored.length > 0 ? asStored : trials.filter(({ parity }) => parity.verdict === 'pass');
  const byFailures = [...trials].sort((a, b) => failures(a) - failures(b));
  return { trial: passing[0] ?? byFailures[0]!, decided: trials.length === 1 || passing.length === 1 };
}

const failures = ({ parity }: Trial): number => parity.failures.length;

function decision(inference: Inference, { model }: Trial, tried: number, decided: boolean): PoolingDecision {
  if (tried === 1) return { decision: model.settings.pooling, source: inference.poolingSource };
  return decided ? { decision: model.settings.pooling, source: 'reference' } : { decision: null, source: 'none' };
}

function summary(
  { model, parity }: Trial,
  decided: boolean,
): Omit<VerifyResult, 'source' | 'reference' | 'pooling' | 'slices'> {
  const open = parity.verdict === 'pass' && !decided;
  return {
    ...paritySummary(parity, model.report),
    ...(open && { verdict: 'undecided' }),
    config: open ? { ...model.settings, pooling: null } : model.settings,
  };
}

/** What of a result is told by parity alone, and by how the weights were loaded. */
export type ParitySummary = Omit<VerifyResult, 'source' | 'reference' | 'pooling' | 'slices' | 'config'>;

/** Parity as a result shows it. */
export function paritySummary(
  parity: Parity,
  { otherLayers, notes }: Pick<LoadReport, 'otherLayers' | 'notes'>,
): ParitySummary {
  const {
    verdict,
    executor,
    tolerance,
    layers,
    failures,
    firstFailure = null,
    topOne,
    notCompared,
    unroundedWeights,
  } = parity;
  return {
    verdict,
    executor,
    tolerance,
    firstFailure,
    sources: failures.map(({ layer }) => layer),
    layers: layers.map(verified),
    unroundedWeights: unroundedWeights ?? null,
    topOne,
    notCompared,
    otherLayers,
    notes: [...notes, ...parity.notes],
  };
}

function verified({ layer, key, verdict, shape, errors, reason }: LayerVerdict): VerifiedLayer {
  return {
    layer,
    key,
    verdict,
    shape,
    maxAbsError: errors === undefined ? null : errors.freeRun.maxAbsError,
    maxRelError: errors === undefined ? null : errors.freeRun.maxRelError,
    own: errors === undefined ? null : ownSummary(errors, shape),
    inherited: errors === undefined ? null : inheritedSummary(errors),
    ...(reason !== undefined && { reason }),
  };
}

function ownSummary({ own }: LayerErrors, shape: readonly number[]): OwnErrorSummary {
  const { maxAbsError, budget, worst, off, count } = own;
  const { flat, value, expected, bound } = worst;
  return { maxAbsError, budget, index: unravel(flat, shape), value, expected, bound, off, count };
}

function inheritedSummary({ freeRun: { inherited, sigma, budget } }: LayerErrors): InheritedErrorSummary {
  return { maxAbsError: inherited, sigma, budget };
}
