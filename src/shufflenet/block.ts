// The article's `_block`: one stage, a strided unit and `repeat` units after it.
import type { SymbolicTensor } from '../network/symbolic.js';
import type { Revision, Slices } from './settings.js';
import { shuffleUnit } from './shuffle-unit.js';

/** The article's arguments, in its order. */
export interface BlockOptions {
  /** Output channels of each stage, stage 1 first. */
  readonly channelMap: readonly number[];
  readonly bottleneckRatio: number;
  readonly repeat?: number;
  readonly groups?: number;
  /** Counted as in the paper: the first block is stage 2. */
  readonly stage: number;
  readonly slices?: Slices;
  readonly revision?: Revision;
}

/** A stage of `repeat + 1` shuffle units, the first with stride 2. */
export function block(x: SymbolicTensor, options: BlockOptions): SymbolicTensor {
  const { channelMap, repeat = 1, groups = 1, stage, ...shared } = options;
  const inChannels = channelMap[stage - 2]!;
  const outChannels = channelMap[stage - 1]!;
  let out = shuffleUnit(x, { ...shared, inChannels, outChannels, groups, strides: 2, stage, block: 1 });
  for (let i = 1; i <= repeat; i++) {
    out = shuffleUnit(out, {
      ...shared,
      inChannels: outChannels,
      outChannels,
      groups,
      strides: 1,
      stage,
      block: i + 1,
    });
  }
  return out;
}
