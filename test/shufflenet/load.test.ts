// A checkpoint meets a network: every weight in its place, or an error that accounts for each that is not.
import { describe, expect, test } from 'vitest';
import { MissingDatasetError } from '../../src/checkpoint/errors.js';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { bytesSource } from '../../src/checkpoint/source.js';
import { toFloat64 } from '../../src/core/tensor.js';
import { buildNetwork } from '../../src/shufflenet/build.js';
import { readFileLayers } from '../../src/shufflenet/file-layers.js';
import { bindLayers, bindWeights, type LoadOptions } from '../../src/shufflenet/load.js';
import { LoadError } from '../../src/shufflenet/load-errors.js';
import { namingScheme } from '../../src/shufflenet/names.js';
import { shuffleNet } from '../../src/shufflenet/shufflenet.js';
import {
  checkpointOf,
  type DraftLayer,
  draftLayers,
  exampleValues,
  layerIn,
  TINY,
  weightIn,
} from '../helpers/checkpoints.js';
import { fixtureBytes, loadFixture } from '../helpers/models.js';

const NETWORK = buildNetwork(TINY);
const GCONV = 'stage3/block1/1x1_gconv_1_/g1';
const BN = 'stage2/block2/bn_gconv_1';

/** The tiny network's file after something was done to it, loaded. */
function load(change: (layers: DraftLayer[]) => void = () => {}, options?: LoadOptions) {
  const layers = draftLayers(NETWORK);
  change(layers);
  return bindWeights(checkpointOf(layers), NETWORK, TINY, options);
}

async function failure(change: (layers: DraftLayer[]) => void, options?: LoadOptions): Promise<LoadError> {
  try {
    await load(change, options);
  } catch (error) {
    if (error instanceof LoadError) return error;
    throw error;
  }
  throw new Error('it loaded');
}

describe('a file in order', () => {
  test('loads whole: every weight of every layer, in the order of the network', async () => {
    const model = await load();
    const weighted = NETWORK.layers.filter(({ weights }) => Object.keys(weights).length > 0);
    expect([...model.weights.keys()]).toEqual(weighted.map(({ name }) => name));
    for (const { name, weights } of weighted) {
      for (const [role, value] of Object.entries(model.weights.get(name)!)) {
        expect(value!.shape).toEqual(weights[role as keyof typeof weights]);
        expect(value!.data).toEqual(exampleValues(`${name}/${role}:0`, value!.data.length));
      }
    }
    expect(model.settings).toBe(TINY);
    expect(model.network).toBe(NETWORK);
  });

  test('has a report with every weight loaded and nothing else', async () => {
    const { report } = await load();
    expect(report).toMatchObject({ scheme: 'article', missing: [], unused: [], mismatched: [], unreadable: [] });
    expect(report).toMatchObject({ nonFinite: [], negativeVariance: [], otherLayers: [], notes: [] });
    // conv1, fc (2), 3 units of 3 batch norms (4 each) and a depthwise kernel; 2 + 6 + 6 pointwise kernels.
    expect(report.loaded).toHaveLength(1 + 2 + 3 * (3 * 4 + 1) + 14);
    const from = 'stage3/block1/1x1_gconv_1_/g1/kernel:0';
    expect(report.loaded).toContainEqual({
      layer: GCONV,
      role: 'kernel',
      dtype: 'float32',
      shape: [1, 1, 20, 10],
      from,
    });
  });

  test('does not depend on the order of its layers or weights', async () => {
    const reversed = await load((layers) => {
      layers.reverse();
      for (const layer of layers) layer.weights.reverse();
    });
    const inOrder = await load();
    expect([...reversed.weights.keys()]).toEqual([...inOrder.weights.keys()]);
    for (const [name, weights] of inOrder.weights) expect(reversed.weights.get(name)).toEqual(weights);
  });

  test('may name weights as TensorFlow 1 does in a graph built twice: `conv1_1/kernel:0` in the layer conv1', async () => {
    const { report } = await load((layers) => {
      for (const layer of layers) {
        for (const weight of layer.weights) weight.name = `${layer.name}_1/${weight.role}:0`;
      }
    });
    expect(report.loaded[0]).toMatchObject({ layer: 'conv1', from: 'conv1_1/kernel:0' });
  });

  test('may name weights as Keras 3 does: a depthwise kernel is a kernel, and says of which layer', async () => {
    const { report, weights } = await load((layers) => {
      const kernel = weightIn(layers, 'stage2/block1/1x1_dwconv_1', 'depthwise_kernel');
      Object.assign(kernel, { name: 'kernel', role: 'kernel' });
    });
    expect(weights.get('stage2/block1/1x1_dwconv_1')!.depthwise_kernel!.shape).toEqual([3, 3, 15, 1]);
    expect(report.loaded).toContainEqual(
      expect.objectContaining({ role: 'depthwise_kernel', from: 'stage2/block1/1x1_dwconv_1: kernel' }),
    );
  });

  test('of float64 is rounded, and says how many values were', async () => {
    const { report, weights } = await load((layers) => {
      Object.assign(weightIn(layers, 'fc', 'bias'), {
        dtype: 'float64',
        values: Float64Array.of(0.1, 0.5, -0.1, 1 / 3, 0, 1, 2, 3, 4, 5),
      });
    });
    expect(weights.get('fc')!.bias!.data[0]).toBe(0.10000000149011612); // float32(0.1)
    expect(report.notes).toEqual([{ id: 'rounded', text: '3 float64 values were rounded to float32.' }]);
  });

  test('of float64 past the largest float32 does not fit', async () => {
    const error = await failure((layers) => {
      const values = Float64Array.of(1e300, 0, 0, 0, 0, 0, 0, 0, 0, 0);
      Object.assign(weightIn(layers, 'fc', 'bias'), { dtype: 'float64', values });
    });
    expect(error.report.nonFinite).toEqual([{ layer: 'fc', role: 'bias', nan: 0, infinite: 1, firstIndex: [0] }]);
  });
});

describe('missing', () => {
  test('a layer under another name: the near name is told', async () => {
    const error = await failure((layers) => {
      layerIn(layers, 'conv1').name = 'conv_1';
    });
    expect(error.report.missing).toEqual([
      { layer: 'conv1', role: 'kernel', expectedName: 'conv1', layerPresent: false, nearest: 'conv_1' },
    ]);
    expect(error.message).toContain('missing layer conv1 (the file has "conv_1", which has no other place)');
    expect(error.message).toContain('if "conv_1" is conv1 under another name, rename it in the file');
    expect(error.report.otherLayers).toEqual(['conv_1']);
    expect(error.explanation.where).toBe('conv1');
  });

  test('a layer with nothing like it: once, whatever number of weights it has', async () => {
    const error = await failure((layers) => {
      layers.splice(layers.indexOf(layerIn(layers, 'fc')), 1);
    });
    expect(error.report.missing).toEqual([
      { layer: 'fc', role: 'kernel', expectedName: 'fc', layerPresent: false },
      { layer: 'fc', role: 'bias', expectedName: 'fc', layerPresent: false },
    ]);
    expect(error.explanation.found).toBe('missing layer fc');
    expect(error.explanation.next).toContain('`inspect` lists what is in the file');
  });

  test('a weight of a layer that is there', async () => {
    const error = await failure((layers) => {
      layerIn(layers, 'fc').weights.pop();
    });
    expect(error.report.missing).toEqual([{ layer: 'fc', role: 'bias', expectedName: 'fc', layerPresent: true }]);
    expect(error.explanation.found).toBe('fc has no bias');
  });

  test('is named as the file would name it', async () => {
    const error = await failure((layers) => {
      for (const layer of layers) layer.name = layer.name.replaceAll('/', '_');
      layers.splice(layers.indexOf(layerIn(layers, 'stage3_block1_1x1_gconv_1__g1')), 1);
    });
    expect(error.report.scheme).toBe('underscore');
    expect(error.report.missing).toEqual([
      { layer: GCONV, role: 'kernel', expectedName: 'stage3_block1_1x1_gconv_1__g1', layerPresent: false },
    ]);
  });

  test('in number: some are shown, the rest counted', async () => {
    const error = await failure((layers) => {
      for (const layer of layers) if (layer.name.includes('/bn_')) layer.weights = [];
    });
    expect(error.report.missing).toHaveLength(9 * 4);
    expect(error.explanation.found!.split('\n')).toHaveLength(5);
    expect(error.message).toMatch(/and 5 more .*missing layer/);
  });
});

describe('of another shape', () => {
  const reshaped = (name: string, role: string, shape: number[]) => (layers: DraftLayer[]) => {
    weightIn(layers, name, role).shape = shape;
  };

  // Keras's kernels are HWIO: (3, 3, 3, 6) in, 6 out.
  test.each([
    ['OIHW, as PyTorch and Theano do', 'conv1', 'kernel', [6, 3, 3, 3], [3, 3, 3, 6], [2, 3, 1, 0]],
    ['transposed, as PyTorch does', 'fc', 'kernel', [10, 120], [120, 10], [1, 0]],
    ['OIHW, as PyTorch and Theano do', GCONV, 'kernel', [10, 20, 1, 1], [1, 1, 20, 10], [2, 3, 1, 0]],
    ['IOHW', GCONV, 'kernel', [20, 10, 1, 1], [1, 1, 20, 10], [2, 3, 0, 1]],
    ['OHWI, as TensorFlow Lite does', GCONV, 'kernel', [10, 1, 1, 20], [1, 1, 20, 10], [1, 2, 3, 0]],
  ])('stored %s: the order that fits is told', async (words, layer, role, found, expected, permutation) => {
    const error = await failure(reshaped(layer, role, found));
    expect(error.report.mismatched).toEqual([{ layer, role, found, expected, permutation }]);
    expect(error.message).toContain(`stored ${words}`);
    expect(error.message).toContain(`(${permutation.join(', ')}) would fit`);
    expect(error.explanation.next).toContain('numpy.transpose');
  });

  test('that no order of axes makes fit', async () => {
    const error = await failure(reshaped('conv1', 'kernel', [3, 3, 1, 6]));
    expect(error.report.mismatched).toEqual([
      { layer: 'conv1', role: 'kernel', found: [3, 3, 1, 6], expected: [3, 3, 3, 6] },
    ]);
    expect(error.explanation.found).toBe('conv1 kernel is (3, 3, 1, 6), expected (3, 3, 3, 6)');
  });

  test('is not read at all', async () => {
    const error = await failure((layers) => {
      Object.assign(weightIn(layers, 'conv1', 'kernel'), { shape: [3, 3, 1, 6], failure: new Error('it was read') });
    });
    expect(error.report.mismatched).toHaveLength(1);
  });
});

describe('left over', () => {
  const withBias = (layers: DraftLayer[]) => {
    layerIn(layers, 'conv1').weights.push({ name: 'conv1/bias:0', role: 'bias', shape: [6], dtype: 'float32' });
  };
  const bias = { layer: 'conv1', weight: 'conv1/bias:0', shape: [6], ownLayer: true };

  test("a weight of one of the network's own layers is an error, with the flag that allows it", async () => {
    const error = await failure(withBias);
    expect(error.report.unused).toEqual([{ ...bias, allowed: false }]);
    expect(error.explanation.found).toBe('conv1/bias:0 (6,) of conv1 has no place in the network');
    expect(error.explanation.next).toContain('--allow-unused "conv1/bias:0"');
  });

  test.each(['conv1/bias:0', 'conv1/*', '*/bias:?'])('unless it is allowed by name: %s', async (glob) => {
    const { report } = await load(withBias, { allowUnused: ['nothing', glob] });
    expect(report.unused).toEqual([{ ...bias, allowed: true }]);
  });

  test.each(['conv1', 'bias', 'conv1?bias'])('and not by a part of its name: %s', async (glob) => {
    expect((await failure(withBias, { allowUnused: [glob] })).report.unused).toEqual([{ ...bias, allowed: false }]);
  });

  test("a weight of a part of one of the network's own layers is that layer's", async () => {
    const part = { name: 'conv1/sn/u:0', role: null, shape: [1, 6], dtype: 'float32' };
    const withPart = (layers: DraftLayer[]) => layerIn(layers, 'conv1').weights.push(part);
    const left = { layer: 'conv1', weight: 'conv1/sn/u:0', shape: [1, 6], ownLayer: true };
    const { report } = await failure(withPart);
    expect(report).toMatchObject({ missing: [], otherLayers: [], unused: [{ ...left, allowed: false }] });
    const loaded = await load(withPart, { allowUnused: ['conv1/sn/*'] });
    expect(loaded.report.unused).toEqual([{ ...left, allowed: true }]);
  });

  test('layers that are no part of the network are listed', async () => {
    const { report } = await load((layers) => {
      const kernel = { role: 'kernel', shape: [10, 2], dtype: 'float32' };
      layers.push({ name: 'head', weights: [{ name: 'head/kernel:0', ...kernel }] });
      const place = 'stage4/block1/bn_gconv_1';
      layers.push({
        name: place,
        weights: [{ name: `${place}/gamma:0`, role: 'gamma', shape: [60], dtype: 'float32' }],
      });
      layers.push({ name: 'flatten', weights: [] });
    });
    expect(report.otherLayers).toEqual(['stage4/block1/bn_gconv_1', 'head']);
    expect(report.unused).toMatchObject([
      { layer: 'stage4/block1/bn_gconv_1', ownLayer: false },
      { layer: 'head', ownLayer: false },
    ]);
  });
});

describe('values that no network can use', () => {
  const changed = (name: string, role: string, change: (values: Float32Array) => void) => (layers: DraftLayer[]) => {
    const weight = weightIn(layers, name, role);
    const values = exampleValues(
      weight.name,
      weight.shape.reduce((a, b) => a * b, 1),
    );
    change(values);
    weight.values = values;
  };

  test('NaN and infinities are counted, with the first of them', async () => {
    const error = await failure(
      changed('conv1', 'kernel', (values) => {
        values[161] = Number.NaN;
        values[100] = Number.NEGATIVE_INFINITY;
        values[40] = Number.NaN;
      }),
    );
    // Position 40 of (3, 3, 3, 6): 40 = 0·54 + 2·18 + 0·6 + 4.
    expect(error.report.nonFinite).toEqual([
      { layer: 'conv1', role: 'kernel', nan: 2, infinite: 1, firstIndex: [0, 2, 0, 4] },
    ]);
    expect(error.explanation.found).toBe('conv1 kernel holds 2 NaN and 1 infinite, the first at [0, 2, 0, 4]');
    expect(error.explanation.next).toContain('the training diverged');
  });

  test('a variance below zero', async () => {
    const error = await failure(
      changed(BN, 'moving_variance', (values) => {
        values[3] = -0.5;
        values[7] = -1;
      }),
    );
    expect(error.report.negativeVariance).toEqual([{ layer: BN, count: 2, firstIndex: [3], firstValue: -0.5 }]);
    expect(error.explanation.found).toBe(`${BN} moving_variance has 2 negative values, the first -0.5 at [3]`);
  });

  test('zero is a variance, and anything finite a mean', async () => {
    await load((layers) => {
      changed(BN, 'moving_variance', (values) => values.fill(0))(layers);
      changed(BN, 'moving_mean', (values) => values.fill(-3e38))(layers);
    });
  });

  test('integers are no weights', async () => {
    const error = await failure((layers) => {
      Object.assign(weightIn(layers, 'fc', 'kernel'), { dtype: 'int32', values: new Int32Array(1200) });
    });
    expect(error.report.unreadable).toEqual([
      {
        layer: 'fc',
        role: 'kernel',
        from: 'fc/kernel:0',
        reason: 'its values are int32, and weights are floating-point numbers',
      },
    ]);
    expect(error.message).toContain('fc/kernel:0 cannot be used: its values are int32');
  });

  test.each(['float16', 'bfloat16'])('%s is as good as float32', async (dtype) => {
    await load((layers) => {
      weightIn(layers, 'fc', 'kernel').dtype = dtype;
    });
  });
});

describe('unreadable', () => {
  const broken = () => new MissingDatasetError('/conv1/conv1/kernel:0', 'nothing');
  const entry = {
    layer: 'conv1',
    role: 'kernel',
    from: 'conv1/kernel:0',
    reason: 'There is no dataset behind the name (nothing).',
    next: 'save the weights again from the trained model, or copy the file again from its source',
  };

  test('a weight whose fault shows without reading', async () => {
    const error = await failure((layers) => {
      Object.assign(weightIn(layers, 'conv1', 'kernel'), { shape: [], dtype: 'unknown', fault: broken() });
    });
    expect(error.report.unreadable).toEqual([entry]);
    expect(error.report.mismatched).toEqual([]);
    expect(error.explanation.next).toBe(entry.next);
  });

  test('a weight that fails in reading', async () => {
    const error = await failure((layers) => {
      weightIn(layers, 'conv1', 'kernel').failure = broken();
    });
    expect(error.report.unreadable).toEqual([entry]);
  });

  test('two weights of one role: neither is chosen', async () => {
    const error = await failure((layers) => {
      const [kernel] = layerIn(layers, 'conv1').weights;
      layerIn(layers, 'conv1').weights.push({ ...kernel!, name: 'conv1/kernel_1:0' });
    });
    const reason = '2 weights of the layer are named kernel';
    expect(error.report.unreadable).toMatchObject([{ layer: 'conv1', role: 'kernel', reason }]);
    expect(error.report.unused).toEqual([]);
  });

  test('a fault of ours is not called the fault of the file', async () => {
    const loading = load((layers) => {
      weightIn(layers, 'conv1', 'kernel').failure = new TypeError('a bug');
    });
    await expect(loading).rejects.toThrow('a bug');
  });
});

describe('a batch normalization', () => {
  const without =
    (role: string, names = /\/bn_/) =>
    (layers: DraftLayer[]) => {
      for (const layer of layers) {
        if (names.test(layer.name)) layer.weights = layer.weights.filter((weight) => weight.role !== role);
      }
    };

  test.each([
    ['gamma', 1, 'no-gamma', '9 batch normalizations without gamma (scale=False): ones are'],
    ['beta', 0, 'no-beta', '9 batch normalizations without beta (center=False): zeros are'],
  ] as const)('without %s has %ds there, as Keras has, and says so', async (role, value, id, text) => {
    const { weights, report } = await load(without(role));
    expect(weights.get(BN)![role]).toMatchObject({ shape: [15], data: new Float32Array(15).fill(value) });
    const first = ['bn_gconv_1', 'bn_dwconv_1', 'bn_gconv_2'].map((name) => `stage2/block1/${name}`).join(', ');
    expect(report.notes).toEqual([{ id, text: `${text} used in ${first} and 6 more.` }]);
    expect(report.loaded.some((weight) => weight.role === role)).toBe(false);
  });

  test('without either has both', async () => {
    const { weights } = await load((layers) => {
      without('gamma', /block2\/bn_gconv_1$/)(layers);
      without('beta', /block2\/bn_gconv_1$/)(layers);
    });
    expect(Object.keys(weights.get(BN)!).sort()).toEqual(['beta', 'gamma', 'moving_mean', 'moving_variance']);
  });

  test('without a moving statistic lacks it: no setting of Keras leaves it out', async () => {
    const error = await failure(without('moving_mean', /block2\/bn_gconv_1$/));
    expect(error.report.missing).toMatchObject([{ layer: BN, role: 'moving_mean', layerPresent: true }]);
  });

  test('without a moving statistic is damaged, and is given no ones and zeros either', async () => {
    const error = await failure((layers) => {
      without('moving_variance', /block2\/bn_gconv_1$/)(layers);
      without('gamma', /block2\/bn_gconv_1$/)(layers);
    });
    expect(error.report.missing.map(({ role }) => role).sort()).toEqual(['gamma', 'moving_variance']);
  });

  test('with a weight whose name says nothing is not completed: it may be the missing one', async () => {
    const error = await failure((layers) => {
      Object.assign(weightIn(layers, BN, 'gamma'), { name: `${BN}/param_0`, role: null });
    });
    expect(error.report.missing).toMatchObject([{ layer: BN, role: 'gamma', layerPresent: true }]);
    expect(error.report.unused).toMatchObject([{ weight: `${BN}/param_0`, ownLayer: true }]);
  });
});

describe('all or nothing', () => {
  test('every kind of problem is in one report', async () => {
    const error = await failure((layers) => {
      layers.splice(layers.indexOf(layerIn(layers, 'fc')), 1);
      weightIn(layers, GCONV, 'kernel').shape = [10, 20, 1, 1];
      weightIn(layers, BN, 'moving_variance').values = new Float32Array(15).fill(-1);
      weightIn(layers, BN, 'gamma').values = new Float32Array(15).fill(Number.NaN);
      weightIn(layers, BN, 'beta').dtype = 'int64';
      layerIn(layers, 'conv1').weights.push({ name: 'conv1/bias:0', role: 'bias', shape: [6], dtype: 'float32' });
    });
    const { missing, mismatched, negativeVariance, nonFinite, unreadable, unused } = error.report;
    const counts = [missing, mismatched, negativeVariance, nonFinite, unreadable, unused].map(({ length }) => length);
    expect(counts).toEqual([2, 1, 1, 1, 1, 1]);
    expect(error).toMatchObject({ tag: 'Load', kind: 'file' });
    expect(error.message).toContain(`The weights do not fit ${NETWORK.name}; nothing was loaded.`);
  });

  test('names out of the file cannot move the cursor', async () => {
    const error = await failure((layers) => {
      layerIn(layers, 'conv1').weights.push({ name: '\u001b[2J', role: null, shape: [6], dtype: 'float32' });
    });
    expect(error.message).not.toContain('\u001b');
  });
});

test('a file without weights is told from one with the wrong ones', async () => {
  await expect(bindWeights(checkpointOf([]), NETWORK, TINY)).rejects.toMatchObject({
    tag: 'NoLayers',
    explanation: { found: 'an empty list of layers' },
  });
  const empty = checkpointOf([
    { name: 'input_1', weights: [] },
    { name: 'relu', weights: [] },
  ]);
  await expect(bindWeights(empty, NETWORK, TINY)).rejects.toMatchObject({
    explanation: { found: '2 layers, none with a weight' },
  });
});

test('a scheme that is stated is kept to', async () => {
  const error = await failure(() => {}, { scheme: namingScheme('dots')! });
  expect(error.report.scheme).toBe('dots');
  expect(error.report.missing.find(({ layer }) => layer === BN)!.expectedName).toBe('stage2.block2.bn_gconv_1');
});

test('layers read beforehand are bound as those of a checkpoint', async () => {
  const layers = readFileLayers(checkpointOf(draftLayers(NETWORK)));
  expect((await bindLayers(layers, NETWORK, TINY)).report).toEqual((await load()).report);
});

test("shuffleNet loads by name from its argument loadModel, in the article's settings", async () => {
  const { groups, scaleFactor, numShuffleUnits, classes, inputShape } = TINY;
  const loadModel = checkpointOf(draftLayers(NETWORK));
  const model = await shuffleNet({ groups, scaleFactor, numShuffleUnits, classes, inputShape, loadModel });
  expect(model.weights.get('fc')!.bias!.data).toEqual(exampleValues('fc/bias:0', 10));
  expect(model.settings).toMatchObject({ groups: 3, pooling: 'max', bottleneckRatio: 0.25 });
});

describe('files that Keras wrote', () => {
  test.each([
    'k21-g3/weights.h5',
    'k21-g3-odd/weights.h5',
    'k21-g8/weights.h5',
    'k21-g3-full/model_noopt.h5',
    'k215-g3/weights.h5',
    'trained-digits-g3/weights.h5',
  ])('%s loads whole', async (name) => {
    const { report, weights } = await loadFixture(name, { pooling: 'max' });
    const checkpoint = await openCheckpoint(bytesSource(name, fixtureBytes(name)));
    const stored = checkpoint.layers.flatMap((layer) => layer.weights.map((weight) => ({ layer: layer.name, weight })));
    expect(report.loaded).toHaveLength(stored.length);
    expect(report).toMatchObject({ missing: [], unused: [], otherLayers: [] });
    for (const { layer, weight } of stored) {
      const bound = weights.get(layer)![weight.role as 'kernel']!;
      expect([...bound.data]).toEqual([...toFloat64(await weight.read())]);
    }
    checkpoint.close();
  });
});
