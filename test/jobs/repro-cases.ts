// A network for each operation, with a mistake planted in what was recorded of its last layer.
import { sizeOf, type Tensor, tensor, toFloat64 } from '../../src/core/tensor.js';
import { evaluator } from '../../src/evaluator/evaluator.js';
import { writeNpz } from '../../src/formats/npz.js';
import type { LayerWeights } from '../../src/network/model.js';
import * as make from '../../src/network/symbolic.js';
import { failingPart } from '../../src/parity/failing-part.js';
import { readFixture } from '../../src/parity/fixture.js';
import { type Checked, checkParity, type ParityOptions, walkMaterial } from '../../src/parity/verify.js';
import { noise } from '../helpers/models.js';

type X = make.SymbolicTensor;

/** 7 x 10 with six channels: an odd and an even size, so that both paddings of SAME are met. */
const SHAPE = [7, 10, 6] as const;
const start = (): X => make.input(SHAPE, 'x');
/** Two different maps of the same input, to be joined. */
const both = (join: (a: X, b: X) => X): X => {
  const x = start();
  return join(make.activation(x, 'relu', 'left'), make.sliceChannels(x, 0, 6, 'right'));
};
const conv = (options: Partial<make.Conv2DOptions>): X =>
  make.conv2d(start(), { name: 'conv', filters: 4, kernelSize: [3, 3], ...options });
const depthwise = (options: Partial<make.DepthwiseConv2DOptions>): X =>
  make.depthwiseConv2d(start(), { name: 'depthwise', kernelSize: [3, 3], ...options });
const max = (options: Partial<make.PoolingOptions>): X =>
  make.maxPooling2d(start(), { name: 'pool', poolSize: [3, 3], ...options });
const mean = (options: Partial<make.PoolingOptions>): X =>
  make.averagePooling2d(start(), { name: 'pool', poolSize: [3, 3], ...options });

const SAME = { strides: [2, 2], padding: 'same' } as const;
const VALID = { strides: [1, 3], padding: 'valid' } as const;

/** Networks whose last layer fails, all before it recorded. */
export const SINGLE: Readonly<Record<string, () => X>> = {
  'a convolution': () => conv({}),
  'a convolution, SAME, in steps, with a bias and relu': () => conv({ ...SAME, useBias: true, activation: 'relu' }),
  'a convolution, VALID, in steps that differ': () => conv(VALID),
  'a convolution of a window that is not square': () => conv({ ...SAME, kernelSize: [2, 5] }),
  'a pointwise convolution': () => conv({ kernelSize: [1, 1] }),
  'a convolution in steps wider than its window': () => conv({ kernelSize: [1, 1], ...SAME }),
  'a depthwise convolution': () => depthwise({ useBias: true }),
  'a depthwise convolution, SAME, in steps': () => depthwise(SAME),
  'a depthwise convolution, VALID': () => depthwise(VALID),
  'a batch normalisation': () => make.batchNormalization(start(), 'norm', 0.01),
  relu: () => make.activation(start(), 'relu', 'relu'),
  softmax: () => make.activation(start(), 'softmax', 'softmax'),
  'a channel shuffle': () => make.shuffleChannels(start(), 3, 'shuffle'),
  'a channel shuffle of a vector': () =>
    make.shuffleChannels(make.globalPooling2d(start(), 'max', 'pool'), 2, 'shuffle'),
  'a slice': () => make.sliceChannels(start(), 2, 5, 'slice'),
  'a concatenation': () => both((a, b) => make.concatenate([b, a], 'concat')),
  'a concatenation of a map with itself': () => both((a, b) => make.concatenate([b, a, b], 'concat')),
  'a sum': () => both((a, b) => make.add([a, b], 'sum')),
  'max pooling': () => max({}),
  'max pooling, SAME': () => max({ ...SAME, poolSize: [2, 3] }),
  'average pooling': () => mean({}),
  'average pooling, SAME': () => mean(SAME),
  'global max pooling': () => make.globalPooling2d(start(), 'max', 'pool'),
  'global average pooling': () => make.globalPooling2d(start(), 'avg', 'pool'),
  'a dense layer': () => make.dense(make.globalPooling2d(start(), 'avg', 'pool'), 5, 'fc'),
};

/** Several layers, of which only the last was recorded: one of each kind that a segment may hold. */
export const segment = (): X => {
  const first = make.conv2d(start(), { name: 'a/conv', filters: 6, kernelSize: [3, 3], strides: [2, 2] });
  const groups = [0, 3].map((begin) =>
    make.conv2d(make.sliceChannels(first, begin, begin + 3, `a/slice${begin}`), {
      name: `a/g${begin}`,
      filters: 3,
      kernelSize: [1, 1],
    }),
  );
  const joined = make.batchNormalization(make.concatenate(groups, 'a/concat'), 'a/norm');
  return make.activation(make.add([joined, first], 'a/sum'), 'relu', 'a/relu');
};

/** Weights without a pattern; variances above 0. */
function weightsFor(network: Checked['network']): Checked['weights'] {
  const weights = network.layers.map(({ name, weights: shapes }, i): [string, LayerWeights] => [
    name,
    Object.fromEntries(
      Object.entries(shapes).map(([role, shape], k) => {
        const { data } = noise(shape, 11 * i + k + 1);
        return [role, tensor(role === 'moving_variance' ? data.map((v) => v + 2) : data, shape)];
      }),
    ),
  ]);
  return new Map(weights);
}

/** A model with its output, and its input of two images. */
export function modelOf(output: X): Checked {
  const network = make.networkOf(output, 'n');
  return { network, weights: weightsFor(network) };
}

const INPUT = noise([2, ...SHAPE], 5);

/** What the layers give for the input, rounded to float32. */
export const recorded = (model: Checked, names: readonly string[]): Promise<ReadonlyMap<string, Tensor>> =>
  evaluator(model).run(INPUT, names);

/** The values of the second image from `from` on, three of them, moved by as many tenths as their number. */
export function planted(t: Tensor, from = 2): Tensor<Float32Array> {
  const data = Float32Array.from(toFloat64(t));
  const second = sizeOf(t.shape) / 2;
  for (let k = 0; k < 3; k++) data[second + from + k]! += (k + 1) / 10;
  return tensor(data, t.shape);
}

/** The failing part of a model against arrays under layers' names. */
export async function partOf(
  model: Checked,
  arrays: Iterable<readonly [string, Tensor]>,
  options: ParityOptions = {},
  input: Tensor = INPUT,
) {
  const fixture = readFixture(writeNpz([['input', input], ...arrays]), 'reference.npz');
  const { firstFailure } = await checkParity(model, fixture, options);
  if (firstFailure === undefined) throw new Error('nothing fails');
  return failingPart(model, walkMaterial(model.network, fixture), firstFailure);
}

/** The part for a mistake planted in a network's last layer, with everything before it recorded, or nothing. */
export async function plantedPart(output: X, all = true, options: ParityOptions = {}) {
  const model = modelOf(output);
  const names = model.network.layers.map(({ name }) => name).filter((name) => name !== 'x');
  const last = model.network.output;
  const arrays = new Map(await recorded(model, all ? names : [last]));
  return partOf(model, arrays.set(last, planted(arrays.get(last)!)), options);
}
