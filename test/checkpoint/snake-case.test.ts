import { expect, test } from 'vitest';
import { snakeCase } from '../../src/checkpoint/snake-case.js';

// As Keras 3.15 names the groups of such layers.
test.each([
  ['Conv2D', 'conv2d'],
  ['DepthwiseConv2D', 'depthwise_conv2d'],
  ['BatchNormalization', 'batch_normalization'],
  ['InputLayer', 'input_layer'],
  ['MaxPooling2D', 'max_pooling2d'],
  ['GlobalAveragePooling2D', 'global_average_pooling2d'],
  ['ReLU', 're_lu'],
  ['Dense', 'dense'],
])('%s is %s', (className, name) => {
  expect(snakeCase(className)).toBe(name);
});
