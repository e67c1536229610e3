// The functional API: shapes and weight shapes as `model.summary()` of Keras shows them, and what it refuses.
import { describe, expect, test } from 'vitest';
import type { Layer } from '../../src/network/layer.js';
import { layersByName } from '../../src/network/layer.js';
import {
  activation,
  add,
  averagePooling2d,
  batchNormalization,
  channelsOf,
  concatenate,
  conv2d,
  dense,
  depthwiseConv2d,
  globalPooling2d,
  input,
  maxPooling2d,
  networkOf,
  shuffleChannels,
  sliceChannels,
  toPair,
} from '../../src/network/symbolic.js';

const image = input([224, 224, 3]);
const map = input([28, 28, 60], 'map');

/** A layer as one line of a summary. */
const summary = ({ layer }: { layer: Layer }) => ({
  op: layer.op,
  name: layer.name,
  inputs: layer.inputs,
  attrs: layer.attrs,
  weights: layer.weights,
  outputShape: layer.outputShape,
});

describe('a layer states its output and its weights', () => {
  test('Input, called input_1 as in Keras unless told', () => {
    expect(summary(image)).toEqual({
      op: 'InputLayer',
      name: 'input_1',
      inputs: [],
      attrs: {},
      weights: {},
      outputShape: [224, 224, 3],
    });
    expect(image.shape).toEqual([224, 224, 3]);
  });

  test("Conv2D, the article's conv1", () => {
    const options = { name: 'conv1', filters: 24, kernelSize: [3, 3], strides: [2, 2], activation: 'relu' } as const;
    expect(summary(conv2d(image, options))).toEqual({
      op: 'Conv2D',
      name: 'conv1',
      inputs: ['input_1'],
      attrs: { strides: [2, 2], padding: 'same', activation: 'relu' },
      weights: { kernel: [3, 3, 3, 24] },
      outputShape: [112, 112, 24],
    });
  });

  test('Conv2D with a bias, valid padding and a window that is not square', () => {
    const options = { name: 'c', filters: 8, kernelSize: [1, 5], padding: 'valid', useBias: true } as const;
    expect(summary(conv2d(map, options))).toMatchObject({
      attrs: { strides: [1, 1], padding: 'valid', activation: 'linear' },
      weights: { kernel: [1, 5, 60, 8], bias: [8] },
      outputShape: [28, 24, 8],
    });
  });

  test('DepthwiseConv2D', () => {
    const options = { name: 'dw', kernelSize: [3, 3], strides: [2, 1] } as const;
    expect(summary(depthwiseConv2d(map, options))).toEqual({
      op: 'DepthwiseConv2D',
      name: 'dw',
      inputs: ['map'],
      attrs: { strides: [2, 1], padding: 'same' },
      weights: { depthwise_kernel: [3, 3, 60, 1] },
      outputShape: [14, 28, 60],
    });
    expect(depthwiseConv2d(map, { ...options, useBias: true, padding: 'valid' }).layer).toMatchObject({
      weights: { depthwise_kernel: [3, 3, 60, 1], bias: [60] },
      outputShape: [13, 26, 60],
    });
  });

  test("BatchNormalization, with Keras's epsilon", () => {
    const weights = { gamma: [60], beta: [60], moving_mean: [60], moving_variance: [60] };
    expect(summary(batchNormalization(map, 'bn'))).toEqual({
      op: 'BatchNormalization',
      name: 'bn',
      inputs: ['map'],
      attrs: { epsilon: 0.001 },
      weights,
      outputShape: [28, 28, 60],
    });
    expect(batchNormalization(map, 'bn', 1e-5).layer.attrs).toEqual({ epsilon: 1e-5 });
  });

  test('Activation, the shuffle and the slice', () => {
    expect(summary(activation(map, 'relu', 'r'))).toEqual({
      op: 'Activation',
      name: 'r',
      inputs: ['map'],
      attrs: { activation: 'relu' },
      weights: {},
      outputShape: [28, 28, 60],
    });
    expect(summary(shuffleChannels(map, 3, 's'))).toEqual({
      op: 'ChannelShuffle',
      name: 's',
      inputs: ['map'],
      attrs: { groups: 3 },
      weights: {},
      outputShape: [28, 28, 60],
    });
    expect(summary(sliceChannels(map, 20, 45, 'g1_slice'))).toEqual({
      op: 'Slice',
      name: 'g1_slice',
      inputs: ['map'],
      attrs: { begin: 20, end: 45 },
      weights: {},
      outputShape: [28, 28, 25],
    });
  });

  test('Concatenate and Add', () => {
    const other = input([28, 28, 4], 'other');
    expect(summary(concatenate([map, other, map], 'c'))).toEqual({
      op: 'Concatenate',
      name: 'c',
      inputs: ['map', 'other', 'map'],
      attrs: {},
      weights: {},
      outputShape: [28, 28, 124],
    });
    expect(summary(add([map, map], 'a'))).toEqual({
      op: 'Add',
      name: 'a',
      inputs: ['map', 'map'],
      attrs: {},
      weights: {},
      outputShape: [28, 28, 60],
    });
  });

  test("pooling, with Keras's defaults: valid, and strides as wide as the window", () => {
    expect(summary(maxPooling2d(input([7, 9, 2], 'x'), { name: 'p', poolSize: [2, 3] }))).toEqual({
      op: 'MaxPooling2D',
      name: 'p',
      inputs: ['x'],
      attrs: { poolSize: [2, 3], strides: [2, 3], padding: 'valid' },
      weights: {},
      outputShape: [3, 3, 2],
    });
    const options = { name: 'p', poolSize: [3, 3], strides: [2, 2], padding: 'same' } as const;
    expect(summary(averagePooling2d(map, options))).toMatchObject({
      op: 'AveragePooling2D',
      attrs: { poolSize: [3, 3], strides: [2, 2], padding: 'same' },
      outputShape: [14, 14, 60],
    });
  });

  test('global pooling and Dense', () => {
    expect(summary(globalPooling2d(map, 'max', 'p'))).toMatchObject({ op: 'GlobalMaxPooling2D', outputShape: [60] });
    const pooled = globalPooling2d(map, 'avg', 'p');
    expect(summary(pooled)).toMatchObject({ op: 'GlobalAveragePooling2D', inputs: ['map'], outputShape: [60] });
    expect(summary(dense(pooled, 10, 'fc'))).toEqual({
      op: 'Dense',
      name: 'fc',
      inputs: ['p'],
      attrs: {},
      weights: { kernel: [60, 10], bias: [10] },
      outputShape: [10],
    });
  });

  test('heights and widths that are not known stay so, each for itself', () => {
    const options = { name: 'c', filters: 8, kernelSize: [3, 3], strides: [2, 2] } as const;
    expect(conv2d(input([null, 33, 3]), options).shape).toEqual([null, 17, 8]);
  });
});

test('one number stands for both axes', () => {
  expect(toPair(3)).toEqual([3, 3]);
  expect(toPair([1, 2])).toEqual([1, 2]);
});

describe('it is refused', () => {
  test('that a layer has weights for a number of channels nobody knows', () => {
    const unknown = input([32, 32, null], 'x');
    expect(channelsOf(map)).toBe(60);
    expect(() => batchNormalization(unknown, 'bn')).toThrow(
      expect.objectContaining({
        tag: 'ChannelsUnknown',
        kind: 'usage',
        explanation: expect.objectContaining({ where: 'x', found: 'shape (32, 32, None)' }),
      }),
    );
  });

  test('that maps of different shapes are added or joined', () => {
    const other = input([14, 28, 60], 'other');
    const expected = {
      tag: 'ShapeMismatch',
      explanation: expect.objectContaining({ where: 'sum', found: '(14, 28, 60)', expected: '(28, 28, 60)' }),
    };
    expect(() => add([map, other], 'sum')).toThrow(expect.objectContaining(expected));
    expect(() => concatenate([map, other], 'sum')).toThrow(expect.objectContaining({ tag: 'ShapeMismatch' }));
  });

  test('that two layers have one name', () => {
    const one = activation(map, 'relu', 'same');
    const two = activation(one, 'relu', 'same');
    expect(() => networkOf(two, 'n')).toThrow('The name "same" is used 2 times in the model.');
  });
});

describe('a network', () => {
  const x = input([8, 8, 4], 'x');
  const left = activation(x, 'relu', 'left');
  const right = shuffleChannels(x, 2, 'right');
  const joined = add([left, right], 'joined');
  const unused = activation(x, 'relu', 'unused');
  const network = networkOf(globalPooling2d(joined, 'avg', 'pool'), 'diamond');

  test('holds what leads to its output, each layer once and after all it takes', () => {
    expect(network.layers.map(({ name }) => name)).toEqual(['x', 'left', 'right', 'joined', 'pool']);
    expect(network.layers).not.toContain(unused.layer);
  });

  test('knows its name, its input and its output', () => {
    expect(network).toMatchObject({ name: 'diamond', input: 'x', inputShape: [8, 8, 4], output: 'pool' });
  });

  test('finds its layers by name', () => {
    const byName = layersByName(network);
    expect(byName.size).toBe(5);
    expect(byName.get('joined')).toBe(joined.layer);
  });
});

test('a network deeper than the call stack is built all the same', () => {
  let x = input([8, 8, 1]);
  for (let i = 0; i < 50_000; i++) x = activation(x, 'relu', `relu_${i}`);
  const { layers, output } = networkOf(x, 'deep');
  expect([layers.length, layers[1]!.name, output]).toEqual([50_001, 'relu_0', 'relu_49999']);
});
