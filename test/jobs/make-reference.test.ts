// `make-reference`: what the script is told of the file, and what is refused. What the script does: test/python.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bytesSource, type Source } from '../../src/checkpoint/source.js';
import { writeNpz } from '../../src/formats/npz.js';
import { head, randomSize, type ScriptFacts } from '../../src/jobs/make-reference/head.js';
import { type MakeReferenceOptions, makeReference } from '../../src/jobs/make-reference.js';
import { python } from '../../src/jobs/python-text.js';
import { makeReferenceText } from '../../src/report/make-reference.js';
import { DEFAULT_SETTINGS } from '../../src/shufflenet/settings.js';
import { type Folder, newFolder, shuffleport } from '../cli/shell.js';
import { fixtureBytes } from '../helpers/models.js';
import { asArrays, keras, weightsOf } from './material.js';

const G3 = await asArrays('k21-g3/weights.h5');
const NUMPY: MakeReferenceOptions = { flavour: 'numpy', pooling: 'max' };

/** The value of a literal in a script, on one line. */
const literal = (script: string, name: string): string | undefined =>
  new RegExp(`^${name} = (.*)$`, 'm').exec(script)?.[1];

describe('a script', () => {
  test('is made for one file: its name without folders, its hash', async () => {
    const bytes = fixtureBytes('k21-g3/weights.h5');
    const { script, sha256, source } = await makeReference(bytesSource('some/folder/weights.h5', bytes), NUMPY);
    expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(source).toEqual({ name: 'some/folder/weights.h5', bytes: bytes.length });
    expect(literal(script, 'FILE_SHA256')).toBe(`"${sha256}"`);
    expect(literal(script, 'FILE_NAME')).toBe('"weights.h5"');
  });

  test('has the settings that the file tells, as the article names them', async () => {
    const { script, config } = await makeReference(keras('k21-g3-full/model_noopt.h5'), { flavour: 'keras' });
    expect(config).toMatchObject({ groups: 3, pooling: 'max', inputShape: [32, 32, 3] });
    expect(script).toContain(`SETTINGS = {
    "include_top": True,
    "scale_factor": 0.25,
    "pooling": "max",
    "input_shape": [32, 32, 3],
    "groups": 3,
    "num_shuffle_units": [1, 1, 1],
    "bottleneck_ratio": 0.25,
    "classes": 10,
    "slices": "own",
    "conv_bias": False,
    "first_gconv_2_grouped": False,
    "bottleneck_from": "out",
}`);
  });

  test('has those that are stated, and passes them on to verify', async () => {
    const stated = { pooling: null, slices: 'last', includeTop: false, groups: 3 } as const;
    const { script, config } = await makeReference(G3, { ...stated, flavour: 'numpy' });
    expect(config).toMatchObject(stated);
    expect(script).toContain('"pooling": None,');
    expect(literal(script, 'VERIFY_FLAGS')).toBe('" --pooling none --slices last --groups 3 --no-top"');
  });

  test('passes on every other flag that verify needs too', async () => {
    const stated = { scaleFactor: 0.25, bottleneckRatio: 0.25, numShuffleUnits: [1, 1, 1], classes: 10 };
    const read = { scheme: 'article', map: 'name', kernelOrder: 'hwio', allowUnused: ['a*', 'b'] } as const;
    const { script } = await makeReference(G3, { ...NUMPY, ...stated, ...read });
    expect(literal(script, 'VERIFY_FLAGS')).toBe(
      "\" --pooling max --scale 0.25 --ratio 0.25 --units 1,1,1 --classes 10 --scheme article --map name --kernel-order hwio --allow-unused 'a*' --allow-unused 'b'\"",
    );
  });

  test('needs Keras or does not, as asked', async () => {
    const [withKeras, alone] = await Promise.all(
      (['keras', 'numpy'] as const).map((flavour) => makeReference(G3, { ...NUMPY, flavour })),
    );
    expect(withKeras!.script).toMatch(/^import importlib$/m);
    expect(withKeras!.script).toContain('"--model"');
    expect(alone!.script).not.toMatch(/keras\.|importlib/);
    expect([withKeras!.flavour, alone!.flavour]).toEqual(['keras', 'numpy']);
  });

  test('knows what the file puts before names', async () => {
    const prefixed = [...(await weightsOf('k21-g3/weights.h5'))].map(([key, t]) => [`model/${key}`, t] as const);
    const { script } = await makeReference(bytesSource('p.npz', writeNpz(prefixed)), NUMPY);
    expect(literal(script, 'PREFIX')).toBe('"model/"');
    expect(literal(script, 'LAYERS')).toBe('None');
  });

  test('knows which layer is which where only their order says', async () => {
    const { script, notes } = await makeReference(await autonamed(), { ...NUMPY, map: 'order' });
    expect(script).toContain(`LAYERS = {
    "conv1": "conv2d_1",
    "stage2/block1/1x1_gconv_1": "conv2d_2",
    "stage2/block1/1x1_gconv_2": "conv2d_3",
    "stage2/block2/1x1_gconv_1_/g0": "conv2d_4",`);
    expect(script).toContain('    "stage4/block2/bn_gconv_2": "batch_normalization_18",');
    expect(notes.map(({ id }) => id)).toContain('mapped-by-order');
    expect(script).toMatch(/^# - The layers' names were not used: 58 layers mapped by their order/m);
  });
});

/** The weights under the names that Keras gives to layers without one. */
async function autonamed(): Promise<Source> {
  const counts = new Map<string, number>();
  const names = new Map<string, string>();
  const arrays = [...(await weightsOf('k21-g3/weights.h5'))].map(([key, t]) => {
    const layer = key.slice(0, key.lastIndexOf('/'));
    if (!names.has(layer)) {
      const kind = kindOf(layer);
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      names.set(layer, `${kind}_${counts.get(kind)}`);
    }
    return [`${names.get(layer)}${key.slice(layer.length)}`, t] as const;
  });
  return bytesSource('autonamed.npz', writeNpz(arrays));
}

function kindOf(layer: string): string {
  if (layer.includes('/bn_')) return 'batch_normalization';
  if (layer.includes('dwconv')) return 'depthwise_conv2d';
  return layer === 'fc' ? 'dense' : 'conv2d';
}

describe('a file is refused', () => {
  test('when nobody says how it pools', async () => {
    await expect(makeReference(G3, { flavour: 'numpy' })).rejects.toMatchObject({
      tag: 'Undecided',
      option: '--pooling',
    });
  });

  test('when a weight is not there, before a script is made', async () => {
    const arrays = await weightsOf('k21-g3/weights.h5');
    arrays.delete('fc/bias');
    const source = bytesSource('less.npz', writeNpz(arrays));
    await expect(makeReference(source, NUMPY)).rejects.toMatchObject({ tag: 'Load' });
  });

  test('when it is the index of several', async () => {
    const name = 'sharded/net.weights.json';
    const source = { ...keras(name), sibling: async (sibling: string) => keras(`sharded/${sibling}`) };
    await expect(makeReference(source, NUMPY)).rejects.toMatchObject({
      tag: 'Usage',
      message: expect.stringContaining('spread over several files'),
    });
  });
});

const FACTS: ScriptFacts = {
  flavour: 'numpy',
  fileName: 'weights.h5',
  sha256: '00',
  settings: DEFAULT_SETTINGS,
  prefix: '',
  outer: undefined,
  names: undefined,
  kernelOrder: 'hwio',
  verifyFlags: '',
  notes: [],
};

describe("a stranger's text", () => {
  test('never ends the line that it stands on', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, text) => {
        const plain = head({ ...FACTS, notes: [{ id: 'x', text: 'x' }] });
        const strange = head({ ...FACTS, fileName: name, prefix: name, notes: [{ id: 'x', text }] });
        const code = (script: string): string[] =>
          script.split(/[\n\r\u2028\u2029\f\v\u0085]/).filter((line) => !line.startsWith('#') && line !== '');
        const [a, b] = [code(plain), code(strange)];
        expect(b).toHaveLength(a.length);
        for (const [i, line] of b.entries()) {
          if (!/^(FILE_NAME|PREFIX) = "/.test(line)) expect(line).toBe(a[i]);
          else expect(JSON.parse(line.slice(line.indexOf('"')))).toBe(name);
        }
      }),
    );
  });

  test('is wrapped where it is long', () => {
    const text = head({ ...FACTS, notes: [{ id: 'x', text: 'word '.repeat(60).trim() }] });
    const lines = text.split('\n').filter((line) => /^# +-? *word/.test(line));
    expect(lines.length).toBeGreaterThan(2);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(115);
    expect(lines.join(' ').match(/word/g)).toHaveLength(60);
  });
});

test.each([
  [null, 'None'],
  [true, 'True'],
  [false, 'False'],
  [1 / 3, '0.3333333333333333'],
  ['a "b"\n\\', '"a \\"b\\"\\n\\\\"'],
  [[1, null, 'x'], '[1, None, "x"]'],
  [{ a: 1, b: [2] }, '{\n    "a": 1,\n    "b": [2],\n}'],
])('%j is Python too', (value, expected) => {
  expect(python(value)).toBe(expected);
});

test.each([
  [
    [1, 1, 1],
    [64, 97],
  ],
  [[3], [32, 33]],
  [[], [32, 33]],
  [
    [1, 1, 1, 1],
    [128, 193],
  ],
])('random inputs leave several pixels on the last map: units %j', (numShuffleUnits, expected) => {
  expect(randomSize({ settings: { ...DEFAULT_SETTINGS, numShuffleUnits } })).toEqual(expected);
});

test('says what to do next', async () => {
  const { script: _, ...made } = await makeReference(G3, { ...NUMPY, flavour: 'keras' });
  const result = { ...made, output: 'record.py' };
  expect(makeReferenceText(result).split('\n')).toEqual([
    'k21-g3/weights.h5.npz -> record.py (Python; needs Keras 2 or 3, numpy and h5py)',
    'ShuffleNet v1, groups 3, scale 0.25, bottleneck ratio 0.25, units 1,1,1, 10 classes, max pooling, input (None, None, 3)',
    'next: python record.py k21-g3/weights.h5.npz --model net.py:function -o reference.npz',
    'its input: random, (64, 97, 3); --input, --size and --batch give it others, --help shows all',
  ]);
  expect(makeReferenceText({ ...result, flavour: 'numpy' })).toContain('needs numpy and h5py)');
});

describe('the command', () => {
  let folder: Folder;
  let weights: string;
  beforeAll(async () => {
    folder = newFolder();
    weights = folder.write('weights.npz', await G3.bytes());
  });
  afterAll(() => folder.remove());

  test('writes the script beside the file, for Keras, and replaces it only when told', async () => {
    const first = await shuffleport(['make-reference', weights, '--pooling', 'max']);
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toContain(`${folder.at('record_weights.py')} (Python; needs Keras 2 or 3`);
    expect(readFileSync(folder.at('record_weights.py'), 'utf8')).toContain('"pooling": "max"');
    expect((await shuffleport(['make-reference', weights, '--pooling', 'avg'])).code).toBe(2);
    expect((await shuffleport(['make-reference', weights, '--pooling', 'avg', '--force'])).code).toBe(0);
    expect(readFileSync(folder.at('record_weights.py'), 'utf8')).toContain('"pooling": "avg"');
  });

  test('writes one for numpy where it is told, and answers in JSON', async () => {
    const output = folder.at('r.py');
    const args = ['make-reference', weights, '--pooling', 'max', '--numpy', '-o', output, '--json'];
    const { code, out } = await shuffleport(args);
    expect(code).toBe(0);
    const result = JSON.parse(out) as Record<string, unknown>;
    expect(result).toMatchObject({ schema: 'shuffleport/make-reference', flavour: 'numpy', output });
    expect(result).not.toHaveProperty('script');
    expect(readFileSync(output, 'utf8').split('\n').slice(0, 2)).toEqual([
      '#!/usr/bin/env python3',
      '"""Records what every layer of a ShuffleNet gives, computed in numpy from its weights: no Keras is needed.',
    ]);
  });

  test('takes one of --keras and --numpy', async () => {
    const both = await shuffleport(['make-reference', weights, '--pooling', 'max', '--numpy', '--keras']);
    expect(both).toMatchObject({ code: 2, err: expect.stringContaining("cannot be used with option '--numpy'") });
  });
});
