// A network that takes any size, at one size, beside the one that was built for it.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { sizedNetwork } from '../../src/network/sized.js';
import {
  averagePooling2d,
  batchNormalization,
  conv2d,
  depthwiseConv2d,
  input,
  maxPooling2d,
  networkOf,
} from '../../src/network/symbolic.js';
import { buildNetwork } from '../../src/shufflenet/build.js';
import { anySmallNetwork } from '../helpers/exports.js';

test('is the network that is built for that size', () => {
  fc.assert(
    fc.property(anySmallNetwork(100), (settings) => {
      const open = buildNetwork({ ...settings, inputShape: [null, null, settings.inputShape[2]!] });
      const built = buildNetwork(settings);
      expect(sizedNetwork(open, settings.inputShape)).toEqual({ ...built, name: open.name });
    }),
    { numRuns: 50, seed: 3 },
  );
});

test('minds windows, strides and padding of each axis', () => {
  let x = input([null, null, 2]);
  x = conv2d(x, { name: 'conv', filters: 4, kernelSize: [3, 5], strides: [2, 1], padding: 'valid' });
  x = batchNormalization(x, 'bn');
  x = depthwiseConv2d(x, { name: 'depthwise', kernelSize: [1, 3], strides: [1, 2], padding: 'valid' });
  x = maxPooling2d(x, { name: 'max', poolSize: [2, 3], padding: 'valid' });
  x = averagePooling2d(x, { name: 'average', poolSize: [3, 2], strides: [2, 1], padding: 'same' });
  const shapes = sizedNetwork(networkOf(x, 'small'), [30, 41, 2]).layers.map(({ outputShape }) => outputShape);
  expect(shapes).toEqual([
    [30, 41, 2],
    [14, 37, 4],
    [14, 37, 4],
    [14, 18, 4],
    [7, 6, 4],
    [4, 6, 4],
  ]);
});
