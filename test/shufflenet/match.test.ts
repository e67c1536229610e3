// Names and shapes meet before any value is read: what is found, and the order of axes that would fit.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ReadFailedError, WeightTypeError } from '../../src/checkpoint/errors.js';
import { buildNetwork } from '../../src/shufflenet/build.js';
import { InvalidSettingError } from '../../src/shufflenet/errors.js';
import { readFileLayers } from '../../src/shufflenet/file-layers.js';
import { fault, matchWeights, permutationThatFits } from '../../src/shufflenet/match.js';
import { checkpointOf, type DraftLayer, draftLayers, layerIn, TINY, weightIn } from '../helpers/checkpoints.js';

const NETWORK = buildNetwork(TINY);

function match(change: (layers: DraftLayer[]) => void, allowed: RegExp[] = []) {
  const layers = draftLayers(NETWORK);
  change(layers);
  return matchWeights(readFileLayers(checkpointOf(layers)), NETWORK, allowed);
}

describe('a match', () => {
  test('reads nothing', () => {
    const { found, report, defaults, notes } = match((layers) => {
      for (const layer of layers) for (const weight of layer.weights) weight.failure = new Error('it was read');
    });
    expect(found).toHaveLength(NETWORK.layers.flatMap(({ weights }) => Object.keys(weights)).length);
    expect(report).toEqual({ missing: [], unused: [], mismatched: [], unreadable: [], otherLayers: [] });
    expect({ defaults: defaults.size, notes }).toEqual({ defaults: 0, notes: [] });
  });

  test('keeps hold of the weight it found, under the name of the file', () => {
    const { found } = match((layers) => {
      for (const weight of layerIn(layers, 'fc').weights) weight.name = weight.role!;
    });
    expect(found.find(({ layer, role }) => layer === 'fc' && role === 'bias')).toMatchObject({
      shape: [10],
      from: 'fc: bias',
      source: { name: 'bias', shape: [10] },
    });
  });

  test('takes no weight of another role, even of the right shape', () => {
    const { report } = match((layers) => {
      weightIn(layers, 'stage2/block1/1x1_dwconv_1', 'depthwise_kernel').role = 'bias';
    });
    expect(report.missing).toMatchObject([{ layer: 'stage2/block1/1x1_dwconv_1', role: 'depthwise_kernel' }]);
    expect(report.unused).toMatchObject([{ layer: 'stage2/block1/1x1_dwconv_1', ownLayer: true }]);
  });

  test('a convolution without its kernel has no default', () => {
    const { report, defaults } = match((layers) => {
      layerIn(layers, 'conv1').weights = [{ name: 'x', role: 'gamma', shape: [6], dtype: 'float32' }];
    });
    expect(report.missing).toMatchObject([{ layer: 'conv1', role: 'kernel', layerPresent: true }]);
    expect(defaults.size).toBe(0);
  });
});

describe('an account of a fault', () => {
  test('is what is wrong, and what to do where there is something', () => {
    expect(fault(new ReadFailedError('/a', 'no'))).toEqual({
      reason: 'Its values cannot be read: the HDF5 library says "no".',
      next: 'save the weights again from the trained model, or copy the file again from its source',
    });
    expect(fault(new WeightTypeError('/a', 'string'))).toEqual({
      reason: 'Its elements are string, not numbers.',
      next: 'save the weights as floating-point numbers',
    });
    expect(fault(new InvalidSettingError('ratio', 0, 'more than 0'))).toEqual({ reason: 'Invalid value for ratio.' });
  });
});

describe('the order of axes that fits', () => {
  test.each([
    // PyTorch's OIHW, TensorFlow Lite's OHWI, transposed dense kernels; Keras has HWIO.
    [
      [64, 3, 7, 5],
      [7, 5, 3, 64],
      [2, 3, 1, 0],
    ],
    [
      [3, 64, 7, 5],
      [7, 5, 3, 64],
      [2, 3, 0, 1],
    ],
    [
      [64, 7, 5, 3],
      [7, 5, 3, 64],
      [1, 2, 3, 0],
    ],
    [
      [10, 120],
      [120, 10],
      [1, 0],
    ],
    [
      [2, 3, 4],
      [4, 2, 3],
      [2, 0, 1],
    ],
  ])('%j to %j is %j', (found, expected, order) => {
    expect(permutationThatFits(found, expected)).toEqual(order);
  });

  test.each([
    [
      [3, 3, 3, 5],
      [3, 3, 3, 6],
    ],
    [[6], [7]],
    [[6, 1], [6]],
    [
      [1, 2, 3, 4, 5],
      [5, 4, 3, 2, 1],
    ],
  ])('%j to %j is none', (found, expected) => {
    expect(permutationThatFits(found, expected)).toBeUndefined();
  });

  test('fits, as numpy.transpose would use it, whenever there is one', () => {
    const shapes = fc
      .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })
      .chain((shape) =>
        fc.tuple(fc.constant(shape), fc.shuffledSubarray([...shape.keys()], { minLength: shape.length })),
      );
    fc.assert(
      fc.property(shapes, ([found, order]) => {
        const expected = order.map((axis) => found[axis]!);
        const fits = permutationThatFits(found, expected)!;
        expect([...fits].sort()).toEqual([...found.keys()]);
        expect(fits.map((axis) => found[axis])).toEqual(expected);
      }),
    );
  });
});
