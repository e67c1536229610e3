// config.json, which lies beside weights that a page runs: the settings, and what else a page wants to know of a model.
import { asRecord } from '../core/json.js';
import { RECIPES, type Recipe } from '../image/recipes.js';
import { METADATA_VERSION, type SettingsRecord, settingsFromMetadata, settingsRecord } from './metadata.js';
import type { ShuffleNetSettings } from './settings.js';

/** What a page wants to know beside the settings. */
export interface ModelFacts {
  /** The name of the file of weights, beside this one. */
  readonly weights?: string;
  /** What was done to pixel values in training. */
  readonly preprocess?: Recipe;
  /** Names of the classes, in order. */
  readonly labels?: readonly string[];
}

/** What config.json holds. */
export type ConfigRecord = SettingsRecord & ModelFacts;

/** The record for a model with these settings. */
export function configRecord(settings: ShuffleNetSettings, facts: ModelFacts): ConfigRecord {
  return { ...settingsRecord(settings), ...facts };
}

/** What a config says: a record, or settings alone. Nothing where no network can be built from it. */
export function readConfig(value: unknown): (ModelFacts & { readonly settings: ShuffleNetSettings }) | undefined {
  const record = asRecord(value);
  if (record === undefined) return undefined;
  const alone = { version: METADATA_VERSION, network: 'ShuffleNet v1', settings: record };
  const settings = settingsFromMetadata('settings' in record ? record : alone);
  return settings && { settings, ...factsOf(record) };
}

function factsOf({ weights, preprocess, labels }: Readonly<Record<string, unknown>>): ModelFacts {
  const recipe = RECIPES.find((name) => name === preprocess);
  return {
    ...(typeof weights === 'string' && { weights }),
    ...(recipe !== undefined && { preprocess: recipe }),
    ...(Array.isArray(labels) && { labels: labels.map(String) }),
  };
}
