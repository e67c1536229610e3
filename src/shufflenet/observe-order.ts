// What the order and shapes of nameless layers tell about the network: where stages begin, and how many groups.
import type { FileLayer } from './file-layers.js';
import { MAX_NUMBER } from './names.js';
import { STAGE_TWO_CHANNELS } from './settings.js';

/** The classes that have weights in the article's network. */
export type WeightedClass = 'conv' | 'depthwise' | 'normalization' | 'dense';

/** Weighted layers of each class, in the file's order. */
export type LayersByClass = Readonly<Record<WeightedClass, readonly FileLayer[]>>;

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
  if (runs.length >= MAX_NUMBER || runs.some((length) => length > MAX_NUMBER)) return undefined;
  if (units === 0 || !STAGE_TWO_CHANNELS.has(groups)) return undefined;
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
