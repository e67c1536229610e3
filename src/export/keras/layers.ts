// Steps of a network as layers of Keras 3, built-in ones only: no Lambda, nothing that safe mode refuses. The last layer
// of a step bears the article's name in the spelling that Keras 3 allows. Read first: src/network/grouped.ts.
import { type Convolution, channelsOut, type Step } from '../../network/grouped.js';
import type { Shape, SliceAttrs } from '../../network/layer.js';
import type { LayerWeights } from '../../network/model.js';

/** A layer of Keras 3: its class and configuration, what it takes, and what it gives. */
export interface KerasLayer {
  readonly className: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inputs: readonly string[];
  /** Whether the inputs are one argument, a list: of layers that merge. */
  readonly merges: boolean;
  /** Without the batch dimension. */
  readonly outputShape: Shape;
  /** What it is called with after the inputs: it is one of Keras's operations then, and no layer. */
  readonly operands?: readonly unknown[];
  /** In the order in which Keras stores them. */
  readonly weights: readonly NonNullable<LayerWeights[keyof LayerWeights]>[];
}

/** Shapes by layer name, and the names that Keras is given for them. */
export interface KerasNames {
  readonly shapeOf: (layer: string) => Shape;
  readonly nameOf: (layer: string) => string;
}

/** The layers that one step becomes, in order. */
export function kerasLayers(step: Step, names: KerasNames): KerasLayer[] {
  return step.kind === 'layer' ? plainLayers(step, names) : convolutionLayers(step, names);
}

type Parts = Pick<KerasLayer, 'className' | 'config'> & Partial<KerasLayer>;

function convolutionLayers(step: Convolution, names: KerasNames): KerasLayer[] {
  const { strides, padding, activation } = step.attrs;
  const [height, width] = step.kernel.shape;
  const window = { kernel_size: [height, width], strides, padding, data_format: 'channels_last' };
  const config = { ...window, activation, use_bias: step.bias !== undefined };
  const own: Parts =
    step.kind === 'Conv2D'
      ? { className: 'Conv2D', config: { ...config, filters: channelsOut(step), groups: step.groups } }
      : { className: 'DepthwiseConv2D', config: { ...config, depth_multiplier: 1 } };
  const weights = step.bias === undefined ? [step.kernel] : [step.kernel, step.bias];
  const cut = step.slice === undefined ? [] : [slicing(step, step.slice, names)];
  return [
    ...cut,
    layerNamed(step.name, cut[0] ? [cut[0].name] : [names.nameOf(step.input)], names, { ...own, weights }),
  ];
}

/** Keras crops height and width; of maps whose channels it is told to stand first, those are width and channels. */
function cropping(shape: Shape, { begin, end }: SliceAttrs): Pick<KerasLayer, 'className' | 'config'> {
  const cropped = [[0, 0], [begin, shape.at(-1)! - end]]; // biome-ignore format: one line
  return { className: 'Cropping2D', config: { cropping: cropped, data_format: 'channels_first' } };
}

function slicing(step: Convolution, slice: SliceAttrs, names: KerasNames): KerasLayer {
  const shape = names.shapeOf(step.input);
  return {
    ...cropping(shape, slice),
    name: `${names.nameOf(step.name)}_slice`,
    inputs: [names.nameOf(step.input)],
    merges: false,
    outputShape: [...shape.slice(0, -1), slice.end - slice.begin],
    weights: [],
  };
}

function layerNamed(layer: string, inputs: readonly string[], names: KerasNames, parts: Parts): KerasLayer {
  const common = { name: names.nameOf(layer), inputs, merges: false, outputShape: names.shapeOf(layer), weights: [] };
  return { ...common, ...parts };
}

function plainLayers({ layer, weights }: Extract<Step, { kind: 'layer' }>, names: KerasNames): KerasLayer[] {
  const only = (className: string, config: KerasLayer['config'] = {}, others: Partial<KerasLayer> = {}) => [
    layerNamed(layer.name, layer.inputs.map(names.nameOf), names, { className, config, ...others }),
  ];
  switch (layer.op) {
    case 'InputLayer':
      return only('InputLayer', { batch_shape: [null, ...layer.outputShape], dtype: 'float32' });
    case 'BatchNormalization': {
      const { gamma, beta, moving_mean, moving_variance } = weights;
      const stored = [gamma!, beta!, moving_mean!, moving_variance!];
      return only('BatchNormalization', { axis: -1, epsilon: layer.attrs.epsilon }, { weights: stored });
    }
    case 'Activation':
      return only('Activation', { activation: layer.attrs.activation });
    case 'ChannelShuffle':
      return shuffling(layer.name, layer.inputs[0]!, layer.attrs.groups, names);
    case 'Slice': {
      const { className, config } = cropping(names.shapeOf(layer.inputs[0]!), layer.attrs);
      return only(className, config);
    }
    case 'Concatenate':
      return only('Concatenate', { axis: -1 }, { merges: true });
    case 'Add':
      return only('Add', {}, { merges: true });
    case 'MaxPooling2D':
    case 'AveragePooling2D': {
      const { poolSize, strides, padding } = layer.attrs;
      return only(layer.op, { pool_size: poolSize, strides, padding, data_format: 'channels_last' });
    }
    case 'GlobalMaxPooling2D':
    case 'GlobalAveragePooling2D':
      return only(layer.op, { data_format: 'channels_last' });
    case 'Dense': {
      const { kernel, bias } = weights;
      const stored = bias === undefined ? [kernel!] : [kernel!, bias];
      const config = { units: kernel!.shape[1], activation: 'linear', use_bias: bias !== undefined };
      return only('Dense', config, { weights: stored });
    }
    // A convolution is a step of its own.
    case 'Conv2D':
    case 'DepthwiseConv2D':
      throw new TypeError(`${layer.name} is a convolution`);
  }
}

/**
 * Reshaped to `(groups, n)`, transposed, and back: as the article's Lambda does it, in layers that Keras has. Those must know
 * the height and the width. Where they are open the channels are taken one by one, which Keras has no layer for.
 */
function shuffling(layer: string, input: string, groups: number, names: KerasNames): KerasLayer[] {
  const outputShape = names.shapeOf(layer);
  if (outputShape.includes(null)) {
    const taken = { className: 'Take', config: { axis: -1 }, operands: [shuffled(outputShape.at(-1)!, groups)] };
    return [layerNamed(layer, [names.nameOf(input)], names, taken)];
  }
  const map = outputShape.slice(0, -1);
  const n = outputShape.at(-1)! / groups;
  const name = names.nameOf(layer);
  const split = [...map, groups, n];
  const turned = [...map, n, groups];
  const dims = [...map.map((_, i) => i + 1), map.length + 2, map.length + 1];
  const part = (suffix: string, parts: Parts & Pick<KerasLayer, 'inputs' | 'outputShape'>): KerasLayer => {
    return { name: `${name}${suffix}`, merges: false, weights: [], ...parts };
  };
  return [
    part('_split', { className: 'Reshape', config: { target_shape: split }, inputs: [names.nameOf(input)], outputShape: split }), // biome-ignore format: one line
    part('_permute', { className: 'Permute', config: { dims }, inputs: [`${name}_split`], outputShape: turned }),
    part('', { className: 'Reshape', config: { target_shape: outputShape }, inputs: [`${name}_permute`], outputShape }), // biome-ignore format: one line
  ];
}

/** Which channel comes to each place. */
const shuffled = (channels: number, groups: number): number[] =>
  Array.from({ length: channels }, (_, place) => (place % groups) * (channels / groups) + Math.floor(place / groups));
