// The walk through a network: what it hands out, for which inputs, and what it refuses.
import { describe, expect, test } from 'vitest';
import { tensor } from '../../src/core/tensor.js';
import { apply, evaluator } from '../../src/evaluator/evaluator.js';
import type { Shape } from '../../src/network/layer.js';
import type { Model } from '../../src/network/model.js';
import {
  activation,
  add,
  averagePooling2d,
  batchNormalization,
  concatenate,
  conv2d,
  dense,
  depthwiseConv2d,
  globalPooling2d,
  input,
  maxPooling2d,
  networkOf,
  type SymbolicTensor,
  shuffleChannels,
  sliceChannels,
} from '../../src/network/symbolic.js';
import { map, weight } from './maps.js';

/** Doubles each channel, rectifies, adds the input, and takes the mean: `mean(x + max(2x, 0))`. */
function small(shape: Shape): Pick<Model, 'network' | 'weights'> {
  const x = input(shape, 'x');
  const doubled = conv2d(x, { name: 'doubled', filters: 2, kernelSize: [1, 1] });
  const sum = add([activation(doubled, 'relu', 'relu'), x], 'sum');
  return {
    network: networkOf(globalPooling2d(sum, 'avg', 'mean'), 'small'),
    weights: new Map([['doubled', { kernel: weight([1, 1, 2, 2], [2, 0, 0, 2]) }]]),
  };
}

const images = tensor(Float32Array.of(1, -1, 3, -3, 10, 0, -10, 4), [2, 1, 2, 2]);

describe('an evaluation', () => {
  test('hands out the output alone unless told, batch first', async () => {
    const outputs = await evaluator(small([1, 2, 2])).run(images);
    expect([...outputs.keys()]).toEqual(['mean']);
    expect(outputs.get('mean')).toEqual(tensor(Float32Array.of((3 + 9) / 2, -2, (30 - 10) / 2, 12 / 2), [2, 2]));
  });

  test('hands out every layer that is asked for, in the order asked, the input too', async () => {
    const outputs = await evaluator(small([1, 2, 2])).run(images, ['sum', 'doubled', 'x']);
    expect([...outputs.keys()]).toEqual(['sum', 'doubled', 'x']);
    expect(outputs.get('doubled')).toEqual(tensor(Float32Array.of(2, -2, 6, -6, 20, 0, -20, 8), [2, 1, 2, 2]));
    expect(outputs.get('sum')!.data).toEqual(Float32Array.of(3, -1, 9, -3, 30, 0, -10, 12));
    expect(outputs.get('x')).toEqual(images);
  });

  test('reads an input by its strides', async () => {
    // The same two images with the batch as the last axis in memory.
    const data = Float32Array.of(1, 10, -1, 0, 3, -10, -3, 4);
    const strided = { data, shape: [2, 1, 2, 2], stride: [1, 8, 4, 2], offset: 0 };
    expect((await evaluator(small([1, 2, 2])).run(strided, ['x'])).get('x')).toEqual(images);
  });

  test('takes any size where the network leaves it open', async () => {
    const column = tensor(Float32Array.of(1, 2, 3, 4, 5, 6), [1, 3, 1, 2]);
    const outputs = await evaluator(small([null, null, 2])).run(column);
    expect(outputs.get('mean')).toEqual(tensor(Float32Array.of(9, 12), [1, 2]));
  });

  test('rounds to float32 once, or hands out float64 when asked', async () => {
    const third = tensor(Float64Array.of(1 / 3, 0), [1, 1, 1, 2]);
    const exact = await evaluator(small([1, 1, 2]), { output: 'float64' }).run(third);
    expect(exact.get('mean')!.data).toEqual(Float64Array.of(1 / 3 + 2 / 3, 0));
    const rounded = await evaluator(small([1, 1, 2])).run(third, ['x']);
    expect(rounded.get('x')!.data).toEqual(Float32Array.of(1 / 3, 0));
  });

  test('says who computes', () => {
    expect(evaluator(small([1, 2, 2])).name).toBe('evaluator');
  });
});

test('a name that is no layer cannot be observed, and is told', async () => {
  const run = evaluator(small([1, 2, 2])).run(images, ['sum', 'summ']);
  await expect(run).rejects.toThrow(RangeError);
  await expect(run).rejects.toThrow('"summ"');
});

describe('an input is refused', () => {
  const run = (shape: readonly number[], takes: Shape = [1, 2, 2]) =>
    evaluator(small(takes)).run(tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape));

  test('without a batch dimension, with the advice to add it', async () => {
    await expect(run([1, 2, 2])).rejects.toMatchObject({
      tag: 'InputShape',
      kind: 'usage',
      explanation: {
        found: '(1, 2, 2)',
        expected: '(None, 1, 2, 2), with the batch first and the channels last',
        next: 'add the batch dimension: one image is (1, height, width, channels)',
      },
    });
  });

  test('with its channels first, with the advice to transpose it', async () => {
    await expect(run([1, 2, 5, 7], [null, null, 2])).rejects.toMatchObject({
      tag: 'InputShape',
      explanation: { next: 'check height, width and channels; NCHW input must be transposed to NHWC' },
    });
  });

  test.each([[[1, 1, 3, 2]], [[1, 2, 2, 2]], [[1, 1, 2, 3]], [[1, 1, 1, 2, 2]], [[4]]])(
    'of the shape %j by a network that takes (1, 2, 2)',
    async (shape) => {
      await expect(run(shape)).rejects.toMatchObject({ tag: 'InputShape' });
    },
  );

  test('with no image in it', async () => {
    await expect(run([0, 1, 2, 2])).rejects.toMatchObject({ tag: 'InputShape' });
  });
});

describe('each layer computes what its class says', () => {
  const x = input([2, 2, 2], 'x');
  const one = map([2, 2, 2], [1, -2, 3, -4, 5, -6, 7, -8]);
  const pool = { name: 'l', poolSize: [2, 2] } as const;
  const conv = { name: 'l', filters: 1, kernelSize: [1, 1] } as const;
  const kernel = weight([1, 1, 2, 1], [1, 1]);
  const bn = {
    gamma: weight([2], [1, 1]),
    beta: weight([2], [0, 0]),
    moving_mean: weight([2], [1, -2]),
    moving_variance: weight([2], [3, 3]),
  };

  test.each<[string, SymbolicTensor, Model['weights'] extends ReadonlyMap<string, infer W> ? W : never, number[]]>([
    ['InputLayer', x, {}, [1, -2, 3, -4, 5, -6, 7, -8]],
    ['Conv2D', conv2d(x, conv), { kernel }, [-1, -1, -1, -1]],
    ['Conv2D with bias', conv2d(x, { ...conv, useBias: true }), { kernel, bias: weight([1], [3]) }, [2, 2, 2, 2]],
    ['Conv2D with relu', conv2d(x, { ...conv, activation: 'relu' }), { kernel }, [0, 0, 0, 0]],
    [
      'DepthwiseConv2D',
      depthwiseConv2d(x, { name: 'l', kernelSize: [1, 1] }),
      { depthwise_kernel: weight([1, 1, 2, 1], [2, 3]) },
      [2, -6, 6, -12, 10, -18, 14, -24],
    ],
    [
      'DepthwiseConv2D with bias',
      depthwiseConv2d(x, { name: 'l', kernelSize: [2, 2], padding: 'valid', useBias: true }),
      { depthwise_kernel: weight([2, 2, 2, 1], Array(8).fill(1)), bias: weight([2], [1, 2]) },
      [17, -18],
    ],
    ['BatchNormalization', batchNormalization(x, 'l', 1), bn, [0, 0, 1, -1, 2, -2, 3, -3]],
    ['Activation relu', activation(x, 'relu', 'l'), {}, [1, 0, 3, 0, 5, 0, 7, 0]],
    ['ChannelShuffle', shuffleChannels(x, 2, 'l'), {}, [1, -2, 3, -4, 5, -6, 7, -8]],
    ['Slice', sliceChannels(x, 1, 2, 'l'), {}, [-2, -4, -6, -8]],
    ['MaxPooling2D', maxPooling2d(x, pool), {}, [7, -2]],
    ['AveragePooling2D', averagePooling2d(x, pool), {}, [4, -5]],
    ['GlobalMaxPooling2D', globalPooling2d(x, 'max', 'l'), {}, [7, -2]],
    ['GlobalAveragePooling2D', globalPooling2d(x, 'avg', 'l'), {}, [4, -5]],
  ])('%s', (_, { layer }, weights, expected) => {
    expect([...apply(layer, [one], weights).data]).toEqual(expected);
  });

  test('Activation softmax', () => {
    const { layer } = activation(input([2], 'v'), 'softmax', 'l');
    expect([...apply(layer, [map([2], [5, 5])], {}).data]).toEqual([0.5, 0.5]);
  });

  test('Dense', () => {
    const { layer } = dense(input([2], 'v'), 1, 'l');
    const weights = { kernel: weight([2, 1], [1, 10]), bias: weight([1], [0.5]) };
    expect([...apply(layer, [map([2], [3, 4])], weights).data]).toEqual([43.5]);
  });

  test('Add and Concatenate, of two inputs', () => {
    const [a, b] = [map([1, 1, 2], [1, 2]), map([1, 1, 2], [10, 20])];
    expect([...apply(add([x, x], 'l').layer, [a, b], {}).data]).toEqual([11, 22]);
    expect([...apply(concatenate([x, x], 'l').layer, [a, b], {}).data]).toEqual([1, 2, 10, 20]);
  });
});
