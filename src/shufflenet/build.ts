// Settings in, layer table out: the article's architecture section, in its order.
import type { Network } from '../network/layer.js';
import {
  activation,
  conv2d,
  dense,
  globalPooling2d,
  input,
  maxPooling2d,
  networkOf,
  type SymbolicTensor,
} from '../network/symbolic.js';
import { block } from './block.js';
import { modelName } from './model-name.js';
import { channelsInStages, checkSettings, type ShuffleNetSettings } from './settings.js';

/** The article's `conv1`: 3x3, stride 2, its relu inside. */
export function firstConvolution(x: SymbolicTensor, filters: number, useBias: boolean): SymbolicTensor {
  return conv2d(x, { filters, kernelSize: [3, 3], strides: [2, 2], activation: 'relu', useBias, name: 'conv1' });
}

/**
 * The network these settings describe, on an input of its own or on `inputTensor`. Unlike `shuffleNet` it allows a
 * top on an input of unknown size: a file of weights does not tell the size, and the network runs on any.
 */
export function buildNetwork(settings: ShuffleNetSettings, inputTensor?: SymbolicTensor): Network {
  checkSettings(settings);
  const { groups, bottleneckRatio, pooling, slices, revision } = settings;
  const channelMap = channelsInStages(settings);
  let x = inputTensor ?? input(settings.inputShape);
  x = firstConvolution(x, channelMap[0]!, revision.convBias);
  x = maxPooling2d(x, { poolSize: [3, 3], strides: [2, 2], padding: 'same', name: 'maxpool1' });
  settings.numShuffleUnits.forEach((repeat, index) => {
    x = block(x, { channelMap, repeat, bottleneckRatio, groups, stage: index + 2, slices, revision });
  });
  if (pooling !== null) x = globalPooling2d(x, pooling, 'global_pool');
  if (settings.includeTop) {
    x = dense(x, settings.classes, 'fc');
    x = activation(x, 'softmax', 'softmax');
  }
  return networkOf(x, modelName(settings));
}
