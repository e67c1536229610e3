// What a Keras layer is as TensorFlow operations: one, or a short chain (convolution, bias, activation).
// Read first: graph-def.ts.
import type { WeightRole } from '../../core/weights.js';
import type { ConvAttrs, Layer, LayerOf, PoolAttrs, WindowAttrs } from '../../network/layer.js';
import { type AttrValue, mapAttr, stringAttr, tensorShape } from './graph-def.js';

/** A constant input of a step: a weight of the layer, or integers that the operation takes as a tensor. */
export type StepConstant =
  | { readonly role: WeightRole; readonly shape: readonly number[] }
  | { readonly name: string; readonly shape: readonly number[]; readonly values: readonly number[] };

/** One operation of a layer. It takes the step before it (the first one the layer's inputs), then its constants. */
export interface Step {
  readonly op: string;
  readonly constants: readonly StepConstant[];
  readonly attr: Readonly<Record<string, AttrValue>>;
}

const FLOAT: AttrValue = { type: 'DT_FLOAT' };
const INT32: AttrValue = { type: 'DT_INT32' };
const NHWC: AttrValue = stringAttr('NHWC');

/** The operations that compute a layer, in order. */
export function stepsOf(layer: Layer): Step[] {
  switch (layer.op) {
    case 'InputLayer':
      return [step('Placeholder', [], { dtype: FLOAT, shape: { shape: tensorShape([null, ...layer.outputShape]) } })];
    case 'Conv2D':
      return [convolution(layer, 'Conv2D', 'kernel'), ...biasOf(layer), ...activationOf(layer.attrs.activation)];
    case 'DepthwiseConv2D':
      return [convolution(layer, 'DepthwiseConv2dNative', 'depthwise_kernel'), ...biasOf(layer)];
    case 'BatchNormalization':
      return [batchNormalization(layer)];
    case 'Activation':
      return activationOf(layer.attrs.activation);
    case 'ChannelShuffle':
      return [channelShuffle(layer)];
    case 'Slice':
      return [slice(layer)];
    case 'Concatenate':
      return [concatenate(layer)];
    case 'Add':
      return [step('AddV2', [], { T: FLOAT })];
    case 'MaxPooling2D':
      return [pooling('MaxPool', layer.attrs)];
    case 'AveragePooling2D':
      return [pooling('AvgPool', layer.attrs)];
    case 'GlobalMaxPooling2D':
      return [globalPooling('Max')];
    case 'GlobalAveragePooling2D':
      return [globalPooling('Mean')];
    case 'Dense':
      return [
        step('MatMul', [weight(layer, 'kernel')], { T: FLOAT, transpose_a: { b: false }, transpose_b: { b: false } }),
        ...biasOf(layer),
      ];
  }
}

function step(op: string, constants: readonly StepConstant[], attr: Step['attr']): Step {
  return { op, constants, attr };
}

const weight = (layer: Layer, role: WeightRole): StepConstant => ({ role, shape: layer.weights[role]! });

const scalar = (name: string, value: number): StepConstant => ({ name, shape: [], values: [value] });

const vector = (name: string, values: readonly number[]): StepConstant => ({ name, shape: [values.length], values });

/** TensorFlow has the axis of the channels after that of the batch and all others. */
const lastAxis = (layer: Layer): number => layer.outputShape.length;

const windowAttr = ({ strides, padding }: WindowAttrs): Step['attr'] => ({
  strides: mapAttr(strides),
  padding: stringAttr(padding.toUpperCase()),
  data_format: NHWC,
});

function convolution(layer: LayerOf<'Conv2D' | 'DepthwiseConv2D'>, op: string, role: WeightRole): Step {
  return step(op, [weight(layer, role)], { T: FLOAT, ...windowAttr(layer.attrs), dilations: mapAttr([1, 1]) });
}

function biasOf(layer: Layer): Step[] {
  if (layer.weights.bias === undefined) return [];
  return [step('BiasAdd', [weight(layer, 'bias')], { T: FLOAT, data_format: NHWC })];
}

function activationOf(activation: ConvAttrs['activation'] | 'softmax'): Step[] {
  if (activation === 'linear') return [];
  return [step(activation === 'relu' ? 'Relu' : 'Softmax', [], { T: FLOAT })];
}

function batchNormalization(layer: LayerOf<'BatchNormalization'>): Step {
  const roles = ['gamma', 'beta', 'moving_mean', 'moving_variance'] as const;
  const constants = roles.map((role) => weight(layer, role));
  const epsilon = { f: layer.attrs.epsilon };
  return step('FusedBatchNormV3', constants, {
    T: FLOAT,
    U: FLOAT,
    epsilon,
    is_training: { b: false },
    data_format: NHWC,
  });
}

/**
 * A gather of channels: `(groups, n)` transposed puts channel `group * n + i` at `i * groups + group`. A gather, unlike
 * reshape and transpose, needs no height and width.
 */
function channelShuffle(layer: LayerOf<'ChannelShuffle'>): Step {
  const { groups } = layer.attrs;
  const channels = layer.outputShape.at(-1) as number;
  const from = Array.from(
    { length: channels },
    (_, to) => (to % groups) * (channels / groups) + Math.floor(to / groups),
  );
  return step('GatherV2', [vector('channels', from), scalar('axis', lastAxis(layer))], {
    Tparams: FLOAT,
    Tindices: INT32,
    Taxis: INT32,
    batch_dims: { i: '0' },
  });
}

/** `-1` takes an axis whole. */
function slice(layer: LayerOf<'Slice'>): Step {
  const { begin, end } = layer.attrs;
  const others = new Array<number>(lastAxis(layer));
  const constants = [vector('begin', [...others.fill(0), begin]), vector('size', [...others.fill(-1), end - begin])];
  return step('Slice', constants, { T: FLOAT, Index: INT32 });
}

function concatenate(layer: LayerOf<'Concatenate'>): Step {
  const attr = { T: FLOAT, Tidx: INT32, N: { i: String(layer.inputs.length) } };
  return step('ConcatV2', [scalar('axis', lastAxis(layer))], attr);
}

function pooling(op: string, attrs: PoolAttrs): Step {
  return step(op, [], { T: FLOAT, ksize: mapAttr(attrs.poolSize), ...windowAttr(attrs) });
}

/** Over height and width. */
function globalPooling(op: string): Step {
  return step(op, [vector('reduction_indices', [1, 2])], { T: FLOAT, Tidx: INT32, keep_dims: { b: false } });
}
