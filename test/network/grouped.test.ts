// Every grouped convolution as one step, with one kernel: it gives what slices, convolutions and concat give.
import { describe, expect, test } from 'vitest';
import { type Tensor, tensor, toFloat64 } from '../../src/core/tensor.js';
import { evaluator } from '../../src/evaluator/evaluator.js';
import { type Convolution, channelsOut, groupedSteps, type Step } from '../../src/network/grouped.js';
import { wholeKernel } from '../../src/network/kernel.js';
import type { LayerWeights, Model } from '../../src/network/model.js';
import {
  concatenate,
  conv2d,
  depthwiseConv2d,
  input,
  networkOf,
  type SymbolicTensor,
  sliceChannels,
} from '../../src/network/symbolic.js';
import { noise } from '../helpers/models.js';
import { runConvolution } from '../helpers/steps.js';

const x = input([5, 5, 6], 'x');

/** A model with weights of no meaning. */
function modelOf(output: SymbolicTensor): Pick<Model, 'network' | 'weights'> {
  const network = networkOf(output, 'n');
  const weights = network.layers.map((layer, i): [string, LayerWeights] => [
    layer.name,
    Object.fromEntries(Object.entries(layer.weights).map(([role, shape]) => [role, noise(shape, i + role.length)])),
  ]);
  return { network, weights: new Map(weights) };
}

const group = (slices: readonly (readonly [number, number])[], options: { useBias?: boolean } = {}): SymbolicTensor =>
  concatenate(
    slices.map(([begin, end], g) =>
      conv2d(sliceChannels(x, begin, end, `g${g}_slice`), {
        name: `g${g}`,
        filters: 2,
        kernelSize: [3, 3],
        strides: [2, 2],
        useBias: false,
        ...options,
      }),
    ),
    'gconv/concat',
  );

const only = (steps: readonly Step[]): Convolution => {
  const [first, step, ...others] = steps;
  expect([first!.kind, others]).toEqual(['layer', []]);
  return step as Convolution;
};

/** What the slices, convolutions and concat give, and what the step gives. */
async function bothWays(model: Pick<Model, 'network' | 'weights'>): Promise<[Float64Array, Float64Array]> {
  const image = noise([1, 5, 5, 6], 3);
  const whole = await evaluator(model, { output: 'float64' }).run(image);
  const step = only(groupedSteps(model));
  const output = runConvolution(step, { data: toFloat64(image), shape: [5, 5, 6] });
  return [toFloat64(whole.get(step.name)!), output.data];
}

describe('a grouped convolution as one step', () => {
  test.each([false, true])('gives the same, with a bias: %s', async (useBias) => {
    const model = modelOf(group([[0, 2], [2, 4], [4, 6]], { useBias })); // biome-ignore format: one line
    const step = only(groupedSteps(model));
    expect([step.groups, step.slice, step.kernel.shape, channelsOut(step)]).toEqual([3, undefined, [3, 3, 2, 6], 6]);
    expect(step.bias?.shape).toEqual(useBias ? [6] : undefined);
    expect(step.layers).toEqual(['g0_slice', 'g0', 'g1_slice', 'g1', 'g2_slice', 'g2', 'gconv/concat']);
    const [expected, found] = await bothWays(model);
    expect(found).toEqual(expected);
  });

  test('whose groups all read one slice has one group, of that slice', async () => {
    const model = modelOf(group([[4, 6], [4, 6], [4, 6]])); // biome-ignore format: one line
    const step = only(groupedSteps(model));
    expect([step.groups, step.slice, step.kernel.shape]).toEqual([1, { begin: 4, end: 6 }, [3, 3, 2, 6]]);
    const [expected, found] = await bothWays(model);
    expect(found).toEqual(expected);
  });

  test.each<[string, [number, number][]]>([
    ['in another order', [[2, 4], [0, 2], [4, 6]]], // biome-ignore format: one line
    ['that leave channels out', [[0, 2], [2, 4]]], // biome-ignore format: one line
  ])('stays in parts with slices %s', (_, slices) => {
    const steps = groupedSteps(modelOf(group(slices)));
    expect(steps.map((step) => (step.kind === 'layer' ? step.layer.name : step.name))).toEqual(
      networkOf(group(slices), 'n').layers.map(({ name }) => name),
    );
  });

  test('stays in parts where a part is taken elsewhere, too', () => {
    const inner = conv2d(sliceChannels(x, 0, 3, 'a_slice'), { name: 'a', filters: 2, kernelSize: [1, 1] });
    const other = conv2d(sliceChannels(x, 3, 6, 'b_slice'), { name: 'b', filters: 2, kernelSize: [1, 1] });
    const joined = concatenate([inner, other], 'joined');
    const names = groupedSteps(modelOf(concatenate([joined, inner], 'again'))).map(({ kind }) => kind);
    expect(names).toEqual(['layer', 'layer', 'Conv2D', 'layer', 'Conv2D', 'layer', 'layer']);
  });

  test('is no step where kernels differ in shape', () => {
    const inner = conv2d(sliceChannels(x, 0, 3, 'a_slice'), { name: 'a', filters: 2, kernelSize: [1, 1] });
    const other = conv2d(sliceChannels(x, 3, 6, 'b_slice'), { name: 'b', filters: 3, kernelSize: [1, 1] });
    expect(groupedSteps(modelOf(concatenate([inner, other], 'joined')))).toHaveLength(6);
  });
});

test('a convolution alone is a step of one group, a depthwise one keeps its kernel', () => {
  const first = conv2d(x, { name: 'conv1', filters: 4, kernelSize: [3, 3], activation: 'relu', useBias: true });
  const model = modelOf(depthwiseConv2d(first, { name: 'dw', kernelSize: [3, 3] }));
  const [, conv, depthwise] = groupedSteps(model) as [Step, Convolution, Convolution];
  expect(conv).toMatchObject({
    kind: 'Conv2D',
    groups: 1,
    layers: ['conv1'],
    input: 'x',
    attrs: { activation: 'relu' },
  });
  expect(conv.bias).toBe(model.weights.get('conv1')!.bias);
  expect(depthwise).toMatchObject({ kind: 'DepthwiseConv2D', input: 'conv1', bias: undefined });
  expect(wholeKernel(depthwise.kernel)).toBe(model.weights.get('dw')!.depthwise_kernel);
  expect(channelsOut(depthwise)).toBe(4);
});

test('kernels that lie in a larger buffer are joined by their own values', () => {
  const model = modelOf(group([[0, 2], [2, 4], [4, 6]])); // biome-ignore format: one line
  const inside = new Map(
    [...model.weights].map(([name, weights]): [string, LayerWeights] => [
      name,
      Object.fromEntries(Object.entries(weights).map(([role, weight]) => [role, placedInside(weight)])),
    ]),
  );
  const joined = (weights: Model['weights']) => wholeKernel(only(groupedSteps({ ...model, weights })).kernel);
  expect(joined(inside)).toEqual(joined(model.weights));
});

function placedInside({ data, shape, stride }: Tensor<Float32Array>): Tensor<Float32Array> {
  const larger = new Float32Array(data.length + 3);
  larger.set(data, 3);
  return { ...tensor(larger.subarray(0, data.length), shape), data: larger, stride, offset: 3 };
}
