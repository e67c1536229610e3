// One operation, asked for as fixtures/generate/ops.py calls it, computed by src/evaluator; and how far the answer may
// lie from numpy's. The bounds are derived, in the comments below, from IEEE arithmetic alone.
import { sizeOf, type Tensor, tensor, toFloat64 } from '../../src/core/tensor.js';
import { conv2d, depthwiseConv2d } from '../../src/evaluator/convolution.js';
import { evaluator } from '../../src/evaluator/evaluator.js';
import type { FloatMap } from '../../src/evaluator/map.js';
import { add, batchNormalization, channelShuffle, dense, relu, softmax } from '../../src/evaluator/pointwise.js';
import { averagePool2d, globalAveragePool2d, globalMaxPool2d, maxPool2d } from '../../src/evaluator/pooling.js';
import type { Padding, Pair } from '../../src/network/layer.js';
import type { LayerWeights } from '../../src/network/model.js';
import { input, networkOf } from '../../src/network/symbolic.js';
import { groupConv } from '../../src/shufflenet/group-conv.js';
import type { Slices } from '../../src/shufflenet/settings.js';
import type { Arguments } from '../helpers/numpy-fixtures.js';

const array = (args: Arguments, name: string) => args[name] as Tensor<Float32Array>;
const count = (args: Arguments, name: string) => args[name] as number;
const window = (args: Arguments) => ({ strides: args.strides as Pair, padding: args.padding as Padding });
const pool = (args: Arguments) => ({ ...window(args), poolSize: args.window as Pair });

/** Operations on one image at a time, under numpy's names. */
const ON_IMAGES: Readonly<Record<string, (x: FloatMap, args: Arguments) => FloatMap>> = {
  relu,
  channel_shuffle: (x, args) => channelShuffle(x, count(args, 'groups')),
  conv2d: (x, args) => conv2d(x, array(args, 'kernel'), window(args)),
  depthwise_conv2d: (x, args) => depthwiseConv2d(x, array(args, 'kernel'), window(args)),
  max_pool: (x, args) => maxPool2d(x, pool(args)),
  avg_pool: (x, args) => averagePool2d(x, pool(args)),
  global_max_pool: globalMaxPool2d,
  global_avg_pool: globalAveragePool2d,
  batch_norm: (x, args) => {
    const [gamma, beta] = [array(args, 'gamma'), array(args, 'beta')];
    const [moving_mean, moving_variance] = [array(args, 'mean'), array(args, 'variance')];
    return batchNormalization(x, { gamma, beta, moving_mean, moving_variance }, count(args, 'epsilon'));
  },
  dense: (x, args) => dense(x, array(args, 'kernel'), array(args, 'bias')),
  softmax,
};

/** The evaluator's answer in float64, not rounded. The first axis of an `x` of four is the batch. */
export async function ours(op: string, args: Arguments): Promise<Tensor<Float64Array>> {
  if (op === 'group_conv') return groupedConvolution(args);
  const x = array(args, 'x');
  if (op === 'add') {
    const sum = add(whole(x), whole(array(args, 'y')));
    return tensor(sum.data, sum.shape);
  }
  // Vectors and rows of logits are one map: dense and softmax work along its last axis.
  if (x.shape.length < 4) return asTensor(ON_IMAGES[op]!(whole(x), args));
  return joined(images(x).map((image) => asTensor(ON_IMAGES[op]!(image, args))));
}

/** Through the article's own way: slices, convolutions and a join, built by `groupConv` and run layer by layer. */
async function groupedConvolution(args: Arguments): Promise<Tensor<Float64Array>> {
  const [x, kernel] = [array(args, 'x'), array(args, 'kernel')];
  const [height, width, , outChannels] = kernel.shape as readonly [number, number, number, number];
  const groups = count(args, 'groups');
  const output = groupConv(input(x.shape.slice(1)), {
    inChannels: x.shape[3]!,
    outChannels,
    groups,
    kernel: [height, width],
    stride: args.strides as Pair,
    name: 'conv',
    slices: args.slices as Slices,
  });
  const network = networkOf(output, 'one grouped convolution');
  const run = await evaluator({ network, weights: groupWeights(kernel, groups) }, { output: 'float64' }).run(x);
  return run.get(network.output)! as Tensor<Float64Array>;
}

/** The kernel `(h, w, in / groups, out)` in parts, by the names the article gives their layers. */
function groupWeights(kernel: Tensor<Float32Array>, groups: number): Map<string, LayerWeights> {
  if (groups === 1) return new Map([['conv', { kernel }]]);
  const [height, width, inputs, filters] = kernel.shape as readonly [number, number, number, number];
  const each = filters / groups;
  const part = (group: number) => kernel.data.filter((_, i) => Math.floor((i % filters) / each) === group);
  return new Map(
    Array.from({ length: groups }, (_, i) => [
      `conv_/g${i}`,
      { kernel: tensor(part(i), [height, width, inputs, each]) },
    ]),
  );
}

/** Half the distance from a float32 to the next one away from zero: what rounding to it can have moved. */
export function halfUlp(value: number): number {
  const bits = new Int32Array(1);
  const float = new Float32Array(bits.buffer);
  float[0] = Math.abs(value);
  const here = float[0];
  bits[0]! += 1;
  return (float[0]! - here) / 2;
}

// The unit roundoff of float64: one operation's result is wrong by this much of itself, at most.
const U = 2 ** -53;

const EXACT = new Set(['channel_shuffle', 'relu', 'max_pool', 'global_max_pool']);

/**
 * The largest difference between two correct float64 computations of the operation, before the one that is recorded
 * was rounded to float32; `null` where values are moved or chosen, so that there is no rounding at all.
 *
 * A sum of n terms, added in any order, is off by at most n U times the sum of the terms' magnitudes (first order in
 * U; an n in place of the n - 1 additions covers the rest). Products of two float32 numbers are exact in float64.
 * Both computations may be off, in opposite directions, hence the factor 2 everywhere.
 */
export function float64Slack(op: string, args: Arguments): number | null {
  if (EXACT.has(op)) return null;
  const largest = (name: string) => magnitude(array(args, name));
  const x = largest('x');
  switch (op) {
    case 'conv2d':
    case 'group_conv':
    case 'depthwise_conv2d': {
      const [height, width, inputs] = array(args, 'kernel').shape as readonly [number, number, number];
      const n = height * width * (op === 'depthwise_conv2d' ? 1 : inputs);
      return 2 * n * U * (n * x * largest('kernel'));
    }
    case 'dense': {
      const n = array(args, 'kernel').shape[0]!;
      return 2 * (n + 1) * U * (n * x * largest('kernel') + largest('bias'));
    }
    case 'avg_pool': // A sum of n, divided by n, one rounding more.
      return 2 * (sizeOf(args.window as Pair) + 1) * U * x;
    case 'global_avg_pool':
      return 2 * (array(args, 'x').shape[1]! * array(args, 'x').shape[2]! + 1) * U * x;
    case 'batch_norm': {
      // x - mean, times gamma, variance + epsilon, its root, the quotient: five roundings of the term; then the sum.
      const variance = Math.min(...array(args, 'variance').data) + count(args, 'epsilon');
      const term = (largest('gamma') * (x + largest('mean'))) / Math.sqrt(variance);
      return 2 * 6 * U * (term + largest('beta'));
    }
    case 'softmax': {
      // Of a quotient of at most 1: exp within 4 ulps (8 U) above and below the line; the sum of n; the division; and
      // the rounded argument d, which moves exp(d) by |d| exp(d) U, less than U / 2, in each of n + 1 places.
      const n = array(args, 'x').shape.at(-1)!;
      return 2 * (8 + 8 + n + 1 + (n + 1) / 2) * U;
    }
    case 'add': // One operation, correctly rounded by both.
      return 0;
    default:
      throw new Error(`no bound for ${op}`);
  }
}

/** What is wrong with the answer, or `undefined`: shapes equal, each value within half an ulp and the slack. */
export function disagreement(
  found: Tensor<Float64Array>,
  expected: Tensor<Float32Array>,
  slack: number | null,
): string | undefined {
  if (found.shape.join() !== expected.shape.join()) return `shape ${found.shape}, numpy has ${expected.shape}`;
  const wrong = found.data.findIndex((value, i) => {
    const wanted = expected.data[i]!;
    return !(value === wanted || (slack !== null && Math.abs(value - wanted) <= halfUlp(wanted) + slack));
  });
  return wrong < 0 ? undefined : `element ${wrong} is ${found.data[wrong]}, numpy has ${expected.data[wrong]}`;
}

function magnitude(x: Tensor<Float32Array>): number {
  return x.data.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}

function whole(x: Tensor): FloatMap {
  return { data: toFloat64(x), shape: x.shape };
}

/** The images of a batch. */
export function images(x: Tensor): FloatMap[] {
  const shape = x.shape.slice(1);
  const size = sizeOf(shape);
  const data = toFloat64(x);
  return Array.from({ length: x.shape[0]! }, (_, i) => ({ data: data.slice(i * size, (i + 1) * size), shape }));
}

function asTensor({ data, shape }: FloatMap): Tensor<Float64Array> {
  return tensor(data, shape);
}

function joined(parts: readonly Tensor<Float64Array>[]): Tensor<Float64Array> {
  return tensor(Float64Array.from(parts.flatMap(({ data }) => [...data])), [parts.length, ...parts[0]!.shape]);
}
