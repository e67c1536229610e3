// Files that lost their layers' names, mapped by the order within each class: the same weights as by name, or an error.
import { describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import type { ShuffleportError } from '../../src/core/errors.js';
import { sizeOf } from '../../src/core/tensor.js';
import type { Network } from '../../src/network/layer.js';
import { buildNetwork } from '../../src/shufflenet/build.js';
import type { FileLayer } from '../../src/shufflenet/file-layers.js';
import { inferSettings } from '../../src/shufflenet/infer.js';
import { bindLayers, bindWeights, type ShuffleNetModel } from '../../src/shufflenet/load.js';
import { classOf, observeOrder } from '../../src/shufflenet/observe-order.js';
import { readByOrder } from '../../src/shufflenet/order.js';
import type { ShuffleNetSettings } from '../../src/shufflenet/settings.js';
import { checkpointOf, type DraftLayer, draftLayers, exampleValues, TINY } from '../helpers/checkpoints.js';

/** Keras's automatic names; the numbers go on from other models of the same session. */
const AUTOMATIC: Readonly<Record<string, readonly [prefix: string, first: number]>> = {
  Conv2D: ['conv2d', 37],
  DepthwiseConv2D: ['depthwise_conv2d', 5],
  BatchNormalization: ['batch_normalization', 99],
  Dense: ['dense', 1],
};

/** The network's file, each weight with values of its own. */
function numberedDraft(network: Network): DraftLayer[] {
  return draftLayers(network).map((layer, index) => ({
    ...layer,
    weights: layer.weights.map((weight) => {
      const values = exampleValues(weight.name, sizeOf(weight.shape));
      values[0] = 1000 + index;
      return { ...weight, values };
    }),
  }));
}

/** The draft under Keras's automatic names, in the order of creation. */
function renamed(network: Network, names = AUTOMATIC): DraftLayer[] {
  const counts = new Map<string, number>();
  return numberedDraft(network).map((layer, index) => {
    const { op } = network.layers[index]!;
    const [prefix, first] = names[op] ?? [op.toLowerCase(), 1];
    const count = counts.get(op) ?? 0;
    counts.set(op, count + 1);
    const name = `${prefix}_${first + count}`;
    return { name, weights: layer.weights.map((weight) => ({ ...weight, name: `${name}/${weight.role}:0` })) };
  });
}

/** Loaded without the names. */
async function loadByOrder(checkpoint: Checkpoint): Promise<ShuffleNetModel> {
  const { settings, layers } = inferSettings(checkpoint, { map: 'order', pooling: 'max' });
  const known = { ...settings, pooling: settings.pooling! };
  return bindLayers(layers, buildNetwork(known), known);
}

/** Weights that are not the same in both, and layers that only one has. */
function differences(a: ShuffleNetModel, b: ShuffleNetModel): string[] {
  const list = (model: ShuffleNetModel) =>
    new Map(
      [...model.weights].flatMap(([layer, weights]) =>
        Object.entries(weights).map(([role, { data }]) => [`${layer} ${role}`, data] as const),
      ),
    );
  const [left, right] = [list(a), list(b)];
  return [...new Set([...left.keys(), ...right.keys()])].filter((key) => {
    const [x, y] = [left.get(key), right.get(key)];
    return x?.length !== y?.length || x === undefined || x.some((value, i) => value !== y![i]);
  });
}

function failure(act: () => unknown): ShuffleportError {
  try {
    act();
  } catch (error) {
    return error as ShuffleportError;
  }
  throw new Error('it did not fail');
}

const NETWORK = buildNetwork({ ...TINY, numShuffleUnits: [1, 1] });

describe('the same weights as by name', () => {
  test.each([
    [1, 0.25, [1, 1]],
    [3, 0.25, [1, 1]],
    [8, 1, [1, 1]],
    [1, 0.25, [3, 7, 3]],
    [3, 0.25, [3, 7, 3]],
    [8, 1, [3, 7, 3]],
  ])('groups %i, scale %d, units %j', async (groups, scaleFactor, numShuffleUnits) => {
    const settings: ShuffleNetSettings = { ...TINY, groups, scaleFactor, numShuffleUnits };
    const network = buildNetwork(settings);
    const byName = await bindWeights(checkpointOf(numberedDraft(network)), network, settings);
    const byOrder = await loadByOrder(checkpointOf(renamed(network)));
    expect(byOrder.settings).toMatchObject({ groups, scaleFactor, numShuffleUnits, includeTop: true, classes: 10 });
    expect(differences(byOrder, byName)).toEqual([]);
    expect(byOrder.weights.size).toBeGreaterThan(20);
  });

  test("under Keras 1's names, and without a top", async () => {
    const settings: ShuffleNetSettings = { ...TINY, includeTop: false };
    const network = buildNetwork(settings);
    const names = {
      ...AUTOMATIC,
      Conv2D: ['convolution2d', 1],
      BatchNormalization: ['batchnormalization', 1],
    } as const;
    const byOrder = await loadByOrder(checkpointOf(renamed(network, names)));
    const byName = await bindWeights(checkpointOf(numberedDraft(network)), network, settings);
    expect(byOrder.settings.includeTop).toBe(false);
    expect(differences(byOrder, byName)).toEqual([]);
  });

  // tf.keras 1.13 and the previews of 2.0 had two classes of batch normalisation; 2.2 and later sum over devices in one.
  test.each(['batch_normalization_v1', 'batch_normalization_v2', 'sync_batch_normalization'])(
    'under names of tf.keras: %s_N',
    async (normalization) => {
      const names = { ...AUTOMATIC, BatchNormalization: [normalization, 7] } as const;
      const byOrder = await loadByOrder(checkpointOf(renamed(NETWORK, names)));
      const settings = { ...TINY, numShuffleUnits: [1, 1] };
      const byName = await bindWeights(checkpointOf(numberedDraft(NETWORK)), NETWORK, settings);
      expect(differences(byOrder, byName)).toEqual([]);
      // Without the flag, such a file is known for one that has no names.
      const error = failure(() => inferSettings(checkpointOf(renamed(NETWORK, names))));
      expect(error).toMatchObject({ looksLike: 'automatic names' });
      expect(error.explanation.next).toContain('--map order');
    },
  );

  test('when the classes are told, as in a store sorted by them', async () => {
    const network = NETWORK;
    const draft = numberedDraft(network);
    const { layers } = checkpointOf(draft);
    const classed = layers.map((layer, i) => ({
      ...layer,
      name: `layers/${i}`,
      className: network.layers[i]!.op,
    }));
    const sorted = classed.toSorted((a, b) => a.className.localeCompare(b.className));
    const byOrder = await loadByOrder(checkpointOf([], { layers: sorted, named: false }));
    const settings = { ...TINY, numShuffleUnits: [1, 1] };
    expect(differences(byOrder, await bindWeights(checkpointOf(draft), network, settings))).toEqual([]);
  });

  test('a note says that names were not used', () => {
    const { notes, placed } = readByOrder(checkpointOf(renamed(NETWORK)));
    // conv1, fc, and per unit two convolutions or six, a depthwise one and three normalisations.
    expect(placed.size).toBe(2 + (2 + 4) + 3 * (6 + 4));
    const text = "The layers' names were not used: 38 layers mapped by their order within each class, as asked.";
    expect(notes).toEqual([{ id: 'mapped-by-order', text }]);
  });
});

describe('a layer too many or too few', () => {
  const without = (prefix: string, nth = 1): Checkpoint => {
    const layers = renamed(NETWORK);
    const chosen = layers.filter(({ name }) => name.replace(/_\d+$/, '') === prefix)[nth]!;
    return checkpointOf(layers.filter((layer) => layer !== chosen));
  };

  test.each([
    ['conv2d', 'NotShuffleNet'],
    ['depthwise_conv2d', 'NotShuffleNet'],
    ['batch_normalization', 'OrderMismatch'],
  ])('one %s missing: %s', (prefix, tag) => {
    expect(failure(() => readByOrder(without(prefix)))).toMatchObject({ tag, kind: 'file' });
  });

  test('the error counts both: four units have twelve normalisations', () => {
    const { explanation } = failure(() => readByOrder(without('batch_normalization')));
    expect(explanation).toMatchObject({ found: '11 layers of the class normalization', expected: '12' });
  });

  test('a second dense layer: OrderMismatch', () => {
    const layers = renamed(NETWORK);
    const dense = layers.find(({ name }) => name === 'dense_1')!;
    const error = failure(() => readByOrder(checkpointOf([...layers, { ...dense, name: 'dense_2' }])));
    expect(error).toMatchObject({ tag: 'OrderMismatch', explanation: { found: '2 layers of the class dense' } });
  });
});

describe('the error of loading by name tells whether the order would do', () => {
  test('it fits: --map order', () => {
    const error = failure(() => inferSettings(checkpointOf(renamed(NETWORK))));
    expect(error).toMatchObject({ tag: 'NotShuffleNet', looksLike: 'automatic names' });
    expect(error.explanation.what).toContain('does not name its layers');
    expect(error.explanation.next).toContain('--map order');
  });

  test('it does not fit: no such advice', () => {
    const layers = renamed(NETWORK).filter(({ name }) => name !== 'batch_normalization_100');
    const { explanation } = failure(() => inferSettings(checkpointOf(layers)));
    expect(explanation.next).toContain("do not fit the article's order either");
    expect(explanation.next).not.toContain('--map order');
  });

  test('a file of another network that has names gets no such advice', () => {
    const layers = renamed(NETWORK, { ...AUTOMATIC, Conv2D: ['res2a_branch', 1] });
    expect(failure(() => inferSettings(checkpointOf(layers))).message).not.toContain('--map order');
  });
});

describe('the class of a layer', () => {
  test.each([
    ['conv2d', undefined, 'conv'],
    ['conv2d_12', undefined, 'conv'],
    ['outer/conv2d_3', undefined, 'conv'],
    ['convolution2d_1', undefined, 'conv'],
    ['depthwise_conv2d_4', undefined, 'depthwise'],
    ['batchnormalization_2', undefined, 'normalization'],
    ['batch_normalization_v1', undefined, 'normalization'],
    ['batch_normalization_v1_11', undefined, 'normalization'],
    ['batch_normalization_v2_3', undefined, 'normalization'],
    ['sync_batch_normalization_3', undefined, 'normalization'],
    ['dense_1', undefined, 'dense'],
    ['stem', 'BatchNormalizationV1', 'normalization'],
    ['stem', 'DepthwiseConv2D', 'depthwise'],
    ['conv2d_1', 'Activation', undefined],
    ['separable_conv2d_1', undefined, undefined],
    ['batch_normalization_v3_1', undefined, undefined],
    ['constructor', undefined, undefined],
    ['__proto___1', undefined, undefined],
  ])('%s, told as %s, is %s', (name, className, expected) => {
    expect(classOf({ name, ...(className !== undefined && { className }) })).toBe(expected);
  });
});

describe('groups and stages from the order', () => {
  const depthwise = (channels: number): FileLayer => ({
    name: 'dw',
    weights: checkpointOf([
      { name: 'dw', weights: [{ name: 'k', role: null, shape: [3, 3, channels, 1], dtype: 'float32' }] },
    ]).layers[0]!.weights,
  });
  const layersOf = (convolutions: number, channels: readonly number[]) => ({
    conv: Array.from({ length: convolutions }, () => ({ name: 'conv', weights: [] })),
    depthwise: channels.map(depthwise),
    normalization: [],
    dense: [],
  });

  test.each([
    ['one unit has no groups to count', 3, [15], { groups: 1, numShuffleUnits: [0] }],
    ['a run of equal channels is a stage', 3 + 2 * 3 * 4, [15, 15, 30, 30, 30], { groups: 3, numShuffleUnits: [1, 2] }],
    ['two convolutions a unit, one group', 3 + 2, [15, 30], { groups: 1, numShuffleUnits: [0, 0] }],
    ['no units', 3, [], undefined],
    ['as many units as are read', 3 + 2 * 999, Array(1000).fill(15), { groups: 1, numShuffleUnits: [999] }],
    ['as many stages as units', 3 + 2 * 2, [15, 30, 60], { groups: 1, numShuffleUnits: [0, 0, 0] }],
    ['more units than are read', 3 + 2 * 1000, Array(1001).fill(15), undefined],
    ['no group count of the paper', 3 + 2 * 5, [15, 15], undefined],
    ['no whole number of groups', 3 + 3, [15, 15], undefined],
  ])('%s', (_, convolutions, channels, expected) => {
    expect(observeOrder(layersOf(convolutions, channels))).toEqual(expected);
  });
});
