// File -> what it and its reader say about the network, before a weight is read: all that inspect needs.
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { configLayers } from '../checkpoint/model-config.js';
import { openCheckpoint } from '../checkpoint/open.js';
import type { Source } from '../checkpoint/source.js';
import { type Inference, inferSettings } from '../shufflenet/infer.js';
import { settingsFromMetadata } from '../shufflenet/metadata.js';
import type { Slices } from '../shufflenet/settings.js';
import { slicesInConfig } from '../shufflenet/slices-in-config.js';
import { type NetworkOptions, overridesOf } from './network-options.js';

/** Slices that somebody states. */
export interface StatedSlices {
  readonly slices: Slices;
  readonly source: 'flag' | 'metadata' | 'config';
}

/** What is stated: by the caller (`auto` states nothing), else by a converted file about itself, else by its architecture. */
export function statedSlices(
  checkpoint: Pick<Checkpoint, 'metadata' | 'modelConfig'>,
  flag: Slices | 'auto' | undefined,
): StatedSlices | undefined {
  if (flag !== undefined && flag !== 'auto') return { slices: flag, source: 'flag' };
  const told = settingsFromMetadata(checkpoint.metadata);
  if (told !== undefined) return { slices: told.slices, source: 'metadata' };
  const built = slicesInConfig(configLayers(checkpoint.modelConfig));
  return built && { slices: built, source: 'config' };
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

/** What a file and its reader say about the network. */
export interface FileInference extends Inference {
  /** The slices somebody states; without it the weights are asked. */
  readonly stated: StatedSlices | undefined;
}

/** A file's settings, with what the caller states. */
export function infer(checkpoint: Checkpoint, options: NetworkOptions): FileInference {
  return {
    ...inferSettings(checkpoint, overridesOf(options)),
    stated: statedSlices(checkpoint, options.slices),
  };
}
