// Mapping by order, for files that lost their layers' names: the n-th convolution of the file is the n-th of the
// network. Only when the user asks for it; every shape is checked afterwards as always.
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { plural } from '../core/text.js';
import { buildNetwork } from './build.js';
import type { FileLayers, PlacedLayer } from './file-layers.js';
import { type KernelOrder, kernelOrderNote } from './kernel-order.js';
import { NotShuffleNetError, OrderMismatchError } from './load-errors.js';
import { NAMING_SCHEMES, recognise } from './names.js';
import { classOf, observeOrder, sortByClass, type WeightedClass } from './observe-order.js';
import { describeOther } from './other-networks.js';
import { DEFAULT_SETTINGS } from './settings.js';

/**
 * Names the file's weighted layers by their order within each class. Throws `NotShuffleNetError` or
 * `OrderMismatchError` when the numbers do not fit any network.
 */
export function readByOrder(checkpoint: Checkpoint, kernelOrder?: KernelOrder): FileLayers {
  const { turned, ...byClass } = sortByClass(checkpoint.layers, kernelOrder);
  const shape = observeOrder(byClass);
  if (shape === undefined) throw new NotShuffleNetError(checkpoint, emptyLayers());
  const placed = new Map<string, PlacedLayer>();
  const expected = expectedNames(shape.numShuffleUnits, shape.groups, byClass.dense.length > 0);
  for (const kind of ['conv', 'depthwise', 'normalization', 'dense'] as const) {
    const { length } = byClass[kind];
    if (expected[kind].length !== length) throw mismatch(checkpoint, kind, length, expected[kind].length);
    expected[kind].forEach((articleName, i) => {
      const { place } = recognise(articleName, NAMING_SCHEMES[0]!)!;
      placed.set(articleName, { ...byClass[kind][i]!, articleName, place });
    });
  }
  const text = `The layers' names were not used: ${plural(placed.size, 'layer')} mapped by their order within each class, as asked.`;
  const notes = [{ id: 'mapped-by-order', text }, ...(turned > 0 ? [kernelOrderNote(kernelOrder!, turned)] : [])];
  return { ...emptyLayers(), placed, notes };
}

/** A network of its own is called by its name; anything else is told by the number that is wrong. */
function mismatch(checkpoint: Checkpoint, kind: WeightedClass, found: number, expected: number): Error {
  if (describeOther(checkpoint)?.differences !== undefined) return new NotShuffleNetError(checkpoint, emptyLayers());
  return new OrderMismatchError(kind, found, expected);
}

function emptyLayers(): FileLayers {
  return {
    scheme: NAMING_SCHEMES[0]!,
    placed: new Map(),
    others: [],
    ambiguous: [],
    fileName: (name) => name,
    notes: [],
  };
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
