// Steps of a network as layers of Keras 3, built-in ones only: no Lambda, nothing that safe mode refuses. The last layer
// of a step bears the article's name in the spelling that Keras 3 allows. Read first: layer.ts, and
// src/network/grouped.ts.
import { type Convolution, channelsOut, type Step } from '../../network/grouped.js';
import { wholeKernel } from '../../network/kernel.js';
import type { Shape, SliceAttrs } from '../../network/layer.js';
import { averaging, pooling, shuffling } from './chains.js';
import { type KerasLayer, type KerasNames, layerNamed, type Parts } from './layer.js';

/** The layers that one step becomes, in order. */
export function kerasLayers(step: Step, names: KerasNames): KerasLayer[] {
  return step.kind === 'layer' ? plainLayers(step, names) : convolutionLayers(step, names);
}

function convolutionLayers(step: Convolution, names: KerasNames): KerasLayer[] {
  const { strides, padding, activation } = step.attrs;
  const [height, width] = step.kernel.shape;
  const window = { kernel_size: [height, width], strides, padding, data_format: 'channels_last' };
  const config = { ...window, activation, use_bias: step.bias !== undefined };
  const own: Parts =
    step.kind === 'Conv2D'
      ? { className: 'Conv2D', config: { ...config, filters: channelsOut(step), groups: step.groups } }
      : { className: 'DepthwiseConv2D', config: { ...config, depth_multiplier: 1 } };
  const kernel = wholeKernel(step.kernel);
  const weights = step.bias === undefined ? [kernel] : [kernel, step.bias];
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
      return shuffling(layer, names);
    case 'Slice': {
      const { className, config } = cropping(names.shapeOf(layer.inputs[0]!), layer.attrs);
      return only(className, config);
    }
    case 'Concatenate':
      return only('Concatenate', { axis: -1 }, { merges: true });
    case 'Add':
      return only('Add', {}, { merges: true });
    case 'MaxPooling2D':
      return only(layer.op, pooling(layer.attrs));
    case 'AveragePooling2D':
      return averaging(layer, names);
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
