// Random cases of every operation: arguments under numpy's names, for the oracle and for src/evaluator alike.
import * as fc from 'fast-check';
import { sizeOf, type Tensor, tensor } from '../../src/core/tensor.js';
import type { Arguments } from '../helpers/numpy-fixtures.js';

/** Any float32 numbers of magnitude up to 2, subnormals and zeros of both signs among them. */
export function floats(shape: readonly number[], min = -2, max = 2): fc.Arbitrary<Tensor<Float32Array>> {
  const size = sizeOf(shape);
  return fc
    .float32Array({ minLength: size, maxLength: size, min, max, noNaN: true })
    .map((data) => tensor(Float32Array.from(data), shape));
}

/** Small whole numbers: sums of their products are exact, so that laws about them hold to the bit. */
export function integers(shape: readonly number[]): fc.Arbitrary<Tensor<Float32Array>> {
  const size = sizeOf(shape);
  return fc
    .array(fc.integer({ min: -50, max: 50 }), { minLength: size, maxLength: size })
    .map((values) => tensor(Float32Array.from(values), shape));
}

const upTo = (max: number, min = 1) => fc.integer({ min, max });

/** The group counts of the article. */
export const groupCounts = fc.constantFrom(1, 2, 3, 4, 8);

/** `(batch, height, width, channels)`. */
const maps = (channels: fc.Arbitrary<number>) => fc.tuple(upTo(2), upTo(8), upTo(8), channels);

/** A window of at most 4x4 over maps of random size: with `valid` padding it is never larger than the map. */
const windows = maps(upTo(4)).chain((shape) =>
  fc.constantFrom('same', 'valid').chain((padding) => {
    const side = (axis: number) => upTo(padding === 'valid' ? Math.min(4, shape[axis]!) : 4);
    return fc.record({
      shape: fc.constant(shape),
      padding: fc.constant(padding),
      window: fc.tuple(side(1), side(2)),
      strides: fc.tuple(upTo(3), upTo(3)),
    });
  }),
);

const convolutions = (filters: fc.Arbitrary<number>, kernelOf: (channels: number, filters: number) => number[]) =>
  fc.tuple(windows, filters).chain(([{ shape, window, strides, padding }, filterCount]) =>
    fc.record({
      x: floats(shape),
      kernel: floats([...window, ...kernelOf(shape[3], filterCount)]),
      strides: fc.constant(strides),
      padding: fc.constant(padding),
    }),
  );

const pools = windows.chain(({ shape, ...params }) => floats(shape).map((x): Arguments => ({ x, ...params })));

const shuffled = fc
  .tuple(groupCounts, upTo(5))
  .chain(([groups, n]) => maps(fc.constant(groups * n)).chain((shape) => floats(shape).map((x) => ({ x, groups }))));

/** The window sizes and strides of the article and `_group_conv`'s other ones; channels that fill no vector of four. */
const groupedConvolutions = fc
  .record({
    groups: groupCounts,
    inputs: upTo(4),
    filters: upTo(3),
    size: fc.tuple(upTo(7), upTo(7)),
    kernel: fc.constantFrom(1, 3),
    stride: fc.constantFrom(1, 2),
    slices: fc.constantFrom('own', 'last'),
  })
  .chain(({ groups, inputs, filters, size, kernel, stride, slices }) =>
    fc.record({
      x: floats([1, ...size, groups * inputs]),
      kernel: floats([kernel, kernel, inputs, groups * filters]),
      groups: fc.constant(groups),
      strides: fc.constant([stride, stride]),
      padding: fc.constant('same'),
      slices: fc.constant(slices),
    }),
  );

const normalised = maps(upTo(5)).chain((shape) =>
  fc.record({
    x: floats(shape),
    gamma: floats(shape.slice(3)),
    beta: floats(shape.slice(3)),
    mean: floats(shape.slice(3)),
    variance: floats(shape.slice(3), 0),
    epsilon: fc.constantFrom(1e-3, 1e-5),
  }),
);

const rows = fc.tuple(upTo(3), upTo(20)).chain(([n, inputs]) => floats([n, inputs]));

const layered = rows.chain((x) =>
  upTo(6).chain((units) =>
    fc.record({ x: fc.constant(x), kernel: floats([x.shape[1]!, units]), bias: floats([units]) }),
  ),
);

/** By operation: the committed table with examples of it, and random arguments. */
export const DRAWS: Readonly<Record<string, { readonly table: string; readonly args: fc.Arbitrary<Arguments> }>> = {
  channel_shuffle: { table: 'channel-shuffle', args: shuffled },
  conv2d: { table: 'conv2d', args: convolutions(upTo(4), (channels, filters) => [channels, filters]) },
  group_conv: { table: 'group-conv', args: groupedConvolutions },
  depthwise_conv2d: { table: 'depthwise', args: convolutions(fc.constant(1), (channels) => [channels, 1]) },
  max_pool: { table: 'pools', args: pools },
  avg_pool: { table: 'pools', args: pools },
  global_max_pool: { table: 'pools', args: maps(upTo(5)).chain((shape) => floats(shape).map((x) => ({ x }))) },
  global_avg_pool: { table: 'pools', args: maps(upTo(5)).chain((shape) => floats(shape).map((x) => ({ x }))) },
  batch_norm: { table: 'batch-norm', args: normalised },
  dense: { table: 'dense', args: layered },
  softmax: { table: 'softmax', args: rows.map((x) => ({ x })) },
  relu: { table: 'pointwise', args: rows.map((x) => ({ x })) },
  add: { table: 'pointwise', args: rows.chain((x) => floats(x.shape).map((y) => ({ x, y }))) },
};
