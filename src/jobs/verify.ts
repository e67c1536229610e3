// A file of weights against outputs recorded in Python: run, compare every layer, say which pooling it is.
import type { Source } from '../checkpoint/source.js';
import { printable } from '../core/text.js';
import { evaluator } from '../evaluator/evaluator.js';
import { type Fixture, readFixture } from '../parity/fixture.js';
import { keysOf } from '../parity/layer-keys.js';
import { checkParity, type LayerVerdict, type Parity } from '../parity/verify.js';
import type { PoolingDecision, VerifiedLayer, VerifyResult } from '../results/verify.js';
import type { Inference } from '../shufflenet/infer.js';
import type { ShuffleNetModel } from '../shufflenet/load.js';
import type { Pooling } from '../shufflenet/settings.js';
import { infer, type LoadingOptions, loadWith, withCheckpoint } from './model.js';

/** How to compare. */
export interface VerifyOptions extends LoadingOptions {
  /** See `DEFAULT_TOLERANCE` in `src/parity/verify.ts`. */
  readonly tolerance?: number;
}

/** Runs the network in `source` on the reference's input and compares every recorded layer. */
export function verify(source: Source, reference: Source, options: VerifyOptions = {}): Promise<VerifyResult> {
  return withCheckpoint(source, async (checkpoint) => {
    const stated = infer(checkpoint, options);
    const fixture = readFixture(await reference.bytes(), printable(reference.name));
    const inference = options.inputShape === undefined ? sizedFor(stated, fixture) : stated;
    const trials = await Promise.all(
      poolingsToTry(inference, fixture).map((pooling) => attempt(inference, fixture, pooling, options)),
    );
    const { trial, decided } = bestOf(trials);
    return {
      source: { name: source.name, bytes: source.size },
      reference: { name: reference.name, bytes: reference.size },
      ...summary(trial, decided),
      pooling: decision(inference, trial, trials.length, decided),
    };
  });
}

/** One run of the network with one pooling. */
interface Trial {
  readonly model: ShuffleNetModel;
  readonly parity: Parity;
}

/** The network takes any size: what a file's architecture states is its training size, not a bound. */
function sizedFor(inference: Inference, { input }: Fixture): Inference {
  const [, height = null, width = null] = input.shape;
  const inputShape = [height, width, inference.settings.inputShape[2]!];
  return input.shape.length === 4 ? { ...inference, settings: { ...inference.settings, inputShape } } : inference;
}

/** Both, when nobody says; none, when there is no top and no pooled output was recorded. */
function poolingsToTry({ settings, layers }: Inference, { outputs }: Fixture): readonly (Pooling | null)[] {
  if (settings.pooling !== undefined) return [settings.pooling];
  const keys = keysOf('global_pool', layers.fileName);
  return settings.includeTop || outputs.some(({ key }) => keys.has(key)) ? ['max', 'avg'] : [null];
}

async function attempt(
  inference: Inference,
  fixture: Fixture,
  pooling: Pooling | null,
  options: VerifyOptions,
): Promise<Trial> {
  const model = await loadWith(inference, pooling, options);
  const { tolerance } = options;
  const parity = await checkParity(model.network, evaluator(model, { output: 'float64' }), fixture, {
    encode: inference.layers.fileName,
    ...(tolerance !== undefined && { tolerance }),
  });
  return { model, parity };
}

/** The trial that passes; of two that fail, the one that gets further. Two that pass leave it undecided. */
function bestOf(trials: readonly Trial[]): { readonly trial: Trial; readonly decided: boolean } {
  const passing = trials.filter(({ parity }) => parity.verdict === 'pass');
  const byFailures = [...trials].sort((a, b) => failures(a) - failures(b));
  return { trial: passing[0] ?? byFailures[0]!, decided: trials.length === 1 || passing.length === 1 };
}

const failures = ({ parity }: Trial): number => parity.layers.filter(({ verdict }) => verdict === 'fail').length;

function decision(inference: Inference, { model }: Trial, tried: number, decided: boolean): PoolingDecision {
  if (tried === 1) return { decision: model.settings.pooling, source: inference.poolingSource };
  return decided ? { decision: model.settings.pooling, source: 'reference' } : { decision: null, source: 'none' };
}

function summary({ model, parity }: Trial, decided: boolean): Omit<VerifyResult, 'source' | 'reference' | 'pooling'> {
  const { verdict, executor, tolerance, layers, firstFailure, notCompared } = parity;
  return {
    verdict: verdict === 'pass' && !decided ? 'undecided' : verdict,
    executor,
    tolerance,
    config: verdict === 'pass' && !decided ? { ...model.settings, pooling: null } : model.settings,
    firstFailure: firstFailure === undefined ? null : verified(firstFailure),
    layers: layers.map(verified),
    notCompared,
    otherLayers: model.report.otherLayers,
    notes: model.report.notes,
  };
}

function verified({ layer, key, verdict, shape, comparison, reason }: LayerVerdict): VerifiedLayer {
  const { maxAbsError = null, maxRelError = null } = comparison ?? {};
  return { layer, key, verdict, shape, maxAbsError, maxRelError, ...(reason !== undefined && { reason }) };
}
