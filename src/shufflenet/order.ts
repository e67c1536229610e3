// Mapping by order, for files that lost their layers' names: the n-th convolution of the file is the n-th of the
// network. Only when the user asks for it; every shape is checked afterwards as always.
import type { Checkpoint, CheckpointLayer } from '../checkpoint/checkpoint.js';
import { plural } from '../core/text.js';
import { buildNetwork } from './build.js';
import type { FileLayer, FileLayers, PlacedLayer } from './file-layers.js';
import { NotShuffleNetError, OrderMismatchError } from './load-errors.js';
import { NAMING_SCHEMES, recognise } from './names.js';
import { type LayersByClass, observeOrder, type WeightedClass } from './observe-order.js';
import { DEFAULT_SETTINGS } from './settings.js';

/** Names the file's weighted layers by their order within each class. Throws when the numbers do not fit any network. */
export function readByOrder(checkpoint: Checkpoint): FileLayers {
  const byClass = sortByClass(checkpoint.layers);
  const shape = observeOrder(byClass);
  if (shape === undefined) throw new NotShuffleNetError(checkpoint, emptyLayers());
  const placed = new Map<string, PlacedLayer>();
  const expected = expectedNames(shape.numShuffleUnits, shape.groups, byClass.dense.length > 0);
  for (const kind of ['conv', 'depthwise', 'normalization', 'dense'] as const) {
    if (expected[kind].length !== byClass[kind].length)
      throw new OrderMismatchError(kind, byClass[kind].length, expected[kind].length);
    expected[kind].forEach((articleName, i) => {
      const { place } = recognise(articleName, NAMING_SCHEMES[0]!)!;
      placed.set(articleName, { ...byClass[kind][i]!, articleName, place });
    });
  }
  const text = `The layers' names were not used: ${plural(placed.size, 'layer')} mapped by their order within each class, as asked.`;
  return { ...emptyLayers(), placed, notes: [{ id: 'mapped-by-order', text }] };
}

function emptyLayers(): FileLayers {
  return { scheme: NAMING_SCHEMES[0]!, placed: new Map(), others: [], fileName: (name) => name, notes: [] };
}

/** The class of a layer that has weights in the article's network, as the file tells it or by its automatic name. */
function classOf({ name, className }: Pick<CheckpointLayer, 'name' | 'className'>): WeightedClass | undefined {
  const told = (className ?? name.slice(name.lastIndexOf('/') + 1).replace(/_\d+$/, ''))
    .replaceAll('_', '')
    .toLowerCase();
  const classes: Readonly<Record<string, WeightedClass>> = {
    conv2d: 'conv',
    convolution2d: 'conv',
    depthwiseconv2d: 'depthwise',
    batchnormalization: 'normalization',
    dense: 'dense',
  };
  return classes[told];
}

function sortByClass(layers: readonly CheckpointLayer[]): LayersByClass {
  const sorted: Record<WeightedClass, FileLayer[]> = { conv: [], depthwise: [], normalization: [], dense: [] };
  for (const layer of layers) {
    const kind = layer.weights.length > 0 ? classOf(layer) : undefined;
    if (kind !== undefined) sorted[kind].push({ name: layer.name, weights: layer.weights });
  }
  return sorted;
}

/** The article's names of each class, in the order of the network: read off a network with as many units and groups. */
function expectedNames(
  numShuffleUnits: readonly number[],
  groups: number,
  includeTop: boolean,
): Record<WeightedClass, string[]> {
  const { layers } = buildNetwork({ ...DEFAULT_SETTINGS, numShuffleUnits, groups, includeTop });
  const names: Record<WeightedClass, string[]> = { conv: [], depthwise: [], normalization: [], dense: [] };
  for (const layer of layers) {
    const kind = classOf({ name: layer.name, className: layer.op });
    if (kind !== undefined) names[kind].push(layer.name);
  }
  return names;
}
