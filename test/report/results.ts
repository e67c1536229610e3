// Results written out by hand, for the reports.
import type { NetworkConfig } from '../../src/results/describe.js';
import type { TopOneImageResult, VerifiedLayer, VerifyFailure, VerifyResult } from '../../src/results/verify.js';

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

/** A verdict on one layer: its error is a quarter of what it may be, or, where it fails, a hundred times that. */
export const verdict = (layer: string, error: number | null, fails = false): VerifiedLayer => ({
  layer,
  key: layer,
  verdict: fails ? 'fail' : 'pass',
  shape: [1, 2],
  maxAbsError: error === null ? null : error * 10,
  maxRelError: error,
  own: error === null ? null : ownError(error, fails),
  inherited: error === null ? null : { maxAbsError: error * 2, sigma: error, budget: fails ? 25 : 0.06 },
  ...(fails && { reason: `${layer} is wrong` }),
});

const ownError = (error: number, fails: boolean) => ({
  maxAbsError: error * 8,
  budget: error === 0 ? 0 : fails ? 100 : 0.25,
  index: [0, 1],
  value: 1,
  expected: 1 + error * 8,
  bound: fails ? error * 0.08 : error * 32,
  off: fails ? 1 : 0,
  count: 2,
});

/** What fails at a layer that fails. */
const failure = ({ layer, own }: VerifiedLayer): VerifyFailure => ({
  layer,
  key: layer,
  check: own === null ? 'shape' : 'own',
  index: own?.index ?? null,
  value: own?.value ?? null,
  expected: own?.expected ?? null,
  bound: own?.bound ?? null,
  share: own === null ? null : 0.5,
  where: own === null ? null : { pattern: 'one', words: 'at one value only' },
  histogram: own === null ? null : { equal: 0, edges: [0.3, 1, 3, 10, 30, 100], counts: [1, 0, 0, 0, 1], beyond: 0 },
  cause: null,
  causeSearch: { state: 'complete', tried: 41, of: 41 },
  reason: `${layer} is wrong`,
});

/** Slices of a network whose weights tell nothing. */
const OWN_SLICES: VerifyResult['slices'] = {
  decision: 'own',
  source: 'default',
  evidence: {
    weights: 'undecided',
    layers: 2,
    channels: 8,
    rms: { own: 1.5, last: 1.4, reversed: 1.6, transposed: 1.5 },
    sigma: { own: 0.1, last: 0.2 },
    ratio: 1.1,
    unread: 0,
    words: 'Nothing stands out.',
  },
};

/** An image that is certain to be of class 7. */
export const topOneImage = (rest: Partial<TopOneImageResult> = {}): TopOneImageResult => ({
  top: 7,
  runnerUp: 2,
  margin: 0.5,
  sigma: 2e-7,
  certain: true,
  recorded: 7,
  agrees: true,
  ...rest,
});

/** A verification, by its layers. */
export const verified = (layers: readonly VerifiedLayer[], rest: Partial<VerifyResult> = {}): VerifyResult => ({
  source: { name: 'weights.h5', bytes: 1 },
  reference: { name: 'reference.npz', bytes: 1 },
  verdict: layers.some((layer) => layer.verdict === 'fail') ? 'fail' : 'pass',
  executor: 'evaluator',
  tolerance: null,
  config: CONFIG,
  pooling: { decision: 'avg', source: 'flag' },
  slices: OWN_SLICES,
  firstFailure: layers.filter((layer) => layer.verdict === 'fail').map(failure)[0] ?? null,
  sources: layers.filter((layer) => layer.verdict === 'fail').map(({ layer }) => layer),
  layers,
  unroundedWeights: null,
  topOne: null,
  notCompared: [],
  otherLayers: [],
  notes: [],
  ...rest,
});
