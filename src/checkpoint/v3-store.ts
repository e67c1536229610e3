// Keras's v3 store (`.weights.h5`, inside `.keras`, and in shards): variables under `layers/<class>[_k]/vars/<i>`,
// numbered in the order trainable, then not. From Keras 3.6 on each `vars` carries its layer's name; before, only a
// config tells. store-walk.ts finds the groups.
import { plural, printable } from '../core/text.js';
import type { Note } from '../core/weights.js';
import type { Checkpoint, CheckpointLayer, CheckpointWeight } from './checkpoint.js';
import { type Hdf5File, storedWeight } from './hdf5.js';
import { byPath, type Store, split } from './store-walk.js';
import { alwaysHasVariables, variableRole } from './variable-roles.js';

/** Groups that hold layers: Keras 2.15 and 3, and Keras 2.12 to 2.14. */
const LAYER_GROUPS: readonly string[] = ['layers', '_layer_checkpoint_dependencies'];

/** Whether the file is a v3 store. */
export function isStore(file: Hdf5File): boolean {
  return LAYER_GROUPS.some((name) => file.kind(`/${name}`) === 'group');
}

/** Whether a path leads to a layer of the model itself: not to a part of one, nor into a model in the model. */
export function isLayerPath(path: string): boolean {
  const [root, group, name, ...below] = path.split('/');
  return root === '' && LAYER_GROUPS.includes(group ?? '') && name !== undefined && below.length === 0;
}

/** What the architecture in a `.keras` zip says of a layer. */
export interface StoreLayerConfig {
  readonly name: string;
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/**
 * Reads the layers of a store, which is one file or several shards; `configOf` finds what the architecture says of
 * each, where there is one. Closing the checkpoint closes the files.
 */
export function readStore(
  stores: readonly Store[],
  configOf: (groups: readonly string[]) => ReadonlyMap<string, StoreLayerConfig> = () => new Map(),
): Checkpoint {
  const parts = partsByPath(stores);
  const configs = configOf([...parts.keys()]);
  const layers = new Map<string, StoreLayer>();
  for (const [path, stored] of parts) {
    const parent = layers.get(path.slice(0, path.lastIndexOf('/')));
    layers.set(path, readLayer(path, stored, configs.get(path), parent));
  }
  const weighted = [...layers.values()].filter(({ layer }) => layer.weights.length > 0);
  const nameless = weighted.filter(({ named }) => !named).length;
  const lone = stores.length === 1 ? loneShardNote(layers) : [];
  return {
    container: 'keras-v3-weights',
    named: weighted.length > 0 && nameless === 0,
    layers: Array.from(layers.values(), ({ layer }) => layer),
    notes: [...(lone.length > 0 ? lone : namelessNote(nameless)), ...optimizerNote(stores)],
    close: () => stores.forEach(({ file }) => void file.close()),
  };
}

/** A group as one file has it. */
interface Part {
  readonly file: Hdf5File;
  readonly variables: readonly string[];
}

/** The groups of all files, each with the files that have it. */
function partsByPath(stores: readonly Store[]): Map<string, Part[]> {
  const found = new Map<string, Part[]>();
  for (const { file, groups } of stores) {
    for (const { path, variables } of groups) {
      const parts = found.get(path);
      if (parts === undefined) found.set(path, [{ file, variables }]);
      else parts.push({ file, variables });
    }
  }
  return stores.length === 1 ? found : new Map([...found].sort(([a], [b]) => byPath(a, b)));
}

interface StoreLayer {
  readonly layer: CheckpointLayer;
  /** Whether its name is known, from the file or otherwise. */
  readonly named: boolean;
  /** Whether the file states its name. */
  readonly stated: boolean;
  /** Whether its variables are numbered from 0 without a gap. */
  readonly whole: boolean;
}

/** A part of a layer (`lstm/cell`, `dropout/seed_generator`) without a name of its own goes by its layer's. */
function readLayer(
  path: string,
  parts: readonly Part[],
  config: StoreLayerConfig | undefined,
  parent: StoreLayer | undefined,
): StoreLayer {
  const group = path.slice(path.lastIndexOf('/') + 1);
  const inParent = parent?.named ? `${parent.layer.name}/${group}` : undefined;
  // A layer that begins a shard left its name in the shard before.
  const stated = first(parts, ({ file }) => file.strings(`${path}/vars`, 'name')?.[0]);
  const name = stated ?? config?.name ?? inParent;
  const className = config?.className ?? split(group)[0];
  const variables = parts
    .flatMap(({ file, variables }) => variables.map((index) => ({ file, index })))
    .sort((a, b) => Number(a.index) - Number(b.index));
  const count = countOf(variables.map(({ index }) => index));
  const weights = variables.map(({ file, index }): CheckpointWeight => {
    const at = `${path}/vars/${index}`;
    const role = variableRole(className, Number(index), count, config?.config);
    return storedWeight(file, at, at.slice(1), role);
  });
  return {
    layer: { name: name ?? path.slice(1), className, weights },
    named: name !== undefined,
    stated: stated !== undefined,
    whole: count === variables.length,
  };
}

/** How many variables a layer has, by the number of its last: those before may be in another shard. */
function countOf(indices: readonly string[]): number {
  const last = Number(indices.at(-1));
  return Number.isInteger(last) ? last + 1 : indices.length;
}

function first<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * One shard opened alone says so nowhere, but shows it where it was cut: variables that do not begin with number 0, a
 * layer whose variables are all in the next shard, or one whose name is in the shard before.
 */
function loneShardNote(layers: ReadonlyMap<string, StoreLayer>): Note[] {
  const own = [...layers].filter(([path]) => isLayerPath(path));
  const someStated = own.some(([, { stated }]) => stated);
  const cut = own.find(([, { layer, stated, whole }]) => {
    const empty = layer.weights.length === 0 && alwaysHasVariables(layer.className!);
    return !whole || (someStated && (!stated || empty));
  });
  if (cut === undefined) return [];
  const text = `This looks like one shard of weights that were saved in several files: a part of "${printable(cut[0].slice(1))}" is missing. Open the index beside the shards, the .weights.json, in its place.`;
  return [{ id: 'lone-shard', text }];
}

function namelessNote(count: number): Note[] {
  if (count === 0) return [];
  const text = `${plural(count, 'layer')} without a name: this file was written before Keras 3.6, which keeps no names in it. Their paths are shown instead.`;
  return [{ id: 'no-layer-names', text }];
}

function optimizerNote(stores: readonly Store[]): Note[] {
  if (!stores.some(({ file }) => file.kind('/optimizer') === 'group')) return [];
  return [{ id: 'optimizer', text: "The optimizer's state is in the file too; it is left aside." }];
}
