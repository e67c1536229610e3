// How the network pools, and who says so. Global pooling has no weights, so a file of weights alone never tells.
import type { ConfigLayer } from '../checkpoint/model-config.js';
import type { FileLayers } from './file-layers.js';
import type { Pooling, ShuffleNetSettings } from './settings.js';

/** Who told the pooling: the caller, the architecture in the file, or what a converted file carries. */
export type PoolingSource = 'flag' | 'config' | 'metadata' | 'none';

/** What is known of the pooling; undefined where nobody says. */
export interface InferredPooling {
  readonly pooling: Pooling | null | undefined;
  readonly poolingSource: PoolingSource;
}

/** The pooling that the caller states, else that of a converted file, else that of the architecture. */
export function inferPooling(
  stated: Partial<ShuffleNetSettings>,
  told: Partial<ShuffleNetSettings>,
  includeTop: boolean,
  config: readonly ConfigLayer[],
  layers: FileLayers,
): InferredPooling {
  if (stated.pooling !== undefined) return { pooling: stated.pooling, poolingSource: 'flag' };
  if (told.pooling !== undefined) return { pooling: told.pooling, poolingSource: 'metadata' };
  const pooling = poolingInConfig(config, layers);
  // A top without pooling cannot be, so the architecture does not tell it under the names of this file.
  if (pooling === undefined || (pooling === null && includeTop)) return { pooling: undefined, poolingSource: 'none' };
  return { pooling, poolingSource: 'config' };
}

/** `undefined` without a config; `null` when the config lists the network but no global pooling. */
function poolingInConfig(config: readonly ConfigLayer[], layers: FileLayers): Pooling | null | undefined {
  if (config.length === 0) return undefined;
  const classes = config
    .filter(({ name }) => name === layers.fileName('global_pool'))
    .map(({ className }) => className);
  if (classes.some((name) => /^GlobalAvg|^GlobalAverage/.test(name))) return 'avg';
  if (classes.some((name) => /^GlobalMax/.test(name))) return 'max';
  return null;
}
