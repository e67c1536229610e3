// File -> model: the part that convert, verify and predict share.
import type { Source } from '../checkpoint/source.js';
import { UndecidedError } from '../core/errors.js';
import { type SlicesDecision, slicesFromWeights } from '../parity/selfcheck.js';
import { buildNetwork } from '../shufflenet/build.js';
import type { Inference } from '../shufflenet/infer.js';
import { bindLayers, type ShuffleNetModel } from '../shufflenet/load.js';
import type { Pooling, ShuffleNetSettings } from '../shufflenet/settings.js';
import { type FileInference, infer, withCheckpoint } from './inference.js';
import type { NetworkOptions } from './network-options.js';
import { chooseSlices, slicesNote } from './slices.js';

/** Options of every job that loads weights. */
export interface LoadingOptions extends NetworkOptions {
  /** Globs over weight names that may be left over in the network's own layers. */
  readonly allowUnused?: readonly string[];
}

/** A model, and what its weights say of its slices; they are not asked where somebody states them. */
export interface LoadedModel extends ShuffleNetModel {
  readonly weightsSay: SlicesDecision | undefined;
}

/** Builds the network with `pooling` and loads its weights; the weights then decide the slices, if nobody states them. */
export async function loadWith(
  inference: FileInference,
  pooling: Pooling | null,
  { allowUnused = [] }: LoadingOptions,
): Promise<LoadedModel> {
  const settings: ShuffleNetSettings = { ...inference.settings, pooling };
  const model = await bindLayers(inference.layers, buildNetwork(settings), settings, { allowUnused });
  if (inference.stated !== undefined) return { ...model, weightsSay: undefined };
  const weightsSay = slicesFromWeights(model);
  const slices = chooseSlices(weightsSay);
  const report = { ...model.report, notes: [...model.report.notes, ...slicesNote(slices)] };
  const decided = { ...settings, slices: slices.decision };
  return { ...model, report, network: buildNetwork(decided), settings: decided, weightsSay };
}

/** The model in a file; an `UndecidedError` where nobody says how it pools. */
export function loadModel(source: Source, options: LoadingOptions = {}): Promise<ShuffleNetModel> {
  return withCheckpoint(source, (checkpoint) => {
    const inference = infer(checkpoint, options);
    return loadWith(inference, decidedPooling(inference), options);
  });
}

/** The pooling the file or the caller states; an `UndecidedError` where neither does. */
export function decidedPooling({ settings }: Inference): Pooling | null {
  if (settings.pooling !== undefined) return settings.pooling;
  throw new UndecidedError('--pooling', {
    what: 'The file does not say how the network pools.',
    found: 'weights only: global pooling has none, so both kinds look the same',
    expected: "max (the article's default) or avg (what its public training script used)",
    next: 'say --pooling max or --pooling avg, or let `verify` find out from recorded outputs',
  });
}
