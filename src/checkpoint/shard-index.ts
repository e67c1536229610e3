// The index of sharded weights (`x.weights.json`, Keras 3.10 and later): which shard beside it has which layer's
// variables. Keras's own reader and writer is `ShardedH5IOStore` in keras/src/saving/saving_lib.py.
import { decodeText } from '../core/bytes.js';
import { asRecord, parseJson } from '../core/json.js';
import { formatBytes, plural, printable } from '../core/text.js';
import { FileTooLargeError, ShardIndexError, ShardNameError, UnknownFormatError } from './errors.js';

/** Largest index: a line a layer, so a hundred thousand layers of long names. */
const MAX_INDEX_BYTES = 16 * 1024 * 1024;
/** Most shards. Keras is told to cut at some gigabytes; this leaves room for small cuts, and bounds the open files. */
const MAX_SHARDS = 1000;
/** Longest path of a group: models in models, some thirty names of classes. */
const MAX_PATH_LENGTH = 4096;

/** What an index says. */
export interface ShardIndex {
  /** Base names, in the order in which they first occur. */
  readonly shards: readonly string[];
  /** `/layers/conv2d/vars` -> the shards that have its variables, one at least. */
  readonly places: ReadonlyMap<string, readonly string[]>;
}

/**
 * Reads an index. Throws `UnknownFormatError` for JSON that is none, `ShardIndexError` for a malformed one,
 * `ShardNameError` for a shard that is not named by its base name alone, `FileTooLargeError` past the limits.
 */
export function parseShardIndex(bytes: Uint8Array, where: string): ShardIndex {
  const places = new Map<string, readonly string[]>();
  for (const [path, value] of Object.entries(weightMap(bytes, where))) {
    if (!isVariablesPath(path)) throw new ShardIndexError(where, `"${printable(path)}", which is no path of variables`);
    const shards: unknown[] = Array.isArray(value) ? value : [value];
    if (shards.length === 0 || !shards.every((shard) => typeof shard === 'string')) {
      throw new ShardIndexError(where, `for "${printable(path)}", ${printable(JSON.stringify(value))}`);
    }
    places.set(path, shards);
  }
  const shards = [...new Set([...places.values()].flat())];
  checkShards(shards, where);
  return { shards, places };
}

const isVariablesPath = (path: string): boolean =>
  path.length <= MAX_PATH_LENGTH && path.endsWith('/vars') && path.startsWith('/') && !path.includes('//');

function weightMap(bytes: Uint8Array, where: string): Readonly<Record<string, unknown>> {
  if (bytes.length > MAX_INDEX_BYTES) {
    const expected = `an index of shards (.weights.json) of at most ${formatBytes(MAX_INDEX_BYTES)}`;
    throw new FileTooLargeError(where, 'The JSON file is too large.', formatBytes(bytes.length), expected);
  }
  const index = asRecord(parse(bytes, where));
  if (index === undefined || !('weight_map' in index)) throw new UnknownFormatError(where, 'a JSON file');
  const map = asRecord(index.weight_map);
  if (map === undefined) throw new ShardIndexError(where, `weight_map: ${printable(JSON.stringify(index.weight_map))}`);
  return map;
}

function parse(bytes: Uint8Array, where: string): unknown {
  try {
    return parseJson(decodeText(bytes));
  } catch (error) {
    throw new UnknownFormatError(where, `text that begins as JSON does, and is none (${printable(String(error))})`);
  }
}

function checkShards(shards: readonly string[], where: string): void {
  if (shards.length === 0) throw new ShardIndexError(where, 'no layer in it');
  const elsewhere = shards.find((shard) => !isBaseName(shard));
  if (elsewhere !== undefined) throw new ShardNameError(where, elsewhere);
  if (shards.length > MAX_SHARDS) {
    throw new FileTooLargeError(
      where,
      'The index lists too many shards.',
      plural(shards.length, 'shard'),
      `at most ${MAX_SHARDS}`,
    );
  }
}

/** Whether a name leads to a file in the same folder, on any system: no separator, no way up, no control character. */
function isBaseName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused here
  return name !== '' && name !== '.' && name !== '..' && !/[/\\\u0000-\u001f]/.test(name);
}
