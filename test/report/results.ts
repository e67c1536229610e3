// Results written out by hand, for the reports.
import type { NetworkConfig } from '../../src/results/describe.js';
import type { VerifiedLayer, VerifyResult } from '../../src/results/verify.js';

/** The smallest of the article's networks. */
export const CONFIG: NetworkConfig = {
  groups: 3,
  scaleFactor: 0.25,
  bottleneckRatio: 0.5,
  numShuffleUnits: [1, 2],
  classes: 10,
  includeTop: true,
  pooling: 'avg',
  inputShape: [32, null, 3],
  slices: 'own',
  revision: { convBias: false, firstGconv2Grouped: false, bottleneckFrom: 'out' },
};

/** A verdict on one layer. */
export const verdict = (layer: string, error: number | null, fails = false): VerifiedLayer => ({
  layer,
  key: layer,
  verdict: fails ? 'fail' : 'pass',
  shape: [1, 2],
  maxAbsError: error === null ? null : error * 10,
  maxRelError: error,
  ...(fails && { reason: `${layer} is wrong` }),
});

/** A verification, by its layers. */
export const verified = (layers: readonly VerifiedLayer[], rest: Partial<VerifyResult> = {}): VerifyResult => ({
  source: { name: 'weights.h5', bytes: 1 },
  reference: { name: 'reference.npz', bytes: 1 },
  verdict: layers.some((layer) => layer.verdict === 'fail') ? 'fail' : 'pass',
  executor: 'evaluator',
  tolerance: 1e-5,
  config: CONFIG,
  pooling: { decision: 'avg', source: 'flag' },
  firstFailure: layers.find((layer) => layer.verdict === 'fail') ?? null,
  layers,
  notCompared: [],
  otherLayers: [],
  notes: [],
  ...rest,
});
