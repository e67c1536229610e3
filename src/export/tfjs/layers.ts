// Each kind of layer as TensorFlow operations. The last operation of a layer bears the layer's name; what stands
// before it and its constants are called `LAYER/part`. Read first: nodes.ts, builder.ts.

import type { Layer, LayerOf } from '../../network/layer.js';
import type { LayerWeights } from '../../network/model.js';
import { shuffleOrder } from '../../network/shuffle-order.js';
import { innerName } from '../inner-name.js';
import { addConstant, addIntegers, addNode, type GraphBuilder } from './builder.js';
import { type Attribute, batched, integers, text, windowAttributes } from './nodes.js';

/** Adds one layer; the layers it takes have been added before. */
export function addLayer(builder: GraphBuilder, layer: Layer, weights: LayerWeights): void {
  const { name, inputs } = layer;
  switch (layer.op) {
    case 'InputLayer':
      addNode(builder, name, 'Placeholder', [], {
        dtype: { type: 'DT_FLOAT' },
        shape: { shape: batched(layer.outputShape) },
      });
      return;
    case 'Conv2D':
    case 'DepthwiseConv2D':
      addConvolution(builder, layer, weights);
      return;
    case 'BatchNormalization':
      addBatchNormalization(builder, layer, weights);
      return;
    case 'Activation':
      addNode(builder, name, layer.attrs.activation === 'relu' ? 'Relu' : 'Softmax', inputs);
      return;
    case 'ChannelShuffle':
      addChannelShuffle(builder, layer);
      return;
    case 'Slice':
      addSlice(builder, layer);
      return;
    case 'Concatenate': {
      const axis = addIntegers(builder, name, 'axis', lastAxis(layer));
      addNode(builder, name, 'ConcatV2', [...inputs, axis], { N: { i: String(inputs.length) } });
      return;
    }
    case 'Add':
      addNode(builder, name, 'AddV2', inputs);
      return;
    case 'MaxPooling2D':
    case 'AveragePooling2D':
      addNode(builder, name, layer.op === 'MaxPooling2D' ? 'MaxPool' : 'AvgPool', inputs, {
        ...windowAttributes(layer.attrs),
        ksize: integers([1, ...layer.attrs.poolSize, 1]),
      });
      return;
    case 'GlobalMaxPooling2D':
    case 'GlobalAveragePooling2D': {
      const axes = addIntegers(builder, name, 'axes', [1, 2]);
      const op = layer.op === 'GlobalMaxPooling2D' ? 'Max' : 'Mean';
      addNode(builder, name, op, [...inputs, axes], { keep_dims: { b: false } });
      return;
    }
    case 'Dense':
      addDense(builder, layer, weights);
      return;
  }
}

/** Channels stand last; the batch, which shapes leave out, stands before. */
const lastAxis = (layer: Layer): number => layer.outputShape.length;

/** An operation that makes a layer together with those that follow it. */
type Step = readonly [op: string, input: readonly string[], attr?: Readonly<Record<string, Attribute>>];

/** Adds operations that each take the one before first. The last gets the layer's name. */
function addChain(builder: GraphBuilder, layer: Layer, steps: readonly Step[]): void {
  let before: readonly string[] = layer.inputs;
  steps.forEach(([op, input, attr], i) => {
    const name = i === steps.length - 1 ? layer.name : innerName(builder.layerNames, layer.name, op);
    before = [addNode(builder, name, op, [...before, ...input], attr)];
  });
}

/** The bias as a last or last but one operation, where there is one. */
function biasStep(builder: GraphBuilder, layer: Layer, { bias }: LayerWeights): Step[] {
  if (bias === undefined) return [];
  return [['BiasAdd', [addConstant(builder, layer.name, 'bias', bias)], { data_format: text('NHWC') }]];
}

function addConvolution(
  builder: GraphBuilder,
  layer: LayerOf<'Conv2D'> | LayerOf<'DepthwiseConv2D'>,
  weights: LayerWeights,
): void {
  const [op, role] =
    layer.op === 'Conv2D' ? (['Conv2D', 'kernel'] as const) : (['DepthwiseConv2dNative', 'depthwise_kernel'] as const);
  const kernel = addConstant(builder, layer.name, role, weights[role]!);
  const attr = { ...windowAttributes(layer.attrs), dilations: integers([1, 1, 1, 1]) };
  const relu: Step[] = layer.op === 'Conv2D' && layer.attrs.activation === 'relu' ? [['Relu', []]] : [];
  addChain(builder, layer, [[op, [kernel], attr], ...biasStep(builder, layer, weights), ...relu]);
}

function addBatchNormalization(
  builder: GraphBuilder,
  { name, inputs, attrs }: LayerOf<'BatchNormalization'>,
  weights: LayerWeights,
): void {
  const roles = ['gamma', 'beta', 'moving_mean', 'moving_variance'] as const;
  const constants = roles.map((role) => addConstant(builder, name, role, weights[role]!));
  addNode(builder, name, 'FusedBatchNormV3', [...inputs, ...constants], {
    epsilon: { f: attrs.epsilon },
    is_training: { b: false },
    data_format: text('NHWC'),
  });
}

/** Each channel of the output is taken from its place in the input. */
function addChannelShuffle(builder: GraphBuilder, layer: LayerOf<'ChannelShuffle'>): void {
  const { groups } = layer.attrs;
  const channels = layer.outputShape.at(-1)!;
  const permutation = addIntegers(builder, layer.name, 'permutation', shuffleOrder(channels, groups));
  const axis = addIntegers(builder, layer.name, 'axis', lastAxis(layer));
  addNode(builder, layer.name, 'GatherV2', [...layer.inputs, permutation, axis], { batch_dims: { i: '0' } });
}

/** All of every axis but the last: size `-1` reaches to the end. */
function addSlice(builder: GraphBuilder, layer: LayerOf<'Slice'>): void {
  const { begin, end } = layer.attrs;
  const before = layer.outputShape.length;
  const first = addIntegers(builder, layer.name, 'begin', [...Array<number>(before).fill(0), begin]);
  const size = addIntegers(builder, layer.name, 'size', [...Array<number>(before).fill(-1), end - begin]);
  addNode(builder, layer.name, 'Slice', [...layer.inputs, first, size]);
}

function addDense(builder: GraphBuilder, layer: LayerOf<'Dense'>, weights: LayerWeights): void {
  const kernel = addConstant(builder, layer.name, 'kernel', weights.kernel!);
  const attr = { transpose_a: { b: false }, transpose_b: { b: false } };
  addChain(builder, layer, [['MatMul', [kernel], attr], ...biasStep(builder, layer, weights)]);
}
