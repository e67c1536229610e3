// Address or bytes -> a model that runs. Read first in this room; then fetch-model.ts, bind.ts, plans.ts, model.ts.
import { printable } from '../core/text.js';
import { readSafetensors } from '../formats/safetensors.js';
import { readConfig } from '../shufflenet/config.js';
import { bindByName } from './bind.js';
import type { DownloadOptions } from './download.js';
import { SettingsMissingError } from './errors.js';
import { fetchModel, type ModelSource } from './fetch-model.js';
import { type PlanOptions, type RuntimeModel, runtimeModel } from './model.js';

/** How a model is downloaded and its engine made. */
export interface RuntimeOptions extends DownloadOptions, PlanOptions {}

/**
 * Downloads and checks the model, and makes it ready to run. Throws a `DownloadError`, what a damaged file gives
 * (`FormatSignatureError`, `TruncatedFileError`, …), a `SettingsMissingError`, or a `LoadError` with the full report.
 */
export async function loadModel(source: ModelSource, options: RuntimeOptions = {}): Promise<RuntimeModel> {
  const { signal, onProgress, ...planned } = options;
  const watched = { ...(signal && { signal }), ...(onProgress && { onProgress }) };
  const { where, bytes, stated, beside } = await fetchModel(source, watched);
  const file = readSafetensors(bytes, printable(where));
  const config = stated ?? ownConfig(file.metadata.shuffleport) ?? (await beside());
  if (config === undefined) throw new SettingsMissingError(where, 'none, or some that no network can be built from');
  return runtimeModel(bindByName(file, config.settings), config, planned);
}

/** What the weights say themselves. */
function ownConfig(json: string | undefined): ReturnType<typeof readConfig> {
  try {
    return json === undefined ? undefined : readConfig(JSON.parse(json));
  } catch {
    return undefined;
  }
}
