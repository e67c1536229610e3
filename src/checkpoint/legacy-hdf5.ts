// Keras's HDF5 layout of 2016 to today (`save_weights('x.h5')`, `save('x.h5')`): layers listed in `layer_names`,
// each a group with `weight_names`, each weight a dataset below it. '/' in names makes paths: never walk the groups.
import { plural, printable } from '../core/text.js';
import type { Note } from '../core/weights.js';
import type { Checkpoint, CheckpointLayer } from './checkpoint.js';
import { FileTooLargeError, LinkRefusedError } from './errors.js';
import { type Hdf5File, storedWeight } from './hdf5.js';
import { parseConfig } from './model-config.js';
import { roleInName } from './roles.js';

/** Most layers or weights of one file: a hundred times the largest networks published in Keras. */
const MAX_NAMES = 200_000;
/** Chunks of a name list (`layer_names0`, …): each holds 64 kB, so this many hold more than `MAX_NAMES` names. */
const MAX_CHUNKS = 1000;
/** Group of the weights that belong to no layer. */
const TOP_LEVEL = 'top_level_model_weights';

/** Whether a legacy layout is there, and the group it stands in: `''` for the root. */
export function findLegacyRoot(file: Hdf5File): '' | '/model_weights' | undefined {
  if (hasNames(file, '/')) return '';
  if (file.kind('/model_weights') === 'link') throw new LinkRefusedError('/model_weights', 'a link');
  return file.kind('/model_weights') === 'group' && hasNames(file, '/model_weights') ? '/model_weights' : undefined;
}

const hasNames = (file: Hdf5File, path: string): boolean =>
  (file.strings(path, 'layer_names') ?? file.strings(path, 'layer_names0')) !== undefined;

/** Reads the layer list under `root`; weights are described, their values left in the file. */
export function readLegacy(file: Hdf5File, root: '' | '/model_weights'): Checkpoint {
  const notes: Note[] = [];
  const names = readNames(file, root === '' ? '/' : root, 'layer_names') ?? [];
  const distinct = [...new Set(names)];
  if (distinct.length < names.length) notes.push(duplicateNote(names));
  const layers = distinct.map((name) => readLayer(file, root, name, notes));
  const topLevel = readTopLevel(file, root);
  const version = text(file, root, 'keras_version');
  const backend = text(file, root, 'backend');
  const json = file.strings('/', 'model_config')?.[0];
  const modelConfig = json === undefined ? undefined : parseConfig(json, 'model_config', notes);
  return {
    container: root === '' ? 'keras-hdf5-weights' : 'keras-hdf5-model',
    ...(version !== undefined && { kerasVersion: version }),
    ...(backend !== undefined && { backend }),
    layers: [...layers, ...topLevel],
    ...(modelConfig !== undefined && { modelConfig }),
    notes,
    close: () => file.close(),
  };
}

/** Weights of the model itself, which Keras 2.6 and later keep in a group that is not listed; most models have none. */
function readTopLevel(file: Hdf5File, root: string): CheckpointLayer[] {
  if (file.kind(`${root}/${TOP_LEVEL}`) !== 'group') return [];
  const layer = readLayer(file, root, TOP_LEVEL, []);
  return layer.weights.length > 0 ? [layer] : [];
}

/** An attribute of the weights' group or, as Keras 1.2 wrote it, of the root. */
function text(file: Hdf5File, root: string, name: string): string | undefined {
  return file.strings(root === '' ? '/' : root, name)?.[0] ?? file.strings('/', name)?.[0];
}

/** A list of names, in one attribute or (since Keras 2.1.5, past 64 kB) in `name0`, `name1`, …. */
function readNames(file: Hdf5File, path: string, attribute: string): string[] | undefined {
  const whole = file.strings(path, attribute);
  const names = whole ?? chunks(file, path, attribute);
  if (names !== undefined && names.length > MAX_NAMES) {
    throw new FileTooLargeError(
      path,
      `The list ${attribute} is too long.`,
      plural(names.length, 'name'),
      `at most ${MAX_NAMES}`,
    );
  }
  return names;
}

function chunks(file: Hdf5File, path: string, attribute: string): string[] | undefined {
  const parts: string[][] = [];
  while (parts.length < MAX_CHUNKS) {
    const part = file.strings(path, `${attribute}${parts.length}`);
    if (part === undefined) break;
    parts.push(part);
  }
  return parts.length === 0 ? undefined : parts.flat();
}

/** A layer that is listed and has no group is noted: its weights, if it had any, are lost. */
function readLayer(file: Hdf5File, root: string, name: string, notes: Note[]): CheckpointLayer {
  const path = `${root}/${name}`;
  const describe = (weight: string) => storedWeight(file, `${path}/${weight}`, weight, roleInName(weight));
  const guessed = file.guessStrings(path, 'weight_names')?.map(describe);
  // What lies below it proves the group.
  if (guessed?.every(({ fault }) => fault === undefined)) return { name, weights: guessed };
  const kind = file.kind(path);
  if (kind !== 'group') {
    notes.push({
      id: 'layer-without-group',
      text: `The layer "${printable(name)}" is listed, but has no group: ${INSTEAD[kind]}.`,
    });
    return { name, weights: [] };
  }
  const names = readNames(file, path, 'weight_names') ?? [];
  return { name, weights: names.map(describe) };
}

const INSTEAD = {
  missing: 'nothing is there',
  dataset: 'a dataset is there',
  link: 'a link is there, which is not followed',
} as const;

function duplicateNote(names: readonly string[]): Note {
  const repeated = names.filter((name, at) => names.indexOf(name) !== at);
  return {
    id: 'duplicate-layer-name',
    text: `${plural(repeated.length, 'layer name')} listed more than once, the first "${printable(repeated[0]!)}"; each is read once.`,
  };
}
