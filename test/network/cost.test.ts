// Parameters and multiply-adds, counted by hand; the article's networks are counted in ../shufflenet.
import { describe, expect, test } from 'vitest';
import { layerMacs, layerParameters, networkMacs, networkParameters } from '../../src/network/cost.js';
import type { Shape } from '../../src/network/layer.js';
import {
  activation,
  batchNormalization,
  conv2d,
  dense,
  depthwiseConv2d,
  globalPooling2d,
  input,
  networkOf,
} from '../../src/network/symbolic.js';

/** conv (3x3, 3 -> 8, stride 2), depthwise 3x3 with bias, batch norm, relu, pool, dense 8 -> 10. */
function small(shape: Shape) {
  const conv = conv2d(input(shape), { name: 'conv', filters: 8, kernelSize: [3, 3], strides: [2, 2] });
  const depthwise = depthwiseConv2d(conv, { name: 'dw', kernelSize: [3, 3], useBias: true });
  const bn = batchNormalization(depthwise, 'bn');
  const pooled = globalPooling2d(activation(bn, 'relu', 'relu'), 'avg', 'pool');
  return networkOf(dense(pooled, 10, 'fc'), 'small');
}

const COUNTED = {
  input_1: [0, 0],
  conv: [3 * 3 * 3 * 8, 16 * 12 * 216],
  dw: [3 * 3 * 8 + 8, 16 * 12 * 72],
  bn: [4 * 8, 0],
  relu: [0, 0],
  pool: [0, 0],
  fc: [8 * 10 + 10, 80],
} as const;

describe('a network on images of 32 x 24', () => {
  const network = small([32, 24, 3]);

  test('has the parameters of each layer, moving statistics and biases included', () => {
    expect(network.layers.map((layer) => [layer.name, layerParameters(layer)])).toEqual(
      Object.entries(COUNTED).map(([name, [parameters]]) => [name, parameters]),
    );
    expect(networkParameters(network)).toBe(216 + 80 + 32 + 90);
  });

  test('takes multiply-adds in convolutions and dense layers only, biases not counted', () => {
    expect(network.layers.map((layer) => [layer.name, layerMacs(layer)])).toEqual(
      Object.entries(COUNTED).map(([name, [, macs]]) => [name, macs]),
    );
    expect(networkMacs(network)).toBe(41_472 + 13_824 + 80);
  });
});

test('an unknown height or width leaves parameters known and multiply-adds not', () => {
  for (const shape of [
    [null, 24, 3],
    [32, null, 3],
  ]) {
    const network = small(shape);
    expect(networkParameters(network)).toBe(418);
    expect(networkMacs(network)).toBeNull();
    expect(layerMacs(network.layers.find(({ name }) => name === 'conv')!)).toBeNull();
    expect(layerMacs(network.layers.find(({ name }) => name === 'fc')!)).toBe(80);
  }
});
