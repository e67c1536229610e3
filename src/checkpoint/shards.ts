// Sharded weights, opened by their index: every shard beside it is a v3 store with some of the layers, or some of a
// layer's variables. Read shard-index.ts and v3-store.ts first.
import { isShuffleportError } from '../core/errors.js';
import { plural, printable } from '../core/text.js';
import type { Checkpoint } from './checkpoint.js';
import { MissingShardError, NotKerasError, ShardMismatchError, UnknownFormatError } from './errors.js';
import { type Hdf5File, openHdf5 } from './hdf5.js';
import { parseShardIndex, type ShardIndex } from './shard-index.js';
import { sniff } from './sniff.js';
import type { Source } from './source.js';
import { type Store, walkStore } from './store-walk.js';
import { isStore, readStore } from './v3-store.js';

/** An open shard. */
interface Shard {
  /** Base name, as the index has it. */
  readonly name: string;
  readonly file: Hdf5File;
}

/**
 * Opens the shards that an index lists, as one checkpoint; closing it closes them all. Throws what `parseShardIndex`
 * throws, `MissingShardError`, `ShardMismatchError`, and what is wrong with a shard itself.
 */
export async function openShards(bytes: Uint8Array, source: Source, where: string): Promise<Checkpoint> {
  const index = parseShardIndex(bytes, where);
  const shards: Shard[] = [];
  try {
    for (const name of index.shards) shards.push({ name, file: await openShard(name, index, source, where) });
    if (!shards.some(({ file }) => isStore(file))) throw noStore(shards, where);
    return { ...readStore(checkedStores(shards, index, where)), container: 'keras-v3-sharded' };
  } catch (error) {
    for (const { file } of shards) file.close();
    throw error;
  }
}

async function openShard(name: string, { shards }: ShardIndex, source: Source, where: string): Promise<Hdf5File> {
  const bytes = await shardBytes(name, source, where);
  const of = `${printable(name)}, shard ${shards.indexOf(name) + 1} of ${shards.length} in ${where}`;
  const format = sniff(bytes, of);
  if (format === 'hdf5') return openHdf5(bytes, of);
  throw new UnknownFormatError(
    of,
    `${format}, where the index lists an HDF5 file`,
    'copy the index and all its shards again',
  );
}

async function shardBytes(name: string, source: Source, where: string): Promise<Uint8Array> {
  if (source.sibling === undefined) throw new MissingShardError(where, name, 'only the index was given');
  try {
    return await (await source.sibling(name)).bytes();
  } catch (error) {
    throw new MissingShardError(where, name, reasonOf(error), { cause: error });
  }
}

function reasonOf(error: unknown): string {
  if (!isShuffleportError(error)) return printable(error instanceof Error ? error.message : String(error));
  const { what, found } = error.explanation;
  return found === undefined ? what : `${what.replace(/\.$/, '')} (${found})`;
}

function noStore(shards: readonly Shard[], where: string): NotKerasError {
  const members = [...new Set(shards.flatMap(({ file }) => file.members('/')))];
  const what = `an index of ${plural(shards.length, 'HDF5 file')}`;
  return new NotKerasError(where, what, members, 'a group layers in one of the shards');
}

/** The shards with their groups; each has what the index says of it, and nothing is in two of them. */
function checkedStores(shards: readonly Shard[], { places }: ShardIndex, where: string): Store[] {
  const files = new Map(shards.map(({ name, file }) => [name, file]));
  for (const [path, names] of places) {
    for (const name of names) {
      if (hasMembers(files.get(name)!, path)) continue;
      throw new ShardMismatchError(where, name, path, 'none of its variables', 'variables, as the index lists');
    }
  }
  const seen = new Set<string>();
  return shards.map(({ name, file }) => {
    const store = walkStore(file);
    checkListed(store, name, places, seen, where);
    return store;
  });
}

const hasMembers = (file: Hdf5File, path: string): boolean =>
  file.kind(path) === 'group' && file.members(path).length > 0;

function checkListed(
  { groups }: Store,
  shard: string,
  places: ShardIndex['places'],
  seen: Set<string>,
  where: string,
): void {
  for (const { path, variables } of groups) {
    const vars = `${path}/vars`;
    if (variables.length > 0 && !places.get(vars)?.includes(shard)) {
      throw new ShardMismatchError(where, shard, vars, plural(variables.length, 'variable'), 'none, by the index');
    }
    for (const variable of variables) {
      const at = `${vars}/${variable}`;
      if (seen.has(at)) throw new ShardMismatchError(where, shard, at, 'it is in two shards', 'in one of them only');
      seen.add(at);
    }
  }
}
