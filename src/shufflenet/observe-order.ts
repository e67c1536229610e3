// What the order and shapes of nameless layers tell about the network: their classes, where stages begin, how many groups.
import type { CheckpointLayer } from '../checkpoint/checkpoint.js';
import type { FileLayer } from './file-layers.js';
import { type KernelOrder, weightsInKerasOrder } from './kernel-order.js';
import { MAX_UNITS, STAGE_TWO_CHANNELS } from './settings.js';

/** The classes that have weights in the article's network. */
export type WeightedClass = 'conv' | 'depthwise' | 'normalization' | 'dense';

/** Weighted layers of each class, in the file's order. */
export type LayersByClass = Readonly<Record<WeightedClass, readonly FileLayer[]>>;

/**
 * Keras's classes, in lower case without underscores: as a file tells them, or as automatic names begin. Keras 1 wrote
 * Convolution2D; tf.keras 1.13 named its two generations of batch normalisation (`batch_normalization_v1_3`).
 */
const CLASSES: Readonly<Record<string, WeightedClass>> = {
  conv2d: 'conv',
  convolution2d: 'conv',
  depthwiseconv2d: 'depthwise',
  batchnormalization: 'normalization',
  batchnormalizationv1: 'normalization',
  batchnormalizationv2: 'normalization',
  syncbatchnormalization: 'normalization',
  dense: 'dense',
};

/** The class of a layer that has weights in the article's network, as the file tells it or by its automatic name. */
export function classOf({ name, className }: Pick<CheckpointLayer, 'name' | 'className'>): WeightedClass | undefined {
  const told = className ?? name.slice(name.lastIndexOf('/') + 1).replace(/_\d+$/, '');
  const key = told.replaceAll('_', '').toLowerCase();
  return Object.hasOwn(CLASSES, key) ? CLASSES[key] : undefined;
}

/** The weighted layers of each class, kernels seen in Keras's axis order where another is stated. */
export function sortByClass(
  layers: readonly CheckpointLayer[],
  kernelOrder: KernelOrder = 'hwio',
): LayersByClass & { readonly turned: number } {
  const sorted: Record<WeightedClass, FileLayer[]> = { conv: [], depthwise: [], normalization: [], dense: [] };
  let turned = 0;
  for (const { name, className, weights } of layers) {
    const kind = weights.length > 0 ? classOf({ name, ...(className !== undefined && { className }) }) : undefined;
    if (kind === undefined) continue;
    const seen =
      kernelOrder === 'hwio' ? { weights, count: 0 } : weightsInKerasOrder(weights, kernelOrder, kind === 'depthwise');
    turned += seen.count;
    sorted[kind].push({ name, weights: seen.weights });
  }
  return { ...sorted, turned };
}

/** The numbers that decide the names. */
export interface OrderedShape {
  readonly groups: number;
  readonly numShuffleUnits: readonly number[];
}

/** `undefined` when the layers are not those of any ShuffleNet. */
export function observeOrder({ conv, depthwise }: LayersByClass): OrderedShape | undefined {
  const runs = runLengths(depthwise.map(depthwiseChannels));
  const units = depthwise.length;
  // conv1, two of stage 2's first unit, and two times the group count of every other unit.
  const groups = units === 1 ? 1 : (conv.length - 3) / (2 * (units - 1));
  if (units === 0 || units > MAX_UNITS || !STAGE_TWO_CHANNELS.has(groups)) return undefined;
  return { groups, numShuffleUnits: runs.map((length) => length - 1) };
}

const depthwiseChannels = ({ weights }: FileLayer): number =>
  weights.find(({ shape }) => shape.length === 4)?.shape[2] ?? 0;

/** Each stage doubles the bottleneck's channels, so a run of equal numbers is a stage. */
function runLengths(values: readonly number[]): number[] {
  const runs: number[] = [];
  values.forEach((value, i) => {
    if (i > 0 && value === values[i - 1]) runs.push(runs.pop()! + 1);
    else runs.push(1);
  });
  return runs;
}
