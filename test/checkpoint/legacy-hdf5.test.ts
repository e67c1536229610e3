// Keras's legacy layout, as h5py wrote it in all its spellings; lists too long for a test file come from a stand-in.
import { describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { LinkRefusedError } from '../../src/checkpoint/errors.js';
import { type Hdf5File, openHdf5 } from '../../src/checkpoint/hdf5.js';
import { findLegacyRoot, readLegacy } from '../../src/checkpoint/legacy-hdf5.js';
import { isShuffleportError } from '../../src/core/errors.js';
import { toFloat64 } from '../../src/core/tensor.js';
import { damagedBytes, expectedLayers, openDamaged, withDamaged } from '../helpers/damaged.js';
import { hdf5StandIn } from '../helpers/hdf5-stand-in.js';

/** Every layer, with its weights as h5py would tell them. */
async function contents({ layers }: Checkpoint): Promise<object> {
  const out: [string, object][] = [];
  for (const layer of layers) {
    const weights: [string, object][] = [];
    for (const { name, shape, dtype, read } of layer.weights) {
      weights.push([name, { shape, dtype, values: [...toFloat64(await read())] }]);
    }
    out.push([layer.name, Object.fromEntries(weights)]);
  }
  return Object.fromEntries(out);
}

const names = ({ layers }: Checkpoint): string[] => layers.map(({ name }) => name);
const layerOf = ({ layers }: Checkpoint, name: string) => layers.find((layer) => layer.name === name)!;

describe('a file in order', () => {
  test.each([
    'fixed-names',
    'variable-names',
    'utf8-names',
    'odd-fixed-names',
    'odd-variable-names',
    'proto-names',
    'scope-suffix',
    'chunked-names',
    'space-padded',
    'latest-format',
    'user-block',
    'gzip',
    'no-layers',
    'full-model',
    'keras-1',
  ])('%s has the layers, shapes, types and values that h5py reads', async (name) => {
    await withDamaged(name, async (checkpoint) => {
      expect(await contents(checkpoint)).toEqual(expectedLayers(name));
      expect(checkpoint.notes).toEqual([]);
    });
  });

  test('keeps the order of layer_names, layers without weights included', async () => {
    await withDamaged('fixed-names', (checkpoint) =>
      expect(names(checkpoint)).toEqual(['input_1', 'conv1', 'unit/bn']),
    );
    await withDamaged('chunked-names', (checkpoint) => {
      expect(names(checkpoint)).toEqual(['input_1', 'conv1', 'unit/bn']);
      expect(layerOf(checkpoint, 'unit/bn').weights.map(({ name }) => name)).toEqual([
        'unit/bn/gamma:0',
        'unit/bn/beta:0',
      ]);
    });
  });

  test('says what wrote it', async () => {
    await withDamaged('fixed-names', (checkpoint) => {
      expect(checkpoint).toMatchObject({
        container: 'keras-hdf5-weights',
        kerasVersion: '2.1.6',
        backend: 'tensorflow',
      });
      expect(checkpoint).not.toHaveProperty('modelConfig');
    });
  });

  test('reads the role of a weight from its name, and the layer from the list alone', async () => {
    await withDamaged('scope-suffix', (checkpoint) => {
      expect(checkpoint.layers.map(({ name, weights }) => [name, weights[0]!.name, weights[0]!.role])).toEqual([
        ['conv1', 'conv1_1/kernel:0', 'kernel'],
        ['conv1_1', 'conv1_1_1/kernel:0', 'kernel'],
      ]);
    });
    await withDamaged('keras-1', (checkpoint) => {
      expect(layerOf(checkpoint, 'conv1').weights.map(({ role }) => role)).toEqual([
        'kernel',
        'gamma',
        'moving_variance',
        'bias',
      ]);
    });
  });

  test('cannot be read once it is closed', async () => {
    const checkpoint = await openDamaged('fixed-names');
    checkpoint.close();
    const failure = await layerOf(checkpoint, 'conv1')
      .weights[0]!.read()
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    expect(isShuffleportError(failure)).toBe(true);
  });
});

describe('a whole model', () => {
  test('has its weights under model_weights and its architecture beside it', async () => {
    await withDamaged('full-model', ({ container, kerasVersion, modelConfig }) => {
      expect({ container, kerasVersion }).toEqual({ container: 'keras-hdf5-model', kerasVersion: '2.1.6' });
      expect(modelConfig).toEqual({
        class_name: 'Model',
        config: { layers: [{ class_name: 'Conv2D', name: 'conv1', config: {} }] },
      });
    });
  });

  test('of Keras 1 keeps its version at the root', async () => {
    await withDamaged('keras-1', (checkpoint) => {
      expect(checkpoint).toMatchObject({ container: 'keras-hdf5-model', kerasVersion: '1.2.2' });
      expect(checkpoint).not.toHaveProperty('backend');
    });
  });

  test('with an architecture that is no JSON is read without it, and says so', async () => {
    await withDamaged('invalid-config', (checkpoint) => {
      expect(checkpoint).not.toHaveProperty('modelConfig');
      expect(checkpoint.notes).toEqual([{ id: 'unreadable-config', text: expect.stringContaining('no JSON') }]);
      expect(layerOf(checkpoint, 'conv1').weights).toHaveLength(1);
    });
  });

  test('may have weights of its own, which come last', async () => {
    await withDamaged('top-level', async (checkpoint) => {
      expect(names(checkpoint)).toEqual(['input_1', 'conv1', 'unit/bn', 'top_level_model_weights']);
      const [scale] = checkpoint.layers.at(-1)!.weights;
      expect(scale).toMatchObject({ name: 'scale:0', role: null, shape: [4] });
      expect([...(await scale!.read()).data]).toEqual([1, 2, 3, 4]);
    });
  });
});

describe('a damaged file', () => {
  test('that lists a layer twice has it once, and says so', async () => {
    await withDamaged('duplicate-layers', (checkpoint) => {
      expect(names(checkpoint)).toEqual(['input_1', 'conv1', 'unit/bn']);
      const text = '1 layer name listed more than once, the first "conv1"; each is read once.';
      expect(checkpoint.notes).toEqual([{ id: 'duplicate-layer-name', text }]);
    });
  });

  test.each([
    ['missing-dataset', 'MissingDataset'],
    ['group-not-dataset', 'MissingDataset'],
    ['soft-link', 'LinkRefused'],
    ['soft-link-dangling', 'LinkRefused'],
    ['external-link', 'LinkRefused'],
    ['virtual', 'LinkRefused'],
    ['lzf', 'UnsupportedFilter'],
    ['shape-bomb', 'DeclaredSize'],
  ])('%s: the weight is listed with its fault (%s), the others are whole', async (name, tag) => {
    await withDamaged(name, async (checkpoint) => {
      const [kernel] = layerOf(checkpoint, 'conv1').weights;
      expect(kernel).toMatchObject({ name: 'conv1/kernel:0', role: 'kernel', fault: { tag } });
      await expect(kernel!.read()).rejects.toMatchObject({ tag });
      const [gamma] = layerOf(checkpoint, 'unit/bn').weights;
      expect([...(await gamma!.read()).data]).toEqual([1, 2, 3, 4]);
    });
  });

  test.each([
    ['dataset-not-layer', 'conv1', 'a dataset is there'],
    ['missing-layer-group', 'conv1', 'nothing is there'],
    ['soft-link-layer', 'conv1', 'a link is there, which is not followed'],
    ['external-link-layer', 'conv1', 'a link is there, which is not followed'],
    ['soft-link-middle', 'unit/bn', 'a link is there, which is not followed'],
  ])('%s: a layer that is no group in the file gives no values, and that is noted', async (name, layer, found) => {
    await withDamaged(name, (checkpoint) => {
      expect(names(checkpoint)).toEqual(['input_1', 'conv1', 'unit/bn']);
      expect(layerOf(checkpoint, layer).weights.filter(({ fault }) => fault === undefined)).toEqual([]);
      const whole = ['conv1', 'unit/bn'].find((other) => other !== layer)!;
      expect(layerOf(checkpoint, whole).weights).toHaveLength(1);
      const text = `The layer "${layer}" is listed, but has no group: ${found}.`;
      expect(checkpoint.notes).toEqual([{ id: 'layer-without-group', text }]);
    });
  });
});

describe('where the layout stands', () => {
  const rootOf = async (name: string) => {
    const file = await openHdf5(damagedBytes(name), name);
    try {
      return findLegacyRoot(file);
    } finally {
      file.close();
    }
  };

  test('is the root, the group model_weights, or nowhere', async () => {
    expect(await rootOf('fixed-names')).toBe('');
    expect(await rootOf('chunked-names')).toBe('');
    expect(await rootOf('no-layers')).toBe('');
    expect(await rootOf('full-model')).toBe('/model_weights');
    expect(await rootOf('not-keras')).toBeUndefined();
    expect(await rootOf('keras-3-store')).toBeUndefined();
  });

  test.each(['soft-link-root', 'external-link-root'])('%s: model_weights is never a link', async (name) => {
    await expect(rootOf(name)).rejects.toThrow(LinkRefusedError);
  });
});

describe('lists of names without end', () => {
  /** A file that is nothing but attributes of its root. */
  const attributesOnly = (attribute: (name: string) => string[] | undefined): Hdf5File =>
    hdf5StandIn({ strings: (path, name) => (path === '/' ? attribute(name) : undefined) });

  test('past 200 000 names are refused', () => {
    const list = Array.from({ length: 200_001 }, (_, i) => `layer_${i}`);
    const file = attributesOnly((name) => (name === 'layer_names' ? list : undefined));
    expect(() => readLegacy(file, '')).toThrow('The list layer_names is too long.');
    expect(() => readLegacy(file, '')).toThrow('200,001 names');
  });

  test('in chunks that never end are read for a thousand chunks', () => {
    let asked = 0;
    const file = attributesOnly((name) => {
      if (!/^layer_names\d+$/.test(name)) return undefined;
      asked++;
      return [name];
    });
    expect(readLegacy(file, '').layers).toHaveLength(1000);
    expect(asked).toBe(1000);
  });
});
