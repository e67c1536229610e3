// Settings as they travel inside converted files, so that the next command needs no flags.
import { asRecord } from '../core/json.js';
import type { Shape } from '../network/layer.js';
import { ARTICLE_REVISION, checkSettings, type Revision, type ShuffleNetSettings } from './settings.js';

/** Version of the record; raised when a reader of the old one could misread the new one. */
export const METADATA_VERSION = 1;

/** What a converted file says of the network it holds. */
export interface SettingsRecord {
  readonly version: number;
  readonly network: 'ShuffleNet v1';
  readonly settings: ShuffleNetSettings;
}

/** The record for these settings. */
export function settingsRecord(settings: ShuffleNetSettings): SettingsRecord {
  return { version: METADATA_VERSION, network: 'ShuffleNet v1', settings };
}

/**
 * The settings of a record that came from a file: `undefined` when it is none of ours, of a later version, or holds
 * anything that no network can be built from.
 */
export function settingsFromMetadata(metadata: unknown): ShuffleNetSettings | undefined {
  const record = asRecord(metadata);
  if (record?.version !== METADATA_VERSION || record.network !== 'ShuffleNet v1') return undefined;
  const stored = asRecord(record.settings);
  if (stored === undefined) return undefined;
  const settings: ShuffleNetSettings = {
    groups: Number(stored.groups),
    scaleFactor: Number(stored.scaleFactor),
    bottleneckRatio: Number(stored.bottleneckRatio),
    numShuffleUnits: list(stored.numShuffleUnits).map(Number),
    classes: Number(stored.classes),
    includeTop: stored.includeTop === true,
    pooling: stored.pooling as ShuffleNetSettings['pooling'],
    inputShape: list(stored.inputShape).map((dim) => (dim === null ? null : Number(dim))) as Shape,
    slices: stored.slices === 'last' ? 'last' : 'own',
    revision: revisionOf(asRecord(stored.revision)),
  };
  return usable(settings) ? settings : undefined;
}

function revisionOf(stored: Readonly<Record<string, unknown>> | undefined): Revision {
  if (stored === undefined) return ARTICLE_REVISION;
  return {
    convBias: stored.convBias === true,
    firstGconv2Grouped: stored.firstGconv2Grouped === true,
    bottleneckFrom: stored.bottleneckFrom === 'out-in' ? 'out-in' : 'out',
  };
}

function usable(settings: ShuffleNetSettings): boolean {
  try {
    checkSettings(settings);
    return true;
  } catch {
    return false;
  }
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
