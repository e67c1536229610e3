// Keras's HDF5 layout of 2016 to today (`save_weights('x.h5')`, `save('x.h5')`): layers listed in `layer_names`,
// each a group with `weight_names`, each weight a dataset below it. '/' in names makes paths: never walk the groups.
import { plural, printable } from '../core/text.js';
import type { Note } from '../core/weights.js';
import type { Checkpoint, CheckpointLayer, CheckpointWeight } from './checkpoint.js';
import { FileTooLargeError, LinkRefusedError } from './errors.js';
import type { Hdf5File } from './hdf5.js';
import { roleInName } from './roles.js';

/** Most layers or weights of one file: a hundred times the largest networks published in Keras. */
const MAX_NAMES = 200_000;
/** Chunks of a name list (`layer_names0`, …): each holds 64 kB, so this many hold more than `MAX_NAMES` names. */
const MAX_CHUNKS = 1000;

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
  const layers = [...new Set(names)].map((name) => readLayer(file, root, name));
  if (layers.length < names.length) notes.push(duplicateNote(names));
  notes.push(...groupNotes(file, root, names));
  const topLevel = readLayer(file, root, 'top_level_model_weights');
  const version = text(file, root, 'keras_version');
  const backend = text(file, root, 'backend');
  return {
    container: root === '' ? 'keras-hdf5-weights' : 'keras-hdf5-model',
    ...(version !== undefined && { kerasVersion: version }),
    ...(backend !== undefined && { backend }),
    layers: topLevel.weights.length > 0 ? [...layers, topLevel] : layers,
    ...readConfig(file, notes),
    notes,
    close: () => file.close(),
  };
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

function readLayer(file: Hdf5File, root: string, name: string): CheckpointLayer {
  const path = `${root}/${name}`;
  if (file.listsNothing(path, 'weight_names') || file.kind(path) !== 'group') return { name, weights: [] };
  const names = readNames(file, path, 'weight_names') ?? [];
  return { name, weights: names.map((weight) => readWeight(file, path, weight)) };
}

/** Layers that are listed and have no group: their weights, if they had any, are lost. */
function groupNotes(file: Hdf5File, root: string, names: readonly string[]): Note[] {
  return [...new Set(names)].flatMap((name) => {
    if (file.listsNothing(`${root}/${name}`, 'weight_names')) return [];
    const kind = file.kind(`${root}/${name}`);
    if (kind === 'group') return [];
    const found = {
      missing: 'nothing is there',
      dataset: 'a dataset is there',
      link: 'a link is there, which is not followed',
    }[kind];
    return [
      { id: 'layer-without-group', text: `The layer "${printable(name)}" is listed, but has no group: ${found}.` },
    ];
  });
}

function readWeight(file: Hdf5File, layerPath: string, name: string): CheckpointWeight {
  const path = `${layerPath}/${name}`;
  return { name, role: roleInName(name), ...file.describe(path), read: async () => file.read(path) };
}

function duplicateNote(names: readonly string[]): Note {
  const repeated = names.filter((name, at) => names.indexOf(name) !== at);
  return {
    id: 'duplicate-layer-name',
    text: `${plural(repeated.length, 'layer name')} listed more than once, the first "${printable(repeated[0]!)}"; each is read once.`,
  };
}

/** The architecture, parsed as data. What cannot be parsed is a note: the weights are what matters. */
function readConfig(file: Hdf5File, notes: Note[]): Pick<Checkpoint, 'modelConfig'> {
  const json = file.strings('/', 'model_config')?.[0];
  if (json === undefined) return {};
  try {
    return { modelConfig: JSON.parse(json) as unknown };
  } catch (error) {
    notes.push({
      id: 'unreadable-config',
      text: `model_config is no JSON (${printable(String(error))}); it is left aside.`,
    });
    return {};
  }
}
