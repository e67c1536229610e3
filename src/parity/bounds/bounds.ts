// One layer with its error bound: the value in float64, and how far any float32 evaluation may lie from it, in any
// order of summation, with or without fused multiply-add. Derivations: docs/parity.md.
import { apply } from '../../evaluator/evaluator.js';
import type { FloatMap } from '../../evaluator/map.js';
import { relu } from '../../evaluator/pointwise.js';
import type { Layer, LayerOf } from '../../network/layer.js';
import type { LayerWeights } from '../../network/model.js';
import { boundBatchNorm } from './batch-norm.js';
import { type BoundedMap, UNIT_ROUNDOFF } from './bounded.js';
import { boundLinear } from './linear.js';
import { boundAdd, boundMoved, boundRelu } from './pointwise.js';
import { boundSoftmax } from './softmax.js';

/**
 * What `layer` computes from inputs that are known within bounds. `rounding` is how far, relatively, values without
 * error may lie from what was consumed: u for what was stored in float32, 0 for what was stored in float64. `doubts` is
 * how far each weight may lie from the one that was used; nothing where the weights are known.
 */
export function boundLayer(
  layer: Layer,
  inputs: readonly BoundedMap[],
  weights: LayerWeights,
  rounding = UNIT_ROUNDOFF,
  doubts: LayerWeights = {},
): BoundedMap {
  if (layer.op === 'Conv2D' && layer.attrs.activation === 'relu') {
    const before = boundLayer(withoutActivation(layer), inputs, weights, rounding, doubts);
    return { value: relu(before.value), error: boundRelu(before) };
  }
  const value = apply(
    layer,
    inputs.map((input) => input.value),
    weights,
  );
  return { value, error: errorOf(layer, inputs, weights, value, rounding, doubts) };
}

/** The convolution alone, of a layer that rectifies what it convolves. */
const withoutActivation = (layer: LayerOf<'Conv2D'>): Layer => ({
  ...layer,
  attrs: { ...layer.attrs, activation: 'linear' },
});

function errorOf(
  layer: Layer,
  inputs: readonly BoundedMap[],
  weights: LayerWeights,
  value: FloatMap,
  rounding: number,
  doubts: LayerWeights,
): Float64Array {
  const x = inputs[0]!;
  switch (layer.op) {
    case 'Conv2D':
    case 'DepthwiseConv2D':
    case 'Dense':
    case 'AveragePooling2D':
    case 'GlobalAveragePooling2D':
      return boundLinear(layer, x, weights, rounding, doubts);
    case 'BatchNormalization':
      return boundBatchNorm(layer, x, weights, rounding, doubts);
    case 'Add':
      return boundAdd(x, inputs[1]!, value, rounding);
    case 'Activation':
      return layer.attrs.activation === 'relu' ? boundRelu(x) : boundSoftmax(x, value, rounding);
    case 'InputLayer':
    case 'ChannelShuffle':
    case 'Slice':
    case 'Concatenate':
    case 'MaxPooling2D':
    case 'GlobalMaxPooling2D':
      return boundMoved(layer, inputs, value);
  }
}
