// Each command on what Keras wrote: what it says, how it ends, and that its flags reach the job.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Tensor, tensor } from '../../src/core/tensor.js';
import { writeNpy } from '../../src/formats/npy.js';
import { readNpz, writeNpz } from '../../src/formats/npz.js';
import { loadReference } from '../helpers/models.js';
import { weightsOf } from '../jobs/material.js';
import { type Folder, keras, newFolder, shuffleport } from './shell.js';

const G3 = keras('k21-g3/weights.h5');
const reference = loadReference('k21-g3/reference.npz');
const NAME = 'ShuffleNet_0.25X_g3_br_0.25_111';

/** The weights of Keras's files as arrays, which are read sooner where only the command matters. */
const arrays = newFolder();
const QUICK = arrays.write('g3.npz', writeNpz(await weightsOf('k21-g3/weights.h5')));
const QUICK_ODD = arrays.write('odd.npz', writeNpz(await weightsOf('k21-g3-odd/weights.h5')));
afterAll(() => arrays.remove());

let folder: Folder;
beforeEach(() => {
  folder = newFolder();
});
afterEach(() => {
  folder.remove();
});

/** Some arrays of a reference as a file of their own. */
const recorded = (arrays: ReadonlyMap<string, Tensor>, ...keys: string[]): string =>
  folder.write('some.npz', writeNpz(['input', ...keys].map((key) => [key, arrays.get(key)!] as const)));

/** A copy of the weights, so that what is written beside it is seen. */
const copied = (): string => folder.write('weights.npz', readFileSync(QUICK));

/** A document whose fields the tests name one by one. */
// biome-ignore lint/suspicious/noExplicitAny: what a field is, its expectation says
type Json = any;

async function json(...args: string[]): Promise<{ code: number; result: Json }> {
  const { code, out, err } = await shuffleport([...args, '--json']);
  expect(err).toBe('');
  return { code, result: JSON.parse(out) };
}

describe('inspect', () => {
  test('answers in JSON with the fields that are promised', async () => {
    const { code, result } = await json('inspect', G3);
    expect(code).toBe(0);
    expect(result).toMatchObject({
      schema: 'shuffleport/inspect',
      schemaVersion: 1,
      container: 'keras-hdf5-weights',
      kerasVersion: '2.1.6',
      scheme: 'article',
      config: {
        groups: 3,
        scaleFactor: 0.25,
        bottleneckRatio: 0.25,
        numShuffleUnits: [1, 1, 1],
        classes: 10,
        includeTop: true,
        pooling: null,
        inputShape: [null, null, 3],
      },
      totals: { layers: 129, weightedLayers: 58, weights: 113, parameters: 28_258, macs: null },
      notes: [{ id: 'pooling-unknown', text: expect.any(String) }],
    });
    expect(result.layers).toHaveLength(129);
    expect(result.layers[1]).toEqual({
      name: 'conv1',
      weights: [{ name: 'conv1/kernel:0', role: 'kernel', shape: [3, 3, 3, 6], dtype: 'float32' }],
    });
  });

  test('shows a table, a tree or Markdown, of the layers asked for', async () => {
    const only = ['inspect', G3, '--layer', 'stage2/block1/1x1_gconv_?'];
    const table = await shuffleport(only);
    expect(table.code).toBe(0);
    expect(table.out).toMatch(/^stage2\/block1\/1x1_gconv_1 {2}kernel {2}\(1, 1, 6, 15\) +float32 +90$/m);
    expect(table.out).not.toContain('conv1 ');
    const tree = await shuffleport([...only, '--format', 'tree']);
    expect(tree.out).toMatch(/^stage2\n {2}block1\n {4}1x1_gconv_1\n {6}kernel \(1, 1, 6, 15\) float32$/m);
    const markdown = await shuffleport([...only, '--format', 'markdown']);
    expect(markdown.out).toContain('| stage2/block1/1x1_gconv_1 | kernel | (1, 1, 6, 15) | float32 | 90 |');
  });

  test('reads values only when asked', async () => {
    const only = ['inspect', G3, '--layer', 'fc'];
    expect((await json(...only)).result.layers[0].weights[1].stats).toBeUndefined();
    const { stats } = (await json(...only, '--stats')).result.layers[0].weights[1];
    const bias = [...(await weightsOf('k21-g3/weights.h5')).get('fc/bias')!.data];
    expect(stats).toMatchObject({ min: Math.min(...bias), max: Math.max(...bias), zeros: 0, nonFinite: 0 });
  });

  test('takes every setting that is stated', async () => {
    const { code, result } = await json(
      'inspect',
      QUICK,
      ...['--groups', '3', '--scale', '0.5', '--ratio', '0.5', '--units', '3x7,3', '--classes', '7', '--no-top'],
      ...['--pooling', 'none', '--slices', 'last', '--input-shape', '?x32,3', '--scheme', 'article'],
    );
    expect(code).toBe(0);
    expect(result.config).toMatchObject({
      groups: 3,
      scaleFactor: 0.5,
      bottleneckRatio: 0.5,
      numShuffleUnits: [3, 7, 3],
      classes: 7,
      includeTop: false,
      pooling: null,
      slices: 'last',
      inputShape: [null, 32, 3],
    });
  });

  test('finds no network in a file read under the wrong scheme', async () => {
    const { code, result } = await json('inspect', QUICK, '--scheme', 'underscore');
    expect([code, result.config, result.scheme]).toEqual([0, null, null]);
    expect(result.notes).toContainEqual(expect.objectContaining({ id: 'NotShuffleNet' }));
  });
});

describe('verify', () => {
  test('passes with 0, and answers in JSON with the fields that are promised', async () => {
    const some = recorded(reference, 'conv1', 'softmax');
    const { code, result } = await json('verify', G3, '--reference', some, '--pooling', 'max');
    expect(code).toBe(0);
    expect(result).toMatchObject({
      schema: 'shuffleport/verify',
      schemaVersion: 1,
      verdict: 'pass',
      firstFailure: null,
      notCompared: [],
      pooling: { decision: 'max', source: 'flag' },
    });
    expect(result.layers.map((layer: Record<string, unknown>) => [layer.layer, layer.verdict])).toEqual([
      ['conv1', 'pass'],
      ['softmax', 'pass'],
    ]);
    expect(result.layers[0].maxAbsError).toBeLessThan(1e-5);
  });

  test('fails with 1 against the last slices, and passes when told to read them', async () => {
    const last = loadReference('k21-g3/reference_lastslice.npz');
    const args = [
      'verify',
      QUICK,
      '-r',
      recorded(last, 'stage2/block2/1x1_gconv_1/concat', 'softmax'),
      '--pooling',
      'max',
    ];
    const own = await shuffleport(args);
    expect(own.code).toBe(1);
    expect(own.out).toMatch(/^FAIL .*: 2 of 2 layers at fault/);
    expect(own.out).toContain('first layer at fault: stage2/block2/1x1_gconv_1/concat');
    const told = await shuffleport([...args, '--slices', 'last']);
    expect(told.code).toBe(0);
    expect(told.out).toMatch(/^PASS /);
    expect(told.out).toContain('every group reads the last slice');
  });

  test('with --self-test tells which planted mistakes a reference shows: 0 when it shows enough', async () => {
    const first = [...reference.keys()].filter((key) => /^conv1|^maxpool1|^stage2.{1,2}block1/.test(key));
    const args = ['verify', QUICK, '-r', recorded(reference, ...first), '--pooling', 'max', '--self-test'];
    const { code, result } = await json(...args);
    expect(code).toBe(0);
    expect(result).toMatchObject({
      schema: 'shuffleport/self-test',
      schemaVersion: 1,
      verdict: 'pass',
      honest: { verdict: 'pass', layers: first.length, sources: [] },
      causes: { missed: 0 },
      unknown: { misnamed: 0 },
    });
    expect(result.planted.length).toBe(result.causes.planted + result.unknown.planted);
    expect(result.planted[0]).toMatchObject({ layer: 'conv1', outcome: 'named', check: 'own', why: null });
  });

  test('with --self-test plants nothing in a reference that fails, and ends with 1', async () => {
    const last = loadReference('k21-g3/reference_lastslice.npz');
    const some = recorded(last, 'conv1', 'stage2/block2/1x1_gconv_1/concat');
    const args = ['verify', QUICK, '-r', some, '--pooling', 'max', '--self-test'];
    const { code, out } = await shuffleport(args);
    expect(code).toBe(1);
    expect(out).toMatch(/^FAIL .*: the reference does not pass as it is \(1 of 2 layers at fault: stage2/);
    expect(out).toMatch(/\nnext: see why with `shuffleport verify` without --self-test/);
    expect((await json(...args)).result).toMatchObject({ verdict: 'fail', honest: { verdict: 'fail' }, planted: [] });
  });

  test.each([
    [[], /--self-test needs recorded outputs.*make-reference/s],
    [['-r', 'reference.npz', '--tolerance', '1'], /--tolerance does not go with --self-test/],
    [['-r', 'reference.npz', '-o', 'report.html'], /--output does not go with --self-test/],
  ])('with --self-test and %j is wrong usage', async (flags, words) => {
    const { code, err } = await shuffleport(['verify', QUICK, '--self-test', ...flags]);
    expect(code).toBe(2);
    expect(err).toMatch(words);
  });

  test('without a reference holds the weights against themselves: 0 when they agree, 2 when they tell nothing', async () => {
    const trained = folder.write('trained.npz', writeNpz(await weightsOf('trained-digits-g3/weights.h5')));
    const agreed = await shuffleport(['verify', trained]);
    expect([agreed.code, agreed.out]).toEqual([0, expect.stringMatching(/^CONSISTENT /)]);
    const nothing = await shuffleport(['verify', QUICK, '--json']);
    expect(nothing.code).toBe(2);
    expect(JSON.parse(nothing.out)).toMatchObject({ schema: 'shuffleport/self-check', verdict: 'no evidence' });
  });

  test('without a reference fails with 1 when kernels were exchanged', async () => {
    const weights = await weightsOf('trained-digits-g3/weights.h5');
    const [a, b] = ['stage3/block2/1x1_gconv_2_/g1/kernel', 'stage3/block2/1x1_gconv_2_/g2/kernel'];
    const [first, second] = [weights.get(a)!, weights.get(b)!];
    const file = folder.write('swapped.npz', writeNpz(weights.set(a, second).set(b, first)));
    const { code, out } = await shuffleport(['verify', file]);
    expect([code, out]).toEqual([1, expect.stringMatching(/^INCONSISTENT .*1x1_gconv_2_\/g1/s)]);
  });

  test.each([['--tolerance', '1e-3'], ['--all'], ['--all-causes'], ['-o', 'report.html']])(
    'without a reference has no use for %s: 2',
    async (...flags) => {
      const { code, err } = await shuffleport(['verify', QUICK, ...flags]);
      expect([code, err]).toEqual([2, expect.stringContaining('--reference')]);
    },
  );

  test('is undecided with 2 when both poolings fit', async () => {
    const { code, result } = await json('verify', QUICK, '-r', recorded(reference, 'softmax'));
    expect([code, result.verdict]).toEqual([2, 'undecided']);
  });

  test('holds to the tolerance that is stated, and lists every layer when asked', async () => {
    const args = [
      'verify',
      QUICK_ODD,
      '-r',
      recorded(loadReference('k21-g3-odd/reference.npz'), 'conv1', 'global_pool'),
    ];
    const passed = await shuffleport([...args, '--all']);
    expect(passed.code).toBe(0);
    expect(passed.out).toContain('pooling: avg (found by trying both)');
    expect(passed.out).toMatch(/^conv1 +pass/m);
    const strict = await shuffleport([...args, '--tolerance', '1e-12', '--pooling', 'avg']);
    expect(strict.code).toBe(1);
    expect(strict.out).toContain('tolerance 1e-12');
    expect((await shuffleport([...args, '--pooling', 'avg'])).out).not.toMatch(/^conv1 +pass/m);
  });

  test('ends at the pool without a top', async () => {
    const some = recorded(reference, 'global_pool', 'fc');
    const { code, result } = await json('verify', QUICK, '-r', some, '--no-top', '--pooling', 'max');
    expect([code, result.notCompared, result.otherLayers]).toEqual([0, ['fc'], ['fc']]);
  });

  test('cannot use a reference whose keys name no layer: 3', async () => {
    const strange = folder.write(
      'strange.npz',
      writeNpz([
        ['input', reference.get('input')!],
        ['dense', reference.get('fc')!],
      ]),
    );
    const { code, result } = await json('verify', QUICK, '-r', strange, '--pooling', 'max');
    expect([code, result.error.tag, result.error.found]).toEqual([3, 'NothingCompared', 'dense']);
  });

  test('says at the first grouped convolution that the group count is another', async () => {
    const some = recorded(reference, 'conv1');
    const args = ['verify', QUICK, '-r', some, '--pooling', 'max', '--groups', '8', '--ratio', '0.25'];
    const { code, result } = await json(...args);
    expect([code, result.error.tag, result.error.where]).toEqual([3, 'GroupsConflict', 'stage2/block2/1x1_gconv_1']);
    expect(result.error.found).toBe('3 kernels of shape (1, 1, 20, 5)');
    expect(result.error.expected).toBe('8 kernels of shape (1, 1, 12, 3)');
  });
});

describe('convert', () => {
  test('writes beside the file, under the name of the network, unless told', async () => {
    const { code, result } = await json('convert', copied(), '--pooling', 'max', '--to', 'safetensors');
    expect(code).toBe(0);
    expect(folder.list()).toEqual([`${NAME}.safetensors`, 'weights.npz']);
    expect(result).toMatchObject({
      schema: 'shuffleport/convert',
      format: 'safetensors',
      output: folder.at(`${NAME}.safetensors`),
      files: [{ name: `${NAME}.safetensors`, bytes: readFileSync(folder.at(`${NAME}.safetensors`)).length }],
      config: { pooling: 'max' },
      parameters: 28_258,
    });
    expect(result).toMatchObject({ written: true, check: { level: 'weights', verdict: 'pass', run: null } });
  });

  test('writes a model for TensorFlow.js, a folder, unless told', async () => {
    const { code, out } = await shuffleport(['convert', copied(), '--pooling', 'avg', '--input-shape', '32,32,3']);
    expect(code).toBe(0);
    expect(out).toContain(`-> ${folder.at(NAME)} (tfjs, `);
    expect(out).toContain('batch norms folded into convolutions; written, read back, every value as computed');
    expect(folder.list()).toEqual([NAME, 'weights.npz']);
    expect(readdirSync(folder.at(NAME))).toContain('model.json');
    const plain = await shuffleport(['convert', G3, '--pooling', 'avg', '--no-fold', '-o', folder.at('plain')]);
    expect([plain.code, plain.out.includes('every weight equal bit for bit')]).toEqual([0, true]);
  });

  test('writes what the name of the output says', async () => {
    const npz = await json('convert', G3, '--pooling', 'avg', '--slices', 'last', '-o', folder.at('w.npz'));
    expect([npz.code, npz.result.format]).toEqual([0, 'npz']);
    expect(readNpz(readFileSync(folder.at('w.npz')), 'w.npz').length).toBe(113 + 1);
    const inspected = await json('inspect', folder.at('w.npz'));
    expect(inspected.result.config).toMatchObject({ pooling: 'avg', slices: 'last' });
    const safetensors = await json('convert', folder.at('w.npz'), '-o', folder.at('w.safetensors'));
    expect([safetensors.code, safetensors.result.format]).toEqual([0, 'safetensors']);
    expect((await shuffleport(['diff', G3, folder.at('w.safetensors')])).code).toBe(0);
  });

  test('writes ONNX by the name of the output, folded unless told, and says so', async () => {
    const args = ['convert', QUICK, '--pooling', 'max', '-o'];
    const folded = await shuffleport([...args, folder.at('m.onnx')]);
    expect(folded.code).toBe(0);
    expect(folded.out).toContain(`-> ${folder.at('m.onnx')} (onnx, 1 file, `);
    expect(folded.out).toContain('batch norms folded into convolutions; written, read back, every value as computed');
    const plain = await json(...args, folder.at('p.onnx'), '--no-fold', '--input-layout', 'nchw');
    expect([plain.code, plain.result.format, plain.result.folded]).toEqual([0, 'onnx', false]);
    const written = (name: string): Buffer => readFileSync(folder.at(name));
    expect(written('p.onnx').includes('BatchNormalization')).toBe(true);
    expect(written('m.onnx').includes('BatchNormalization')).toBe(false);
    // A layout of NCHW needs no transposition of the input.
    expect(written('m.onnx').includes('input_1/nchw')).toBe(true);
    expect(written('p.onnx').includes('input_1/nchw')).toBe(false);
  });

  test('leaves a flag that the format does not have: 2', async () => {
    const { code, result } = await json('convert', QUICK, '--pooling', 'max', '-o', folder.at('w.npz'), '--fold');
    expect([code, result.error.tag]).toEqual([2, 'ExportOption']);
    expect(folder.list()).toEqual([]);
  });

  test('does not replace what is there unless it may', async () => {
    const taken = folder.write('taken.npz', 'mine');
    const refused = await shuffleport(['convert', QUICK, '--pooling', 'max', '-o', taken]);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('The output exists already.');
    expect(readFileSync(taken, 'utf8')).toBe('mine');
    expect((await shuffleport(['convert', QUICK, '--pooling', 'max', '-o', taken, '--force'])).code).toBe(0);
    expect(readFileSync(taken).subarray(0, 2).toString()).toBe('PK');
    expect(folder.list()).toEqual(['taken.npz']);
  });

  test('cannot write below a plain file: 2', async () => {
    const output = join(folder.write('plain', 'mine'), 'out.npz');
    const { code, result } = await json('convert', QUICK, '--pooling', 'max', '-o', output);
    expect([code, result.error.tag, result.error.where]).toEqual([2, 'UnwritablePath', output]);
    expect(folder.list()).toEqual(['plain']);
  });

  test('asks how the network pools, and leaves nothing behind', async () => {
    const { code, out, err } = await shuffleport(['convert', copied()]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('--pooling max or --pooling avg');
    expect(err).toContain("max (the article's default) or avg (what its public training script used)");
    expect(folder.list()).toEqual(['weights.npz']);
  });

  test.each([
    [['--units', '1,1'], 'fc kernel is (240, 10), expected (120, 10)'],
    [['--scale', '0.5'], 'conv1 kernel is (3, 3, 3, 6), expected (3, 3, 3, 12)'],
    [['--ratio', '0.5'], 'expected (1, 1, 6, 30)'],
    [['--classes', '7'], 'fc kernel is (240, 10), expected (240, 7)'],
    [['--input-shape', '32,32,1'], 'conv1 kernel is (3, 3, 3, 6), expected (3, 3, 1, 6)'],
    [['--scheme', 'dots'], "no checkpoint of the article's ShuffleNet"],
  ])('refuses settings that the shapes contradict, and leaves nothing behind: %j', async (flags, message) => {
    const { code, out, err } = await shuffleport(['convert', copied(), '--pooling', 'max', ...flags]);
    expect([code, out]).toEqual([3, '']);
    expect(err).toContain(message);
    expect(folder.list()).toEqual(['weights.npz']);
  });

  test('leaves out weights only when they are allowed by name', async () => {
    const weights = await weightsOf('k21-g3/weights.h5');
    const zeros = (n: number): Tensor => tensor(new Float32Array(n), [n]);
    const more = folder.write('more.npz', writeNpz([...weights, ['conv1/bias', zeros(6)], ['fc/extra', zeros(1)]]));
    const args = ['convert', more, '--pooling', 'max', '-o', folder.at('out.npz'), '--allow-unused', 'conv1/*'];
    const refused = await json(...args);
    expect([refused.code, refused.result.error.found]).toEqual([3, expect.stringContaining('fc/extra')]);
    expect(refused.result.error.found).not.toContain('conv1/bias');
    expect(folder.list()).toEqual(['more.npz']);
    expect((await shuffleport([...args, '--allow-unused', 'fc/ext??'])).code).toBe(0);
  });
});

describe('predict', () => {
  test('lists classes in the order of Keras, as many as asked, under their labels', async () => {
    const input = folder.write('input.npy', writeNpy(reference.get('input')!));
    const names = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
    const labels = folder.write('labels.txt', `${names.join('\r\n')}\r\n\r\n`);
    const args = ['predict', QUICK, input, '--pooling', 'max', '--top', '2', '--labels', labels];
    const { code, out } = await shuffleport(args);
    expect(code).toBe(0);
    // Keras's softmax: 0.39834276 and 0.14696637 for the first image, 0.36764252 and 0.19975019 for the second.
    expect(out.split('\n')).toEqual([
      `${input}, image 0:`,
      '   39.83 %  one',
      '   14.70 %  eight',
      `${input}, image 1:`,
      '   36.76 %  one',
      '   19.98 %  eight',
      '',
    ]);
  });

  test('refuses labels of another number of classes, and to list none', async () => {
    const input = folder.write('input.npy', writeNpy(reference.get('input')!));
    const args = ['predict', QUICK, input, '--pooling', 'max'];
    const { code, err } = await shuffleport([...args, '--labels', folder.write('labels.txt', 'zero\none\n')]);
    expect(code).toBe(2);
    expect(err).toContain('found:    2 labels\n  expected: 10, one for each class');
    expect((await shuffleport([...args, '--top', '0'])).code).toBe(2);
  });

  test('takes the array that is named, and answers in JSON', async () => {
    const arrays = folder.write(
      'arrays.npz',
      writeNpz([
        ['a', reference.get('input')!],
        ['b', reference.get('fc')!],
      ]),
    );
    const { code, result } = await json('predict', QUICK, arrays, '--key', 'a', '--pooling', 'max');
    expect(code).toBe(0);
    expect(result).toMatchObject({ schema: 'shuffleport/predict', output: 'softmax', shape: [2, 10] });
    expect(result.predictions[1].classes).toHaveLength(5);
    const exact = await json('predict', QUICK, arrays, '--key', 'a', '--pooling', 'max', '--executor', 'evaluator');
    expect([result.executor, exact.result.executor]).toEqual([expect.stringMatching(/^engine/), 'evaluator']);
    const unnamed = await json('predict', QUICK, arrays, '--pooling', 'max');
    expect([unnamed.code, unnamed.result.error.next]).toEqual([2, 'name one of them: --key NAME']);
  });

  test('gives features without a top', async () => {
    const input = folder.write('input.npy', writeNpy(reference.get('input')!));
    const { out, code } = await shuffleport(['predict', QUICK, input, '--pooling', 'max', '--no-top']);
    expect(code).toBe(0);
    expect(out).toContain('  global_pool (240,): ');
  });

  test.each([
    ['--no-top', '--top', '3'],
    ['--top', '3', '--no-top'],
  ])('gives features however many classes were asked for, in either order: %s %s %s', async (...flags) => {
    const input = folder.write('input.npy', writeNpy(reference.get('input')!));
    const { code, result } = await json('predict', QUICK, input, '--pooling', 'max', ...flags);
    expect([code, result.output]).toEqual([0, 'global_pool']);
    expect(result.predictions[0]).toMatchObject({ classes: [], features: { length: 240 } });
    const topped = await json(
      'predict',
      QUICK,
      input,
      '--pooling',
      'max',
      ...flags.filter((flag) => flag !== '--no-top'),
    );
    expect(topped.result.predictions[0].classes).toHaveLength(3);
  });

  test('asks what only its user knows: pooling, preprocessing, size', async () => {
    const picture = new URL('../../fixtures/numpy/formats/image/rgb8.png', import.meta.url);
    const png = folder.write('cat.png', readFileSync(picture));
    const asked = async (...flags: string[]) => {
      const { code, out, err } = await shuffleport(['predict', QUICK, png, ...flags]);
      return [code, out, /--[a-z-]+/.exec(err.slice(err.indexOf('next:')))?.[0]];
    };
    expect(await asked()).toEqual([2, '', '--pooling']);
    expect(await asked('--pooling', 'max', '--preprocess', 'tf')).toEqual([2, '', '--input-shape']);
    expect(await asked('--pooling', 'max', '--input-shape', '32,32,3')).toEqual([2, '', '--preprocess']);
    const answered = ['--pooling', 'max', '--preprocess', 'tf', '--input-shape', '32,32,3'];
    expect((await shuffleport(['predict', QUICK, png, ...answered])).code).toBe(0);
  });

  test('cannot use labels that are not there: 3', async () => {
    const { code, err } = await shuffleport(['predict', QUICK, QUICK, '--labels', folder.at('none.txt')]);
    expect(code).toBe(3);
    expect(err).toContain('none.txt');
  });
});

describe('diff', () => {
  test('ends with 0 for equal files, in words and in JSON', async () => {
    const same = await shuffleport(['diff', QUICK, QUICK]);
    expect(same).toEqual({ code: 0, out: `${QUICK} and ${QUICK} hold the same 113 weights.\n`, err: '' });
  });

  test('ends with 1 when they differ, and says where', async () => {
    const weights = await weightsOf('k21-g3/weights.h5');
    const bias = Float32Array.from(weights.get('fc/bias')!.data);
    const before = bias[3]!;
    bias[3] = 100;
    weights.set('fc/bias', tensor(bias, [10]));
    const other = folder.write('other.npz', writeNpz(weights));
    const { code, result } = await json('diff', QUICK, other);
    expect(code).toBe(1);
    expect(result).toMatchObject({
      schema: 'shuffleport/diff',
      same: false,
      equal: 112,
      differences: [{ kind: 'values', layer: 'fc', weight: 'bias', count: 1, maxAbsDifference: 100 - before, at: [3] }],
    });
    const { out } = await shuffleport(['diff', other, QUICK]);
    expect(out).toContain('~ fc bias 1 values differ');
  });
});
