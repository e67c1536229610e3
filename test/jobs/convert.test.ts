// `convert`: what is written holds the model, and is checked as it is read back.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { bytesSource } from '../../src/checkpoint/source.js';
import { type Conversion, convert } from '../../src/jobs/convert.js';
import { diff } from '../../src/jobs/diff.js';
import { loadModel } from '../../src/jobs/model.js';
import { asArrays, floats, keras, npz, weightsOf } from './material.js';

const KERAS = keras('k21-g3/weights.h5');
const G3 = await asArrays('k21-g3/weights.h5');
/** The article's name for this network, as Keras 2.1 has it. */
const NAME = 'ShuffleNet_0.25X_g3_br_0.25_111';

const damagedIn = ({ files }: Conversion, at: number) =>
  files.map(({ name, bytes }, i) => {
    const copy = Uint8Array.from(bytes);
    if (i === files.length - 1) copy[at < 0 ? copy.length + at : at]! ^= 1;
    return { name, bytes: copy };
  });

describe.each([
  ['safetensors', [`${NAME}.safetensors`]],
  ['npz', [`${NAME}.npz`]],
] as const)('%s', (to, names) => {
  test('is one file named after the network, with all its weights', async () => {
    const conversion = await convert(KERAS, { to, pooling: 'max' });
    expect(conversion).toMatchObject({
      source: { name: 'k21-g3/weights.h5', bytes: 526_760 },
      format: to,
      name: NAME,
      config: { groups: 3, scaleFactor: 0.25, pooling: 'max', classes: 10 },
      parameters: 28_258,
      report: { scheme: 'article', missing: [], unused: [], mismatched: [], otherLayers: [] },
    });
    expect(conversion.report.loaded).toHaveLength(113);
    expect(conversion.files.map(({ name }) => name)).toEqual(names);
    const written = bytesSource('written', conversion.files[0]!.bytes);
    expect(await diff(KERAS, written)).toMatchObject({ same: true, equal: 113 });
  });

  test('tells its settings to whoever loads it', async () => {
    const { files } = await convert(G3, { to, pooling: 'avg', slices: 'last', inputShape: [32, 32, 3] });
    const model = await loadModel(bytesSource('written', files[0]!.bytes), {});
    expect(model.settings).toMatchObject({ pooling: 'avg', slices: 'last', inputShape: [32, 32, 3] });
  });

  test('is the same bytes every time', async () => {
    const [first, second] = [await convert(G3, { to, pooling: 'max' }), await convert(G3, { to, pooling: 'max' })];
    expect(second.files).toEqual(first.files);
  });
});

test('of a .keras file of open size it is told what PyTorch makes of it', async () => {
  const notes = async (inputShape: readonly (number | null)[], to: 'keras' | 'npz' = 'keras') =>
    (await convert(G3, { to, pooling: 'max', inputShape })).report.notes.map(({ id }) => id);
  expect(await notes([32, null, 3])).toContain('keras-open-size');
  expect(await notes([32, 32, 3])).not.toContain('keras-open-size');
  expect(await notes([32, null, 3], 'npz')).not.toContain('keras-open-size');
});

test('a model for TensorFlow.js is its graph and its weights', async () => {
  const { files, format } = await convert(G3, { to: 'tfjs', pooling: 'max', inputShape: [32, 32, 3] });
  expect(format).toBe('tfjs');
  expect(files[0]!.name).toBe('model.json');
  const graph = JSON.parse(new TextDecoder().decode(files[0]!.bytes));
  expect(graph.format).toBe('graph-model');
  expect(files.slice(1).map(({ name }) => name)).toEqual(
    graph.weightsManifest.flatMap((group: { paths: string[] }) => group.paths),
  );
});

test('a model for ONNX carries the hash of the file that it was made from', async () => {
  const { files, format, folded } = await convert(G3, { to: 'onnx', pooling: 'max' });
  expect([files.map(({ name }) => name), format, folded]).toEqual([[`${NAME}.onnx`], 'onnx', true]);
  const hash = createHash('sha256')
    .update(await G3.bytes())
    .digest('hex');
  expect(Buffer.from(files[0]!.bytes).includes(hash)).toBe(true);
});

test('what a format has not is said before the file is read', async () => {
  const unread = { ...G3, bytes: () => Promise.reject(new Error('it was read')) };
  await expect(convert(unread, { to: 'npz', fold: true })).rejects.toMatchObject({ tag: 'ExportOption' });
});

describe('the check', () => {
  test('passes files that are as they were made', async () => {
    const conversion = await convert(G3, { to: 'safetensors', pooling: 'max' });
    await expect(conversion.check(conversion.files)).resolves.toEqual({ level: 'weights', verdict: 'pass', run: null });
  });

  test('refuses files in which one bit is wrong, and no files', async () => {
    for (const to of ['safetensors', 'npz', 'tfjs', 'onnx'] as const) {
      const conversion = await convert(G3, { to, pooling: 'max', inputShape: [32, 32, 3] });
      const at = to === 'npz' ? 1000 : -1; // the end of an .npz is its directory
      const refused = expect.objectContaining({ tag: 'ExportReadBack' });
      await expect(conversion.check(damagedIn(conversion, at)), to).rejects.toEqual(refused);
      await expect(conversion.check([]), to).rejects.toEqual(refused);
    }
  });
});

describe('nothing is converted', () => {
  test('when nobody says how the network pools', async () => {
    await expect(convert(G3, { to: 'npz' })).rejects.toMatchObject({
      tag: 'Undecided',
      option: '--pooling',
      explanation: {
        what: 'The file does not say how the network pools.',
        expected: "max (the article's default) or avg (what its public training script used)",
      },
    });
  });

  test('when a weight is missing, and the report says which', async () => {
    const weights = await weightsOf('k21-g3/weights.h5');
    weights.delete('stage3/block2/1x1_gconv_2_/g1/kernel');
    await expect(convert(npz(weights), { to: 'npz', pooling: 'max' })).rejects.toMatchObject({
      tag: 'Load',
      kind: 'file',
      report: { missing: [{ layer: 'stage3/block2/1x1_gconv_2_/g1', role: 'kernel', layerPresent: false }] },
    });
  });

  test('when a group count is stated that the kernels contradict, said at the first grouped convolution', async () => {
    // Eight groups at 0.25x: 96 channels and 24 in the bottleneck, 12 and 3 a group (paper, table 1).
    await expect(convert(G3, { to: 'npz', pooling: 'max', groups: 8, bottleneckRatio: 0.25 })).rejects.toMatchObject({
      tag: 'GroupsConflict',
      kind: 'file',
      explanation: {
        where: 'stage2/block2/1x1_gconv_1',
        found: '3 kernels of shape (1, 1, 20, 5)',
        expected: '8 kernels of shape (1, 1, 12, 3)',
        next: expect.stringContaining('state 3'),
      },
    });
  });

  test('when a setting is stated that the shapes contradict', async () => {
    const options = { to: 'npz', pooling: 'max' } as const;
    await expect(convert(G3, { ...options, classes: 7 })).rejects.toMatchObject({
      report: {
        mismatched: [
          { layer: 'fc', role: 'kernel', found: [240, 10], expected: [240, 7] },
          { layer: 'fc', role: 'bias', found: [10], expected: [7] },
        ],
      },
    });
    const wider = convert(G3, { ...options, scaleFactor: 0.5 });
    await expect(wider).rejects.toMatchObject({ tag: 'Load' });
    await expect(wider).rejects.toThrow('conv1 kernel is (3, 3, 3, 6), expected (3, 3, 3, 12)');
  });
});

test('a weight that holds what is no number is not converted', async () => {
  const weights = await weightsOf('k21-g3/weights.h5');
  weights.set('fc/bias', floats([10], [1, 2, Number.NaN, 4, Number.POSITIVE_INFINITY, 6, 7, 8, 9, 10]));
  await expect(convert(npz(weights), { to: 'npz', pooling: 'max' })).rejects.toMatchObject({
    report: { nonFinite: [{ layer: 'fc', role: 'bias', nan: 1, infinite: 1, firstIndex: [2] }] },
  });
});
