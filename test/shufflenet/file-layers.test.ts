// A file's layers under the scheme that fits, those of nested models included; what does not fit is kept apart.
import { describe, expect, test } from 'vitest';
import { buildNetwork } from '../../src/shufflenet/build.js';
import { readFileLayers, someNames } from '../../src/shufflenet/file-layers.js';
import { bindWeights } from '../../src/shufflenet/load.js';
import { NAMING_SCHEMES, namingScheme } from '../../src/shufflenet/names.js';
import { checkpointOf, type DraftLayer, draftLayers, layerIn, TINY } from '../helpers/checkpoints.js';

const NETWORK = buildNetwork(TINY);
const WEIGHTED = NETWORK.layers.filter(({ weights }) => Object.keys(weights).length > 0).map(({ name }) => name);

function read(change: (layers: DraftLayer[]) => void = () => {}, scheme?: string) {
  const layers = draftLayers(NETWORK);
  change(layers);
  return readFileLayers(checkpointOf(layers), scheme === undefined ? {} : { scheme: namingScheme(scheme) });
}

/** Every layer, and every weight's name with it, under another name. */
const renamed = (rename: (name: string) => string) => (layers: DraftLayer[]) => {
  for (const layer of layers) {
    layer.name = rename(layer.name);
    for (const weight of layer.weights) weight.name = `${layer.name}/${weight.role}`;
  }
};

/** All layers as weights of one, as Keras saves a model used as a layer; others stand beside it. */
const nested = (layers: DraftLayer[], outer = 'ShuffleNet_0.25X_g3_br_0.25_10') => {
  const weights = layers.splice(0).flatMap((layer) => layer.weights);
  layers.push({ name: 'input_2', weights: [] }, { name: outer, weights });
};

const head = (name: string): DraftLayer => ({
  name,
  weights: [{ name: `${name}/kernel:0`, role: 'kernel', shape: [10, 2], dtype: 'float32' }],
});

describe('the scheme', () => {
  test.each(NAMING_SCHEMES)('$id is recognised by the names it reads, and names what is missing', (scheme) => {
    const layers = read(renamed(scheme.encode));
    expect(layers.scheme.id).toBe(scheme.id);
    expect([...layers.placed.keys()]).toEqual(WEIGHTED);
    expect(layers.others).toEqual([]);
    expect(layers.notes).toEqual([]);
    expect(layers.fileName('stage3/block1/1x1_gconv_1_/g2')).toBe(scheme.encode('stage3/block1/1x1_gconv_1_/g2'));
  });

  test('that is stated is used, whether it fits or not', () => {
    const layers = read(() => {}, 'dots');
    expect(layers.scheme.id).toBe('dots');
    expect([...layers.placed.keys()]).toEqual(['conv1', 'fc']);
    expect(layers.others).toHaveLength(WEIGHTED.length - 2);
  });

  test("of a file without any of the names is the article's", () => {
    const layers = readFileLayers(checkpointOf([head('encoder')]));
    expect(layers.scheme.id).toBe('article');
    expect(layers.placed.size).toBe(0);
    expect(layers.others).toMatchObject([{ name: 'encoder' }]);
  });
});

describe('a layer', () => {
  test('has its place and its own name', () => {
    const layers = read(renamed((name) => name.replaceAll('/', '_')));
    expect(layers.placed.get('stage3/block1/1x1_gconv_2_/g1')).toMatchObject({
      name: 'stage3_block1_1x1_gconv_2__g1',
      articleName: 'stage3/block1/1x1_gconv_2_/g1',
      place: { base: 'stage3/block1/1x1_gconv_2', kind: '1x1_gconv_2', stage: 3, block: 1, group: 1 },
    });
  });

  test('without weights is none of them', () => {
    expect(
      read()
        .others.concat([...read().placed.values()])
        .map(({ name }) => name),
    ).not.toContain('maxpool1');
  });

  test('with a prefix is read when all have it', () => {
    const layers = read(renamed((name) => `backbone/${name}`));
    expect([...layers.placed.keys()]).toEqual(WEIGHTED);
    expect(layers.fileName('fc')).toBe('backbone/fc');
  });

  test('of another prefix stays outside: the network is where most of its layers are', () => {
    const layers = read((drafts) => drafts.push(head('other/conv1'), head('other/fc')));
    expect([...layers.placed.keys()]).toEqual(WEIGHTED);
    expect(layers.others.map(({ name }) => name)).toEqual(['other/conv1', 'other/fc']);
  });

  test('with a number after its name is another layer: layers of one model have names of their own', () => {
    const layers = read((drafts) => drafts.push(head('conv1_1')));
    expect(layers.others.map(({ name }) => name)).toEqual(['conv1_1']);
    const alone = read((drafts) => {
      layerIn(drafts, 'conv1').name = 'conv1_1';
    });
    expect(alone.placed.has('conv1')).toBe(false);
  });
});

test('a layer that has a place is no model, whatever parts its weights are of', () => {
  const part = { name: 'conv1/sn/u:0', role: null, shape: [1, 6], dtype: 'float32' };
  const layers = read((drafts) => layerIn(drafts, 'conv1').weights.push(part));
  expect([...layers.placed.keys()]).toEqual(WEIGHTED);
  expect(layers.placed.get('conv1')).not.toHaveProperty('outer');
  expect(layers.placed.get('conv1')!.weights.map(({ name }) => name)).toEqual(['conv1/kernel:0', 'conv1/sn/u:0']);
  expect(layers.others).toEqual([]);
  expect(layers.notes).toEqual([]);
});

describe('a model used as a layer', () => {
  test('is opened, and that is noted', () => {
    const layers = read((drafts) => {
      nested(drafts);
      drafts.push(head('head'));
    });
    expect([...layers.placed.keys()]).toEqual(WEIGHTED);
    expect(layers.placed.get('fc')).toMatchObject({ name: 'fc', outer: 'ShuffleNet_0.25X_g3_br_0.25_10' });
    expect(layers.placed.get('fc')!.weights.map(({ role }) => role)).toEqual(['kernel', 'bias']);
    expect(layers.others.map(({ name }) => name)).toEqual(['head']);
    expect(layers.notes).toMatchObject([{ id: 'nested-model' }]);
    expect(layers.notes[0]!.text).toContain(`its ${WEIGHTED.length} layers are read from there`);
  });

  test('may have weights in another order: trainable ones first, as Keras saves them', () => {
    const layers = read((drafts) => {
      nested(drafts);
      drafts[1]!.weights.sort((a, b) => Number(a.role!.startsWith('moving')) - Number(b.role!.startsWith('moving')));
    });
    expect(layers.placed.get('stage2/block1/bn_gconv_1')!.weights.map(({ role }) => role)).toEqual([
      'gamma',
      'beta',
      'moving_mean',
      'moving_variance',
    ]);
  });

  test("of a second graph carries TensorFlow's numbers on its weights", () => {
    const layers = read((drafts) => {
      renamed((name) => `${name}_1`)(drafts);
      nested(drafts);
    });
    expect([...layers.placed.keys()]).toEqual(WEIGHTED);
  });

  test('twice in a file: the first is used, and its layers are not mixed with the second', () => {
    const layers = read((drafts) => {
      const second = draftLayers(NETWORK);
      nested(drafts, 'a');
      nested(second, 'b');
      drafts.push(...second);
    });
    expect([...layers.placed.values()].every(({ outer }) => outer === 'a')).toBe(true);
    expect(layers.others).toHaveLength(WEIGHTED.length);
    expect(layers.notes.find(({ id }) => id === 'second-network')?.text).toBe(
      'The file holds two networks of as many layers: that in the layer "a", which is used, and that in the layer "b".',
    );
  });

  test('beside another of as many layers, under a prefix: both are told', () => {
    const layers = read((drafts) => {
      const second = draftLayers(NETWORK);
      renamed((name) => `b/${name}`)(second);
      drafts.push(...second);
    });
    expect(layers.fileName('fc')).toBe('fc');
    expect(layers.notes).toEqual([
      {
        id: 'second-network',
        text: 'The file holds two networks of as many layers: that without a prefix, which is used, and that under "b/".',
      },
    ]);
  });
});

describe('two layers that stand for one of the network', () => {
  const again = { role: 'kernel', shape: [3, 3, 3, 6], dtype: 'float32' };
  /** A second graph's conv1, in the same outer model: TensorFlow 1 numbers its name. */
  const numbered = (drafts: DraftLayer[]): void => {
    renamed((name) => `${name}`)(drafts);
    nested(drafts, 'net');
    drafts[1]!.weights.push({ name: 'conv1_1/kernel', ...again });
  };
  const twice = (drafts: DraftLayer[]): void => {
    drafts.push({ name: 'conv1', weights: [{ name: 'conv1/kernel:0', ...again }] });
  };

  test.each([
    ['numbered by TensorFlow', numbered, ['conv1', 'conv1_1']],
    ['of the same name', twice, ['conv1', 'conv1']],
  ] as const)('%s are kept apart, and a note has both names', (_, change, names) => {
    const layers = read(change);
    expect(layers.ambiguous).toEqual([{ articleName: 'conv1', names }]);
    expect(layers.placed.get('conv1')).toMatchObject({ name: names[0] });
    expect(layers.others.map(({ name }) => name)).toEqual([names[1]]);
    expect(layers.notes).toContainEqual({
      id: 'ambiguous-name',
      text: `"${names[0]}" and "${names[1]}" both stand for conv1, so nothing can be loaded from this file.`,
    });
  });

  test.each([
    ['numbered by TensorFlow', numbered, '"conv1" and "conv1_1"'],
    ['of the same name', twice, '"conv1" twice'],
  ])('%s: nothing is loaded, since nobody says which is meant', async (_, change, found) => {
    const drafts = draftLayers(NETWORK);
    change(drafts);
    await expect(bindWeights(checkpointOf(drafts), NETWORK, TINY)).rejects.toMatchObject({
      tag: 'AmbiguousName',
      kind: 'file',
      layer: 'conv1',
      explanation: { where: 'conv1', found, next: expect.stringContaining('rename the layer') },
    });
  });

  test('of schemes cannot be: none writes two layers of a network alike', () => {
    const network = buildNetwork({ ...TINY, groups: 8, numShuffleUnits: [3, 7, 3] });
    for (const scheme of NAMING_SCHEMES) {
      const names = network.layers.map(({ name }) => scheme.encode(name));
      expect(new Set(names).size).toBe(names.length);
    }
  });
});

test('names for messages are few, and safe to print', () => {
  expect(someNames([])).toBe('no layers with weights');
  expect(someNames([{ name: 'a' }, { name: '\u001b[2J' }])).toBe('a, \\u001b[2J');
  expect(someNames(Array.from({ length: 9 }, (_, i) => ({ name: `l${i}` })))).toBe('l0, l1, l2, l3, l4 and 4 more');
});
