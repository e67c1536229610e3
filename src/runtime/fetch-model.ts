// Where a model's bytes and what is said of them come from: a file, a folder, memory.
import { aligned, decodeText } from '../core/bytes.js';
import { isShuffleportError } from '../core/errors.js';
import { type ModelFacts, readConfig } from '../shufflenet/config.js';
import type { ShuffleNetSettings } from '../shufflenet/settings.js';
import { type DownloadOptions, download } from './download.js';
import { SettingsMissingError } from './errors.js';
import { type Address, absolute, asBytes, type Bytes, isAddress, isBytes } from './platform.js';

/** Weights, and what says of what network they are. */
export interface ModelParts {
  /** A `.safetensors` file, or its address. */
  readonly weights: Address | Bytes;
  /** What config.json holds, settings alone, or the address of such a file. Goes before what the weights say. */
  readonly config?: Address | object;
}

/** Where a model is: a `.safetensors` file, a folder with a config.json, the bytes of such a file, or its parts. */
export type ModelSource = Address | Bytes | ModelParts;

type Config = ModelFacts & { readonly settings: ShuffleNetSettings };

/** What was fetched. */
export interface FetchedModel {
  /** For messages: where the weights are from. */
  readonly where: string;
  /** Nobody else has them. */
  readonly bytes: Uint8Array;
  /** What the caller or the folder says. */
  readonly stated: Config | undefined;
  /** What a config.json beside the weights says, where there is one. */
  beside(): Promise<Config | undefined>;
}

/** Throws a `DownloadError`, and a `SettingsMissingError` for a config that says nothing. */
export async function fetchModel(source: ModelSource, options: DownloadOptions): Promise<FetchedModel> {
  if (isBytes(source)) return inMemory(source);
  if (isAddress(source)) {
    const url = absolute(source);
    return pathOf(url).endsWith('.safetensors') ? fetchFile(url, options) : fetchFolder(url, options);
  }
  const { weights, config } = source;
  const stated = config === undefined ? undefined : await statedConfig(config, options);
  return { ...(isBytes(weights) ? inMemory(weights) : await fetchFile(absolute(weights), options)), stated };
}

const inMemory = (bytes: Bytes): FetchedModel => ({
  where: 'the weights',
  // The caller may go on to use theirs; one copy of all takes less time than one of each weight.
  bytes: aligned(asBytes(bytes)),
  stated: undefined,
  beside: async () => undefined,
});

async function fetchFile(url: string, options: DownloadOptions): Promise<FetchedModel> {
  const beside = () => fetchConfig(besideOf(url, 'config.json'), options).catch(noneThere);
  return { where: url, bytes: await download(url, options), stated: undefined, beside };
}

function noneThere(error: unknown): undefined {
  if (isShuffleportError(error, 'Download')) return undefined;
  throw error;
}

async function fetchFolder(url: string, options: DownloadOptions): Promise<FetchedModel> {
  const address = besideOf(pathOf(url).endsWith('/') ? url : `${url}/`, 'config.json');
  const stated = await fetchConfig(address, options);
  const { weights = '' } = stated;
  // A name, and no way out of the folder.
  if (!/^\w[\w.+-]*$/.test(weights)) throw new SettingsMissingError(address, 'no name of a file of weights');
  return { ...(await fetchFile(besideOf(address, weights), options)), stated };
}

async function statedConfig(config: Address | object, options: DownloadOptions): Promise<Config> {
  if (isAddress(config)) return fetchConfig(absolute(config), options);
  return readConfig(config) ?? noSettings('config');
}

async function fetchConfig(url: string, { signal }: DownloadOptions): Promise<Config> {
  const text = decodeText(await download(url, signal && { signal }));
  try {
    return readConfig(JSON.parse(text)) ?? noSettings(url);
  } catch (error) {
    throw error instanceof SyntaxError ? new SettingsMissingError(url, 'text that is no JSON') : error;
  }
}

function noSettings(where: string): never {
  throw new SettingsMissingError(where, 'no settings, or some that no network can be built from');
}

const pathOf = (url: string): string => url.replace(/[?#].*$/s, '');

/** The address of another file in the folder of `url`. */
const besideOf = (url: string, name: string): string => `${pathOf(url).replace(/[^/]*$/, '')}${name}`;
