// The `.keras` zip: `config.json` (read as data, nothing in it is run), `metadata.json` and `model.weights.h5`.
import { decodeText } from '../core/bytes.js';
import { asRecord } from '../core/json.js';
import type { Note } from '../core/weights.js';
import type { ZipEntry } from '../formats/zip.js';
import type { Checkpoint, CheckpointLayer } from './checkpoint.js';
import { NotKerasError } from './errors.js';
import { openHdf5 } from './hdf5.js';
import { type ConfigLayer, type ConfigNode, configLayers, configTree, parseConfig } from './model-config.js';
import { snakeCase } from './snake-case.js';
import { split, walkStore } from './store-walk.js';
import { isLayerPath, isStore, readStore, type StoreLayerConfig } from './v3-store.js';

/** Whether a zip with these members is Keras's. */
export function isKerasZip(members: readonly string[]): boolean {
  return members.includes('config.json') && members.includes('model.weights.h5');
}

/** Opens a `.keras` zip by its three known members; no other is looked at, and nothing is unpacked to disk. */
export async function readKerasZip(entries: readonly ZipEntry[], where: string): Promise<Checkpoint> {
  const member = (name: string): ZipEntry | undefined => entries.find((entry) => entry.name === name);
  const notes: Note[] = [];
  const config = parse(member('config.json'), notes);
  const metadata = asRecord(parse(member('metadata.json'), notes));
  const file = await openHdf5(member('model.weights.h5')!.read(), `${where}, member "model.weights.h5"`);
  try {
    if (!isStore(file))
      throw new NotKerasError(where, 'a .keras zip', file.members('/'), 'a group layers in model.weights.h5');
    const store = readStore([walkStore(file)], (paths) => configsByPath(paths, configTree(config)));
    const version = metadata?.keras_version;
    return {
      ...store,
      layers: inModelOrder(store.layers, configLayers(config)),
      container: 'keras-v3-zip',
      ...(typeof version === 'string' && { kerasVersion: version }),
      ...(metadata?.shuffleport !== undefined && { metadata: metadata.shuffleport }),
      ...(config !== undefined && { modelConfig: config }),
      notes: [...notes, ...store.notes],
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** The store lists layers by class; the architecture knows their order. */
function inModelOrder(layers: readonly CheckpointLayer[], config: readonly ConfigLayer[]): CheckpointLayer[] {
  const order = new Map(config.map(({ name }, i) => [name, i]));
  const place = ({ name }: CheckpointLayer): number => order.get(name) ?? order.size;
  return [...layers].sort((a, b) => place(a) - place(b));
}

function parse(entry: ZipEntry | undefined, notes: Note[]): unknown {
  return entry === undefined ? undefined : parseConfig(decodeText(entry.read()), entry.name, notes);
}

/**
 * The architecture's layer for each group. Keras numbers the layers of each class in the model's order, so the n-th
 * group of a class is the n-th such layer (2.12 and 2.13 left numbers out, never changed the order). Where the counts
 * differ, nothing is matched. Parts of a layer (`scaling/conv2d`) are no layers, whatever their names.
 */
function configsByPath(paths: readonly string[], layers: readonly ConfigNode[]): Map<string, StoreLayerConfig> {
  const found = new Map<string, StoreLayerConfig>();
  for (const [className, members] of pathsByClass(paths.filter(isLayerPath))) {
    const sameClass = layers.filter((layer) => snakeCase(layer.className) === className);
    if (sameClass.length !== members.length) continue;
    members.forEach((path, i) => {
      const layer = sameClass[i]!;
      found.set(path, layer);
      if (layer.layers.length === 0) return;
      const inner = paths.filter((other) => other.startsWith(`${path}/`)).map((other) => other.slice(path.length));
      for (const [below, config] of configsByPath(inner, layer.layers)) found.set(path + below, config);
    });
  }
  return found;
}

function pathsByClass(paths: readonly string[]): Map<string, string[]> {
  const classes = new Map<string, string[]>();
  for (const path of paths) {
    const [className] = split(path.slice(path.lastIndexOf('/') + 1));
    const members = classes.get(className);
    if (members === undefined) classes.set(className, [path]);
    else members.push(path);
  }
  return classes;
}
