// Every known cause. A new one is a file in known/ and its line here; a test fails when one is forgotten.
import type { KnownCause } from './cause.js';
import { avgPoolCountsPadding } from './known/avg-pool-counts-padding.js';
import { biasMissing } from './known/bias-missing.js';
import { biasUnknown } from './known/bias-unknown.js';
import { bnBatchStatistics } from './known/bn-batch-statistics.js';
import { bnEpsilon } from './known/bn-epsilon.js';
import { bnMissing } from './known/bn-missing.js';
import { bnStdAsVariance } from './known/bn-std-as-variance.js';
import { bnWeightsExchanged } from './known/bn-weights-exchanged.js';
import { channelOrder } from './known/channel-order.js';
import { concatExchanged } from './known/concat-exchanged.js';
import { depthwiseOrder } from './known/depthwise-order.js';
import { globalPool } from './known/global-pool.js';
import { groupKernelsExchanged } from './known/group-kernels-exchanged.js';
import { inputBgr } from './known/input-bgr.js';
import { inputLayout } from './known/input-layout.js';
import { inputScale } from './known/input-scale.js';
import { inputTurned } from './known/input-turned.js';
import { kernelFlipped } from './known/kernel-flipped.js';
import { kernelOrder } from './known/kernel-order.js';
import { maxPoolPadsZeros } from './known/max-pool-pads-zeros.js';
import { paddingSymmetric } from './known/padding-symmetric.js';
import { paddingValid } from './known/padding-valid.js';
import { referenceLowPrecision } from './known/reference-low-precision.js';
import { referenceTf32 } from './known/reference-tf32.js';
import { referenceUnroundedWeights } from './known/reference-unrounded-weights.js';
import { reluMisplaced } from './known/relu-misplaced.js';
import { reluMissing } from './known/relu-missing.js';
import { relu6 } from './known/relu6.js';
import { residualMissing } from './known/residual-missing.js';
import { shuffleGroups } from './known/shuffle-groups.js';
import { shuffleInFirstUnit } from './known/shuffle-in-first-unit.js';
import { shuffleInverse } from './known/shuffle-inverse.js';
import { shuffleMissing } from './known/shuffle-missing.js';
import { slicesExchanged } from './known/slices-exchanged.js';
import { slicesLast } from './known/slices-last.js';
import { slicesOwn } from './known/slices-own.js';
import { slicesReversed } from './known/slices-reversed.js';
import { softmaxMissing } from './known/softmax-missing.js';
import { softmaxTwice } from './known/softmax-twice.js';
import { weightChanged } from './known/weight-changed.js';
import { weightsOfAnotherLayer } from './known/weights-of-another-layer.js';

/** In no order that matters: the search tries those met most often first, and ranks what explains. */
export const KNOWN_CAUSES: readonly KnownCause[] = [
  avgPoolCountsPadding,
  biasMissing,
  biasUnknown,
  bnBatchStatistics,
  bnEpsilon,
  bnMissing,
  bnStdAsVariance,
  bnWeightsExchanged,
  channelOrder,
  concatExchanged,
  depthwiseOrder,
  globalPool,
  groupKernelsExchanged,
  inputBgr,
  inputLayout,
  inputScale,
  inputTurned,
  kernelFlipped,
  kernelOrder,
  maxPoolPadsZeros,
  paddingSymmetric,
  paddingValid,
  referenceLowPrecision,
  referenceTf32,
  referenceUnroundedWeights,
  reluMisplaced,
  reluMissing,
  relu6,
  residualMissing,
  shuffleGroups,
  shuffleInFirstUnit,
  shuffleInverse,
  shuffleMissing,
  slicesExchanged,
  slicesLast,
  slicesOwn,
  slicesReversed,
  softmaxMissing,
  softmaxTwice,
  weightChanged,
  weightsOfAnotherLayer,
];
