// Mapping by order, for files that lost their layers' names: the n-th convolution of the file is the n-th of the
// network. Only when the user asks for it; every shape is checked afterwards as always.
import type { Checkpoint, CheckpointLayer } from '../checkpoint/checkpoint.js';
import { plural } from '../core/text.js';
import type { FileLayer, FileLayers, PlacedLayer } from './file-layers.js';
import { NotShuffleNetError, OrderMismatchError } from './load-errors.js';
import { NAMING_SCHEMES, recognise } from './names.js';
import { type LayersByClass, observeOrder, type WeightedClass } from './observe-order.js';

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

/** Whether a layer's names look like Keras's automatic ones, and its class. */
function classOf({ name, className }: CheckpointLayer): WeightedClass | undefined {
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

/** The article's names of each class, in the order in which the article creates the layers. */
function expectedNames(units: readonly number[], groups: number, top: boolean): Record<WeightedClass, string[]> {
  const names: Record<WeightedClass, string[]> = {
    conv: ['conv1'],
    depthwise: [],
    normalization: [],
    dense: top ? ['fc'] : [],
  };
  units.forEach((repeat, stage) => {
    for (let block = 1; block <= repeat + 1; block++) {
      const prefix = `stage${stage + 2}/block${block}`;
      const parts = stage === 0 && block === 1 ? 1 : groups;
      for (const k of [1, 2]) {
        const name = `${prefix}/1x1_gconv_${k}`;
        names.conv.push(...(parts === 1 ? [name] : Array.from({ length: parts }, (_, g) => `${name}_/g${g}`)));
      }
      names.depthwise.push(`${prefix}/1x1_dwconv_1`);
      names.normalization.push(...['gconv_1', 'dwconv_1', 'gconv_2'].map((layer) => `${prefix}/bn_${layer}`));
    }
  });
  return names;
}
