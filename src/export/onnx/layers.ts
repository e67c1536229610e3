// Each step of a network as ONNX operations, channels second. The last operation's output bears the Keras layer's
// name; what stands before it and its constants are called `LAYER/part`. Read first: messages.ts, builder.ts.
import { transposed } from '../../core/tensor.js';
import { type Convolution, channelsOut, type Step } from '../../network/grouped.js';
import { wholeKernel } from '../../network/kernel.js';
import type { Layer, LayerOf, SliceAttrs, WindowAttrs } from '../../network/layer.js';
import type { LayerWeights } from '../../network/model.js';
import { innerName } from '../inner-name.js';
import { addIntegers, addNode, addWeight, type OnnxBuilder, valueName } from './builder.js';
import { type AttributeProto, float, integer, integers, text } from './messages.js';

/** Keras's HWIO as ONNX's OIHW; of a depthwise kernel, `(height, width, channels, 1)` as `(channels, 1, height, width)`. */
const KERNEL_AXES = { Conv2D: [3, 2, 0, 1], DepthwiseConv2D: [2, 3, 0, 1] } as const;

/** Adds one step; the steps it takes have been added before. */
export function addStep(builder: OnnxBuilder, step: Step): void {
  if (step.kind === 'layer') addLayer(builder, step.layer, step.weights);
  else addConvolution(builder, step);
}

/** Operations that each take the one before first. The last gives the layer's value. */
type Chain = readonly (readonly [op: string, input: readonly string[], attribute?: readonly AttributeProto[]])[];

function addChain(builder: OnnxBuilder, layer: string, inputs: readonly string[], chain: Chain): void {
  let before = inputs.map((input) => valueName(builder, input));
  chain.forEach(([op, input, attribute], i) => {
    const last = i === chain.length - 1;
    const name = last ? valueName(builder, layer) : innerName(builder.layerNames, layer, op);
    before = [addNode(builder, name, op, [...before, ...input], attribute)];
  });
}

function addConvolution(builder: OnnxBuilder, step: Convolution): void {
  const { kind, name, input, slice, groups, kernel, bias, attrs } = step;
  const weights = [addWeight(builder, name, 'kernel', transposed(wholeKernel(kernel), KERNEL_AXES[kind]))];
  if (bias !== undefined) weights.push(addWeight(builder, name, 'bias', bias));
  const group = integer('group', kind === 'Conv2D' ? groups : channelsOut(step));
  const window = windowAttributes(kernel.shape.slice(0, 2), attrs);
  addChain(
    builder,
    name,
    [input],
    [
      ...(slice === undefined ? [] : [sliceStep(builder, name, slice)]),
      ['Conv', weights, [group, ...window]],
      ...(attrs.activation === 'relu' ? ([['Relu', []]] as const) : []),
    ],
  );
}

function addLayer(builder: OnnxBuilder, layer: Layer, weights: LayerWeights): void {
  const { name, inputs } = layer;
  const chain = chainOf(builder, layer, weights);
  if (chain.length > 0) addChain(builder, name, inputs, chain);
}

function chainOf(builder: OnnxBuilder, layer: Layer, weights: LayerWeights): Chain {
  switch (layer.op) {
    case 'InputLayer':
      return [];
    case 'Conv2D':
    case 'DepthwiseConv2D':
      throw new Error(`${layer.name} is no step of its own`);
    case 'BatchNormalization':
      return [batchNormalization(builder, layer, weights)];
    case 'Activation':
      return layer.attrs.activation === 'relu' ? [['Relu', []]] : [['Softmax', [], [integer('axis', CHANNELS)]]];
    case 'ChannelShuffle':
      return channelShuffle(builder, layer);
    case 'Slice':
      return [sliceStep(builder, layer.name, layer.attrs)];
    case 'Concatenate':
      return [['Concat', [], [integer('axis', CHANNELS)]]];
    case 'Add':
      return [['Add', []]];
    case 'MaxPooling2D':
      return [['MaxPool', [], windowAttributes(layer.attrs.poolSize, layer.attrs)]];
    case 'AveragePooling2D':
      // Padding is not counted, as in TensorFlow.
      return [
        ['AveragePool', [], [...windowAttributes(layer.attrs.poolSize, layer.attrs), integer('count_include_pad', 0)]],
      ];
    case 'GlobalMaxPooling2D':
      return [['GlobalMaxPool', []], FLATTEN];
    case 'GlobalAveragePooling2D':
      return [['GlobalAveragePool', []], FLATTEN];
    case 'Dense':
      return [
        ['Gemm', (['kernel', 'bias'] as const).map((role) => addWeight(builder, layer.name, role, weights[role]!))],
      ];
  }
}

/** The axis of channels, in maps and in rows of features. */
const CHANNELS = 1;

/** `(batch, channels, 1, 1)` as `(batch, channels)`. */
const FLATTEN = ['Flatten', [], [integer('axis', 1)]] as const;

/** ONNX's SAME_UPPER is TensorFlow's `same`: where the padding is odd, the larger half stands after the map. */
function windowAttributes(window: readonly number[], { strides, padding }: WindowAttrs): AttributeProto[] {
  const autoPad = padding === 'same' ? 'SAME_UPPER' : 'VALID';
  return [integers('kernel_shape', window), integers('strides', strides), text('auto_pad', autoPad)];
}

function sliceStep(builder: OnnxBuilder, layer: string, { begin, end }: SliceAttrs): Chain[number] {
  const argument = (part: string, value: number): string => addIntegers(builder, layer, part, [value]);
  return ['Slice', [argument('begin', begin), argument('end', end), argument('axis', CHANNELS)]];
}

function batchNormalization(
  builder: OnnxBuilder,
  { name, attrs }: LayerOf<'BatchNormalization'>,
  weights: LayerWeights,
): Chain[number] {
  const roles = ['gamma', 'beta', 'moving_mean', 'moving_variance'] as const;
  const inputs = roles.map((role) => addWeight(builder, name, role, weights[role]!));
  return ['BatchNormalization', inputs, [float('epsilon', attrs.epsilon)]];
}

/**
 * Channels seen as `(groups, n)` and transposed; one group stays as it is. In a Reshape's shape, 0 keeps the batch and -1
 * is what is left.
 */
function channelShuffle(builder: OnnxBuilder, layer: LayerOf<'ChannelShuffle'>): Chain {
  const { name, attrs, outputShape } = layer;
  if (attrs.groups === 1) return [['Identity', []]];
  const channels = outputShape.at(-1)!;
  const split = addIntegers(builder, name, 'split', [0, attrs.groups, channels / attrs.groups, -1]);
  return [
    ['Reshape', [split]],
    ['Transpose', [], [integers('perm', [0, 2, 1, 3])]],
    ['Reshape', [joined(builder, layer)]],
  ];
}

/** The shape after the shuffle: stated where the network knows it, else asked of the map that came in. */
function joined(builder: OnnxBuilder, { name, inputs, outputShape }: LayerOf<'ChannelShuffle'>): string {
  const [height = null, width = null, channels] = outputShape as readonly [number | null, number | null, number];
  if (height !== null && width !== null) return addIntegers(builder, name, 'joined', [0, channels, height, width]);
  return addNode(builder, innerName(builder.layerNames, name, 'Shape'), 'Shape', [valueName(builder, inputs[0]!)]);
}
