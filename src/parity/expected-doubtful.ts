// What a float32 run is expected to be off by where its weights were rounded when they were stored, and the reference
// used them before. Read first: expected.ts, stored.ts.
import { apply } from '../evaluator/evaluator.js';
import type { FloatMap } from '../evaluator/map.js';
import type { Layer, LayerOf } from '../network/layer.js';
import type { LayerWeights } from '../network/model.js';
import { doubtfulScale, doubtsAlone, isDoubtful } from './bounds/doubts.js';
import { mapWeight } from './bounds/linear.js';
import { type ExpectedMap, expectLayer } from './expected.js';

/**
 * The layer's value, and its variance when each weight may lie anywhere within its doubt. A weight is off by the same at
 * every position, so that what comes of it does not cancel over a window: there deviations are added, not variances.
 */
export function expectDoubtful(
  layer: Layer,
  inputs: readonly ExpectedMap[],
  weights: LayerWeights,
  doubts: LayerWeights,
): ExpectedMap {
  const { value, variance } = expectLayer(layer, inputs, weights);
  const together = overWindow(layer, inputs[0]!, weights);
  const added = isDoubtful(doubts) ? doubtVariance(layer, inputs[0]!, weights, doubts) : undefined;
  return {
    value,
    variance: variance.map((v, i) => Math.max(v, (together?.[i] ?? 0) ** 2) + (added?.[i] ?? 0)),
  };
}

/** `sum of |w| sigma`, of layers that add over height and width. */
function overWindow(layer: Layer, { value, variance }: ExpectedMap, weights: LayerWeights): Float64Array | undefined {
  const isMean = layer.op === 'AveragePooling2D' || layer.op === 'GlobalAveragePooling2D';
  const isWide = layer.op === 'Conv2D' && layer.weights.kernel!.slice(0, 2).some((cells) => cells > 1);
  if (!isMean && !isWide && layer.op !== 'DepthwiseConv2D') return undefined;
  const sigmas: FloatMap = { data: variance.map(Math.sqrt), shape: value.shape };
  const { kernel, depthwise_kernel, bias } = weights;
  return apply(layer, [sigmas], {
    ...(kernel && { kernel: mapWeight(kernel, Math.abs) }),
    ...(depthwise_kernel && { depthwise_kernel: mapWeight(depthwise_kernel, Math.abs) }),
    ...(bias && { bias: mapWeight(bias, () => 0) }),
  }).data;
}

/** Of weights taken as uniform within their doubts: a third of the square. */
function doubtVariance(
  layer: Layer,
  { value }: ExpectedMap,
  weights: LayerWeights,
  doubts: LayerWeights,
): Float64Array | undefined {
  if (layer.op === 'BatchNormalization') return scaleVariance(layer, value, weights, doubts);
  if (layer.op !== 'Conv2D' && layer.op !== 'DepthwiseConv2D' && layer.op !== 'Dense') return undefined;
  const squares: FloatMap = { data: value.data.map((x) => x * x), shape: value.shape };
  const variances = Object.entries(doubtsAlone(weights, doubts)).map(
    ([role, doubt]) => [role, mapWeight(doubt, (h) => (h * h) / 3)] as const,
  );
  return apply(layer, [squares], Object.fromEntries(variances)).data;
}

/** `(x - m)^2 ds^2 + s^2 dm^2 + dbeta^2`, a third of it. */
function scaleVariance(
  { attrs: { epsilon } }: LayerOf<'BatchNormalization'>,
  { data }: FloatMap,
  weights: LayerWeights,
  doubts: LayerWeights,
): Float64Array {
  const scales = doubtfulScale(weights, doubts, epsilon);
  const mean = weights.moving_mean!.data;
  const { moving_mean: dm, beta } = doubts;
  const constant = scales.map(({ scale }, c) => (scale * (dm?.data[c] ?? 0)) ** 2 + (beta?.data[c] ?? 0) ** 2);
  return data.map((x, i) => {
    const c = i % scales.length;
    return (((x - mean[c]!) * scales[c]!.doubt) ** 2 + constant[c]!) / 3;
  });
}
