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

/** What a unit's place in the network decides: each stage begins with a strided unit that changes the channels. */
export function unitAt(
  channelMap: readonly number[],
  { stage, block }: { readonly stage: number; readonly block: number },
): { readonly inChannels: number; readonly outChannels: number; readonly strides: 1 | 2 } {
  // Not a number where the network has no such stage: a file's names may claim any.
  const outChannels = channelMap[stage - 1] ?? Number.NaN;
  const before = channelMap[stage - 2] ?? Number.NaN;
  return block === 1
    ? { inChannels: before, outChannels, strides: 2 }
    : { inChannels: outChannels, outChannels, strides: 1 };
}

/** A stage of `repeat + 1` shuffle units, the first with stride 2. */
export function block(x: SymbolicTensor, options: BlockOptions): SymbolicTensor {
  const { channelMap, repeat = 1, groups = 1, stage, ...shared } = options;
  let out = x;
  for (let block = 1; block <= repeat + 1; block++) {
    out = shuffleUnit(out, { ...shared, ...unitAt(channelMap, { stage, block }), groups, stage, block });
  }
  return out;
}
