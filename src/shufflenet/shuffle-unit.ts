// The article's `_shuffle_unit` (paper, figure 2 b and c): grouped 1x1, shuffle, depthwise 3x3, grouped 1x1, and a
// shortcut that is added (stride 1) or average-pooled and concatenated (stride 2).
import {
  activation,
  add,
  averagePooling2d,
  batchNormalization,
  concatenate,
  depthwiseConv2d,
  type SymbolicTensor,
  shuffleChannels,
  toPair,
} from '../network/symbolic.js';
import { groupConv } from './group-conv.js';
import { ARTICLE_REVISION, type Revision, type Slices } from './settings.js';

/** The article's arguments, in its order. */
export interface ShuffleUnitOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
  readonly bottleneckRatio: number;
  readonly strides?: 1 | 2;
  readonly stage?: number;
  readonly block?: number;
  readonly slices?: Slices;
  readonly revision?: Revision;
}

/** Channels of the bottleneck and of the branch, which the pooled input joins in strided units. */
export function unitChannels(
  unit: Pick<ShuffleUnitOptions, 'inChannels' | 'outChannels' | 'bottleneckRatio' | 'strides'>,
  from: Revision['bottleneckFrom'],
): { readonly branch: number; readonly bottleneck: number } {
  const { inChannels, outChannels, strides = 2 } = unit;
  const branch = strides === 1 ? outChannels : outChannels - inChannels;
  return { branch, bottleneck: Math.trunc((from === 'out' ? outChannels : branch) * unit.bottleneckRatio) };
}

/** One shuffle unit. Stride 2 halves the map and joins input and branch, so the branch has `out - in` channels. */
export function shuffleUnit(inputs: SymbolicTensor, options: ShuffleUnitOptions): SymbolicTensor {
  const { inChannels, strides = 2, slices = 'own', revision = ARTICLE_REVISION } = options;
  const { stage = 1, block = 1 } = options;
  const prefix = `stage${stage}/block${block}`;
  const { branch: branchChannels, bottleneck: bottleneckChannels } = unitChannels(options, revision.bottleneckFrom);
  // Stage 2 begins with 24 channels only: the paper does not group its first pointwise convolution, the article
  // neither of the two (which is why its networks have more multiply-adds than the paper's table 2).
  const first = stage === 2 && block === 1;
  const groups = first ? 1 : options.groups;
  const groups2 = first && revision.firstGconv2Grouped ? options.groups : groups;
  const shared = { slices, useBias: revision.convBias };

  let x = groupConv(inputs, {
    inChannels,
    outChannels: bottleneckChannels,
    groups,
    name: `${prefix}/1x1_gconv_1`,
    ...shared,
  });
  x = batchNormalization(x, `${prefix}/bn_gconv_1`);
  x = activation(x, 'relu', `${prefix}/relu_gconv_1`);
  x = shuffleChannels(x, groups, `${prefix}/channel_shuffle`);
  x = depthwiseConv2d(x, {
    kernelSize: [3, 3],
    strides: toPair(strides),
    useBias: revision.convBias,
    name: `${prefix}/1x1_dwconv_1`,
  });
  x = batchNormalization(x, `${prefix}/bn_dwconv_1`);
  x = groupConv(x, {
    inChannels: bottleneckChannels,
    outChannels: branchChannels,
    groups: groups2,
    name: `${prefix}/1x1_gconv_2`,
    ...shared,
  });
  x = batchNormalization(x, `${prefix}/bn_gconv_2`);

  const joined =
    strides < 2 ? add([x, inputs], `${prefix}/add`) : concatenate([x, pooled(inputs, prefix)], `${prefix}/concat`);
  return activation(joined, 'relu', `${prefix}/relu_out`);
}

function pooled(inputs: SymbolicTensor, prefix: string): SymbolicTensor {
  return averagePooling2d(inputs, { poolSize: [3, 3], strides: [2, 2], padding: 'same', name: `${prefix}/avg_pool` });
}
