// Kernels stored in another axis order: read as numpy.transpose would turn them, and told by the flag that reads them.
import ndarray from 'ndarray';
import { describe, expect, test } from 'vitest';
import { sizeOf } from '../../src/core/tensor.js';
import { groupConvolutions } from '../../src/network/groups.js';
import { buildNetwork } from '../../src/shufflenet/build.js';
import { inferSettings, type Overrides } from '../../src/shufflenet/infer.js';
import {
  KERNEL_ORDERS,
  type KernelOrder,
  kernelLayout,
  weightsInKerasOrder,
} from '../../src/shufflenet/kernel-order.js';
import { bindLayers, bindWeights, type ShuffleNetModel } from '../../src/shufflenet/load.js';
import { LoadError } from '../../src/shufflenet/load-errors.js';
import type { ShuffleNetSettings } from '../../src/shufflenet/settings.js';
import {
  checkpointOf,
  type DraftLayer,
  type DraftWeight,
  draftLayers,
  exampleValues,
  layerIn,
  TINY,
  weightIn,
} from '../helpers/checkpoints.js';

/** Keras's axes in the order in which each framework stores them: OIHW has Keras's fourth (O) first. */
const STORED: Readonly<Record<Exclude<KernelOrder, 'hwio'>, readonly number[]>> = {
  oihw: [3, 2, 0, 1],
  iohw: [2, 3, 0, 1],
  ohwi: [3, 0, 1, 2],
  hwoi: [0, 1, 3, 2],
};
const ORDERS = Object.keys(STORED) as (keyof typeof STORED)[];

/** The weight with its axes in another order, its values moved by ndarray. */
function store(weight: DraftWeight, axes: readonly number[]): void {
  if (weight.shape.length !== 4) return;
  const values = Float32Array.from(weight.values ?? exampleValues(weight.name, sizeOf(weight.shape)));
  const turned = ndarray(values, weight.shape).transpose(...axes);
  const [a, b, c, d] = turned.shape as [number, number, number, number];
  const moved = new Float32Array(values.length);
  for (let i = 0, at = 0; i < a; i++)
    for (let j = 0; j < b; j++)
      for (let k = 0; k < c; k++) for (let l = 0; l < d; l++) moved[at++] = turned.get(i, j, k, l);
  Object.assign(weight, { shape: [a, b, c, d], values: moved });
}

const storeAll = (layers: readonly DraftLayer[], order: keyof typeof STORED): void => {
  for (const layer of layers) for (const weight of layer.weights) store(weight, STORED[order]);
};

/** A file of the tiny network, changed, and loaded as a command loads it. */
function load(change: (layers: DraftLayer[]) => void, overrides: Overrides = {}): Promise<ShuffleNetModel> {
  const drafts = draftLayers(buildNetwork(TINY));
  change(drafts);
  const { settings, layers } = inferSettings(checkpointOf(drafts), { ...overrides, pooling: 'max' });
  const known: ShuffleNetSettings = { ...settings, pooling: 'max' };
  return bindLayers(layers, buildNetwork(known), known);
}

const valuesOf = ({ weights }: ShuffleNetModel) =>
  [...weights].flatMap(([layer, roles]) =>
    Object.entries(roles).map(([role, { data, shape }]) => [layer, role, shape, [...data]]),
  );

async function failure(change: (layers: DraftLayer[]) => void, overrides?: Overrides): Promise<LoadError> {
  try {
    await load(change, overrides);
  } catch (error) {
    if (error instanceof LoadError) return error;
    throw error;
  }
  throw new Error('it loaded');
}

describe('a kernel in another order', () => {
  // numpy.transpose(numpy.arange(24).reshape(2, 3, 1, 4), order).ravel()
  test.each([
    ['oihw', [1, 4, 3, 2], [0, 12, 4, 16, 8, 20, 1, 13, 5, 17, 9, 21, 2, 14, 6, 18, 10, 22, 3, 15, 7, 19, 11, 23]],
    ['iohw', [1, 4, 2, 3], [0, 4, 8, 12, 16, 20, 1, 5, 9, 13, 17, 21, 2, 6, 10, 14, 18, 22, 3, 7, 11, 15, 19, 23]],
    ['ohwi', [3, 1, 4, 2], [0, 12, 1, 13, 2, 14, 3, 15, 4, 16, 5, 17, 6, 18, 7, 19, 8, 20, 9, 21, 10, 22, 11, 23]],
    ['hwoi', [2, 3, 4, 1], Array.from({ length: 24 }, (_, i) => i)],
    ['hwio', [2, 3, 1, 4], Array.from({ length: 24 }, (_, i) => i)],
  ] as const)('stored %s is turned as numpy turns it', async (order, shape, values) => {
    const stored = { name: 'k', role: 'kernel', shape: [2, 3, 1, 4], dtype: 'float32' };
    const draft = { ...stored, values: Float32Array.from({ length: 24 }, (_, i) => i) };
    const [layer] = checkpointOf([{ name: 'c', weights: [draft] }]).layers;
    const { weights, count } = weightsInKerasOrder(layer!.weights, order, false);
    expect(count).toBe(1);
    expect(weights[0]!.shape).toEqual(shape);
    const read = await weights[0]!.read();
    expect({ shape: read.shape, data: [...read.data] }).toEqual({ shape, data: values });
  });

  test('that is depthwise and counts its channels as outputs, as in PyTorch, is (H, W, channels, 1) all the same', async () => {
    // numpy.transpose(numpy.arange(12).reshape(3, 1, 2, 2), (2, 3, 1, 0)): channel 0 is 0, 1, 2, 3.
    const draft = { name: 'k', role: 'depthwise_kernel', shape: [3, 1, 2, 2], dtype: 'float32' };
    const values = Float32Array.from({ length: 12 }, (_, i) => i);
    const [layer] = checkpointOf([{ name: 'd', weights: [{ ...draft, values }] }]).layers;
    const { weights } = weightsInKerasOrder(layer!.weights, 'oihw', true);
    expect(weights[0]!.shape).toEqual([2, 2, 3, 1]);
    const read = await weights[0]!.read();
    expect([...read.data]).toEqual([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]);
  });

  test('is a kernel of four axes: no bias, no dense kernel, no weight that has no role', () => {
    const draft = (role: string | null, shape: number[]) => ({ name: `${role}`, role, shape, dtype: 'float32' });
    const drafts = [draft('kernel', [4, 2]), draft('bias', [1, 1, 2, 3]), draft(null, [1, 1, 2, 3])];
    const { weights } = checkpointOf([{ name: 'c', weights: drafts }]).layers[0]!;
    const seen = weightsInKerasOrder(weights, 'oihw', false);
    expect(seen.count).toBe(0);
    expect(seen.weights).toEqual(weights);
  });

  test('goes by the name of the order', () => {
    expect(kernelLayout('oihw')).toBe(KERNEL_ORDERS[1]);
    expect(kernelLayout('whoi')).toBeUndefined();
  });
});

describe('a file whose kernels are all stored', () => {
  test.each(ORDERS)('%s loads with that order stated, bit for bit, and says so', async (kernelOrder) => {
    const expected = await load(() => {});
    const model = await load((layers) => storeAll(layers, kernelOrder), { kernelOrder });
    expect(valuesOf(model)).toEqual(valuesOf(expected));
    // conv1; two convolutions, or six, and a depthwise one in each of three units.
    const text = `${1 + (2 + 6 + 6) + 3} convolution kernels read as ${kernelOrder.toUpperCase()}, as asked, and turned to Keras's HWIO.`;
    expect(model.report.notes).toContainEqual({ id: 'kernel-order', text });
  });

  test.each(ORDERS)('%s is refused without it, and the flag that reads them is named', async (order) => {
    const error = await failure((layers) => storeAll(layers, order));
    expect(error.explanation.next).toBe(
      `the convolution kernels are stored ${order.toUpperCase()}: say --kernel-order ${order}`,
    );
  });

  test('OIHW of depthwise kernels as PyTorch has them: (channels, 1, 3, 3)', async () => {
    const asPyTorch = (layers: DraftLayer[]): void => {
      storeAll(layers, 'oihw');
      for (const { weights } of layers)
        for (const weight of weights)
          if (weight.role === 'depthwise_kernel') weight.shape = [weight.shape[1]!, 1, 3, 3];
    };
    const error = await failure(asPyTorch);
    expect(error.explanation.next).toContain('--kernel-order oihw');
    expect(valuesOf(await load(asPyTorch, { kernelOrder: 'oihw' }))).toEqual(valuesOf(await load(() => {})));
  });

  test('OIHW, the grouped ones fused: (outputs, inputs of a group, 1, 1)', async () => {
    const network = buildNetwork(TINY);
    const grouped = groupConvolutions(network);
    const fuse = (layers: DraftLayer[]): void => {
      storeAll(layers, 'oihw');
      for (const { name, groups } of grouped) {
        const parts = groups.map(({ conv }) => layerIn(layers, conv.name));
        const [outputs, inputs] = parts[0]!.weights[0]!.shape as [number, number];
        // Outputs come first, so the groups lie one behind the other.
        const values = Float32Array.from(parts.flatMap(({ weights }) => [...weights[0]!.values!]));
        const shape = [outputs * groups.length, inputs, 1, 1];
        layers.push({ name, weights: [{ name: `${name}/kernel:0`, role: 'kernel', shape, dtype: 'float32', values }] });
        for (const part of parts) layers.splice(layers.indexOf(part), 1);
      }
    };
    expect(valuesOf(await load(fuse, { kernelOrder: 'oihw' }))).toEqual(valuesOf(await load(() => {})));
  });

  test('OIHW and that lost its names loads by order', async () => {
    const classes = new Map<string, number>();
    const rename = (layers: DraftLayer[]): void => {
      const ops = new Map(buildNetwork(TINY).layers.map(({ name, op }) => [name, op]));
      const automatic: Record<string, string> = { Conv2D: 'conv2d', DepthwiseConv2D: 'depthwise_conv2d' };
      automatic.BatchNormalization = 'batch_normalization';
      automatic.Dense = 'dense';
      storeAll(layers, 'oihw');
      for (const layer of layers) {
        const kind = automatic[ops.get(layer.name)!] ?? 'activation';
        classes.set(kind, (classes.get(kind) ?? 0) + 1);
        layer.name = `${kind}_${classes.get(kind)}`;
      }
    };
    const model = await load(rename, { map: 'order', kernelOrder: 'oihw' });
    expect(valuesOf(model)).toEqual(valuesOf(await load(() => {})));
    expect(model.report.notes.map(({ id }) => id)).toEqual(['mapped-by-order', 'kernel-order']);
    expect(model.report.notes[1]!.text).toMatch(/^18 convolution kernels/);
  });

  test("as Keras does, with Keras's order stated, loads as it is and says nothing", async () => {
    const model = await load(() => {}, { kernelOrder: 'hwio' });
    expect(valuesOf(model)).toEqual(valuesOf(await load(() => {})));
    expect(model.report.notes).toEqual([]);
  });

  test('OIHW is read so by bindWeights too', async () => {
    const network = buildNetwork(TINY);
    const drafts = draftLayers(network);
    storeAll(drafts, 'oihw');
    const model = await bindWeights(checkpointOf(drafts), network, TINY, { kernelOrder: 'oihw' });
    expect(valuesOf(model)).toEqual(valuesOf(await load(() => {})));
  });
});

describe('the advice', () => {
  test('names no flag when one kernel alone is turned: the flag is about the whole file', async () => {
    const error = await failure((layers) => store(weightIn(layers, 'conv1', 'kernel'), STORED.oihw));
    expect(error.explanation.next).toBe(
      'kernels are stored in another axis order: transpose them (numpy.transpose with the order above) and save again',
    );
  });

  test('is not misled by a kernel that fits in no order', async () => {
    const error = await failure((layers) => {
      storeAll(layers, 'oihw');
      weightIn(layers, 'stage2/block1/1x1_gconv_1', 'kernel').shape = [7, 7, 1, 1];
    });
    expect(error.explanation.next).toContain('--kernel-order oihw');
  });

  test('tells what the flag leaves alone: a dense kernel stored transposed', async () => {
    const error = await failure((layers) => {
      storeAll(layers, 'oihw');
      weightIn(layers, 'fc', 'kernel').shape.reverse();
    });
    expect(error.explanation.next).toBe(
      'the convolution kernels are stored OIHW: say --kernel-order oihw; it leaves fc as stored: transpose them (numpy.transpose with the order above) and save again',
    );
    const still = await failure(
      (layers) => {
        storeAll(layers, 'oihw');
        weightIn(layers, 'fc', 'kernel').shape.reverse();
      },
      { kernelOrder: 'oihw' },
    );
    expect(still.report.mismatched).toMatchObject([{ layer: 'fc', found: [10, 120], expected: [120, 10] }]);
    expect(still.explanation.next).toMatch(/^kernels are stored in another axis order: transpose them/);
  });

  test('is to leave the flag out where it was stated wrongly', async () => {
    const error = await failure(() => {}, { kernelOrder: 'oihw' });
    expect(error.explanation.next).toContain('leave --kernel-order out');
  });
});
