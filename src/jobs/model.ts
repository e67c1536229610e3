// File -> model: the part that convert, verify and predict share.
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { openCheckpoint } from '../checkpoint/open.js';
import type { Source } from '../checkpoint/source.js';
import { UndecidedError } from '../core/errors.js';
import { buildNetwork } from '../shufflenet/build.js';
import { type Inference, inferSettings } from '../shufflenet/infer.js';
import { bindLayers, type ShuffleNetModel } from '../shufflenet/load.js';
import type { Pooling, ShuffleNetSettings } from '../shufflenet/settings.js';
import { type NetworkOptions, overridesOf } from './network-options.js';

/** Options of every job that loads weights. */
export interface LoadingOptions extends NetworkOptions {
  /** Globs over weight names that may be left over in the network's own layers. */
  readonly allowUnused?: readonly string[];
}

/** Opens a file for as long as `use` takes, and closes it whatever happens. */
export async function withCheckpoint<T>(source: Source, use: (checkpoint: Checkpoint) => Promise<T>): Promise<T> {
  const checkpoint = await openCheckpoint(source);
  try {
    return await use(checkpoint);
  } finally {
    checkpoint.close();
  }
}

/** A file's settings, with what the caller states. */
export function infer(checkpoint: Checkpoint, options: NetworkOptions): Inference {
  return inferSettings(checkpoint, overridesOf(options));
}

/** Builds the network with `pooling` and loads its weights. */
export function loadWith(
  inference: Inference,
  pooling: Pooling | null,
  { allowUnused = [] }: LoadingOptions,
): Promise<ShuffleNetModel> {
  const settings: ShuffleNetSettings = { ...inference.settings, pooling };
  return bindLayers(inference.layers, buildNetwork(settings), settings, { allowUnused });
}

/** The model in a file; an `UndecidedError` where nobody says how it pools. */
export function loadModel(source: Source, options: LoadingOptions): Promise<ShuffleNetModel> {
  return withCheckpoint(source, (checkpoint) => {
    const inference = infer(checkpoint, options);
    return loadWith(inference, decidedPooling(inference), options);
  });
}

function decidedPooling({ settings }: Inference): Pooling | null {
  if (settings.pooling !== undefined) return settings.pooling;
  throw new UndecidedError('--pooling', {
    what: 'The file does not say how the network pools.',
    found: 'weights only: global pooling has none, so both kinds look the same',
    expected: "max (the article's default) or avg (what its public training script used)",
    next: 'say --pooling max or --pooling avg, or let `verify` find out from recorded outputs',
  });
}
