// Keras's v3 store (`.weights.h5`, and inside `.keras`): variables under `layers/<class>[_k]/vars/<i>`, numbered in
// the order trainable, then not. From Keras 3.6 on each `vars` carries its layer's name; before, only a config tells.
import { plural } from '../core/text.js';
import type { Note } from '../core/weights.js';
import type { Checkpoint, CheckpointLayer, CheckpointWeight } from './checkpoint.js';
import { FileTooLargeError } from './errors.js';
import { type Hdf5File, storedWeight } from './hdf5.js';
import { variableRole } from './variable-roles.js';

/** Groups that hold layers: Keras 2.15 and 3, and Keras 2.12 to 2.14. */
export const LAYER_GROUPS: readonly string[] = ['layers', '_layer_checkpoint_dependencies'];
/** Models in models, each two groups deep; deeper is a circle of hard links. */
const MAX_DEPTH = 34;
/** Most groups of one file: about three a layer, so some thousands of layers. */
const MAX_GROUPS = 20_000;

/** Whether the file is a v3 store. */
export function isStore(file: Hdf5File): boolean {
  return LAYER_GROUPS.some((name) => file.kind(`/${name}`) === 'group');
}

/** What the architecture in a `.keras` zip says of a layer. */
export interface StoreLayerConfig {
  readonly name: string;
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Reads the layers of a store; `configOf` finds what the architecture says of each, where there is one. */
export function readStore(
  file: Hdf5File,
  configOf: (groups: readonly string[]) => ReadonlyMap<string, StoreLayerConfig> = () => new Map(),
): Checkpoint {
  const paths = [...layerPaths(file)];
  const configs = configOf(paths);
  const layers = new Map<string, StoreLayer>();
  for (const path of paths) {
    const parent = layers.get(path.slice(0, path.lastIndexOf('/')));
    layers.set(path, readLayer(file, path, configs.get(path), parent));
  }
  const weighted = [...layers.values()].filter(({ layer }) => layer.weights.length > 0);
  const named = weighted.length > 0 && weighted.every((layer) => layer.named);
  return {
    container: 'keras-v3-weights',
    named,
    layers: [...layers.values()].map(({ layer }) => layer),
    notes: [...namelessNote(weighted.filter((layer) => !layer.named).length), ...optimizerNote(file)],
    close: () => file.close(),
  };
}

/** Every group that has `vars`, depth first, siblings in the order of their numbers; the optimizer's are left aside. */
function* layerPaths(file: Hdf5File, at = '', seen = { groups: 0 }): Generator<string> {
  const depth = at.split('/').length;
  if (depth > MAX_DEPTH || ++seen.groups > MAX_GROUPS) {
    const found = depth > MAX_DEPTH ? `${depth} groups in one another` : `more than ${MAX_GROUPS} groups`;
    throw new FileTooLargeError(
      at,
      'The groups are nested too deep or too many (a hard link may lead in a circle).',
      found,
      'less',
    );
  }
  for (const name of file.members(at === '' ? '/' : at).sort(byNumber)) {
    const path = `${at}/${name}`;
    if (name === 'vars' || path === '/optimizer' || file.kind(path) !== 'group') continue;
    if (file.kind(`${path}/vars`) === 'group') yield path;
    yield* layerPaths(file, path, seen);
  }
}

/** `conv2d`, `conv2d_1`, …, `conv2d_10`: the class, then its number. */
function byNumber(a: string, b: string): number {
  const [classA, numberA] = split(a);
  const [classB, numberB] = split(b);
  return classA < classB ? -1 : classA > classB ? 1 : numberA - numberB;
}

/** A group's class and number: `conv2d_10` is the eleventh `conv2d`. */
export function split(group: string): [className: string, number: number] {
  const match = /^(.*?)_(\d{1,6})$/.exec(group);
  return match === null ? [group, 0] : [match[1]!, Number(match[2])];
}

interface StoreLayer {
  readonly layer: CheckpointLayer;
  readonly named: boolean;
}

/** A part of a layer (`lstm/cell`, `dropout/seed_generator`) without a name of its own goes by its layer's. */
function readLayer(
  file: Hdf5File,
  path: string,
  config: StoreLayerConfig | undefined,
  parent: StoreLayer | undefined,
): StoreLayer {
  const vars = `${path}/vars`;
  const part = parent === undefined ? undefined : `${parent.layer.name}/${path.slice(path.lastIndexOf('/') + 1)}`;
  const stated = file.strings(vars, 'name')?.[0] ?? config?.name ?? (parent?.named ? part : undefined);
  const className = config?.className ?? split(path.slice(path.lastIndexOf('/') + 1))[0];
  const indices = file.members(vars).sort((a, b) => Number(a) - Number(b));
  const weights = indices.map((index): CheckpointWeight => {
    const at = `${vars}/${index}`;
    const role = variableRole(className, Number(index), indices.length, config?.config);
    return storedWeight(file, at, at.slice(1), role);
  });
  return { layer: { name: stated ?? path.slice(1), className, weights }, named: stated !== undefined };
}

function namelessNote(count: number): Note[] {
  if (count === 0) return [];
  const text = `${plural(count, 'layer')} without a name: this file was written before Keras 3.6, which keeps no names in it. Their paths are shown instead.`;
  return [{ id: 'no-layer-names', text }];
}

function optimizerNote(file: Hdf5File): Note[] {
  if (file.kind('/optimizer') !== 'group') return [];
  return [{ id: 'optimizer', text: "The optimizer's state is in the file too; it is left aside." }];
}
