// The article's `_group_conv`: Keras 2 had no grouped convolution, so the channels are sliced, each slice is
// convolved on its own, and the results are concatenated.
import {
  concatenate,
  conv2d,
  type NumberOrPair,
  type SymbolicTensor,
  sliceChannels,
  toPair,
} from '../network/symbolic.js';
import { IndivisibleChannelsError, InvalidSettingError } from './errors.js';
import type { Slices } from './settings.js';

/** The article's arguments, in its order. */
export interface GroupConvOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
  /** A number, or `[height, width]`. */
  readonly kernel?: NumberOrPair;
  readonly stride?: NumberOrPair;
  readonly name: string;
  readonly slices?: Slices;
  /** The article's convolutions have none; its first revisions did. */
  readonly useBias?: boolean;
}

/**
 * A grouped convolution as the article builds it. One group is a plain `Conv2D` called `name`; more are
 * `name/g0_slice` → `name_/g0`, …, joined in `name/concat` (underscore, slash: the article's own names).
 */
export function groupConv(x: SymbolicTensor, options: GroupConvOptions): SymbolicTensor {
  const { inChannels, outChannels, groups, name, slices = 'own', useBias = false } = options;
  const window = { kernelSize: toPair(options.kernel ?? 1), strides: toPair(options.stride ?? 1), useBias };
  if (!Number.isInteger(groups) || groups < 1)
    throw new InvalidSettingError('groups', groups, 'a whole number from 1 up');
  if (groups === 1) return conv2d(x, { name, filters: outChannels, ...window });
  // The article asserts the first; the second it lets pass and `in_channels // groups` drops the remainder.
  if (outChannels % groups !== 0) throw new IndivisibleChannelsError(name, 'out', outChannels, groups);
  if (inChannels % groups !== 0) throw new IndivisibleChannelsError(name, 'in', inChannels, groups);
  const ig = inChannels / groups;
  const groupList = Array.from({ length: groups }, (_, i) => {
    const offset = (slices === 'own' ? i : groups - 1) * ig;
    const group = sliceChannels(x, offset, offset + ig, `${name}/g${i}_slice`);
    return conv2d(group, { name: `${name}_/g${i}`, filters: outChannels / groups, ...window });
  });
  return concatenate(groupList, `${name}/concat`);
}
