// Exports as files: the same bytes every time, every weight bit for bit, settings that need no flags again, and a
// read-back that finds what is wrong.
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { bytesSource } from '../../src/checkpoint/source.js';
import { concatBytes, encodeText, equalBytes } from '../../src/core/bytes.js';
import { type Tensor, toFloat32 } from '../../src/core/tensor.js';
import { ExportReadBackError } from '../../src/export/errors.js';
import { exportModel, verifyExport } from '../../src/export/export.js';
import { EXPORT_FORMATS, type ExportFile, type ExportFormat } from '../../src/export/files.js';
import { encodeElements } from '../../src/formats/elements.js';
import { readNpz, writeNpz } from '../../src/formats/npz.js';
import { readSafetensors } from '../../src/formats/safetensors.js';
import { writeSafetensors } from '../../src/formats/safetensors-write.js';
import type { ShuffleNetModel } from '../../src/shufflenet/load.js';
import { DEFAULT_SETTINGS, type ShuffleNetSettings } from '../../src/shufflenet/settings.js';
import { fixtureBytes, loadBytes, loadFixture, randomModel } from '../helpers/models.js';

let model: ShuffleNetModel;
beforeAll(async () => {
  model = await loadFixture('k21-g3/weights.h5', { pooling: 'max', inputShape: [32, 32, 3] });
});

const load = (): Promise<ShuffleNetModel> =>
  loadFixture('k21-g3/weights.h5', { pooling: 'max', inputShape: [32, 32, 3] });

/** Compared byte by byte: a matcher that could print the difference takes seconds. */
function expectSameFiles(found: readonly ExportFile[], expected: readonly ExportFile[]): void {
  expect(found.map(({ name }) => name)).toEqual(expected.map(({ name }) => name));
  for (const [i, { name, bytes }] of expected.entries()) expect(equalBytes(found[i]!.bytes, bytes), name).toBe(true);
}

/** The files with some bytes of one of them changed. */
function changed(files: readonly ExportFile[], name: string, change: (bytes: Uint8Array) => Uint8Array): ExportFile[] {
  return files.map((file) => (file.name === name ? { name, bytes: change(file.bytes.slice()) } : file));
}

/** Where the last bytes of a format's values end: nothing of them is in the rest of the file. */
const dataFile = (files: readonly ExportFile[]): ExportFile => files.at(-1)!;

test('the files are named after the network, those of TensorFlow.js as it wants them', async () => {
  const names = async (format: ExportFormat): Promise<string[]> =>
    (await exportModel(model, format)).map(({ name }) => name);
  expect(await names('tfjs')).toEqual(['model.json', 'group1-shard1of1.bin']);
  expect(await names('onnx')).toEqual(['ShuffleNet_0.25X_g3_br_0.25_111.onnx']);
  expect(await names('keras')).toEqual(['ShuffleNet_0.25X_g3_br_0.25_111.keras']);
  expect(await names('safetensors')).toEqual(['ShuffleNet_0.25X_g3_br_0.25_111.safetensors']);
  expect(await names('npz')).toEqual(['ShuffleNet_0.25X_g3_br_0.25_111.npz']);
});

describe.each(EXPORT_FORMATS)('%s', (format) => {
  test('the same model makes the same bytes', async () => {
    expectSameFiles(await exportModel(await load(), format), await exportModel(model, format));
  });

  test('what was written reads back', async () => {
    await expect(verifyExport(model, format, await exportModel(model, format))).resolves.toBeUndefined();
  });

  test('another network’s weights do not pass', async () => {
    const other = await loadFixture('trained-digits-g3/weights.h5', { pooling: 'max', inputShape: [32, 32, 3] });
    await expect(verifyExport(model, format, await exportModel(other, format))).rejects.toThrow(ExportReadBackError);
  });

  test.each<Partial<ShuffleNetSettings>>([{ pooling: 'avg' }, { slices: 'last' }, { inputShape: [64, 64, 3] }])(
    'the same weights under the settings %j do not pass',
    async (stated) => {
      const other = await loadFixture('k21-g3/weights.h5', { pooling: 'max', inputShape: [32, 32, 3], ...stated });
      await expect(verifyExport(model, format, await exportModel(other, format))).rejects.toThrow(ExportReadBackError);
    },
  );

  test('a file too few, a byte too few and a byte too many are found', async () => {
    const files = await exportModel(model, format);
    const { name } = dataFile(files);
    await expect(verifyExport(model, format, files.slice(0, -1))).rejects.toThrow(ExportReadBackError);
    const shorter = changed(files, name, (bytes) => bytes.subarray(0, -1));
    await expect(verifyExport(model, format, shorter)).rejects.toThrow(ExportReadBackError);
    const longer = changed(files, name, (bytes) => concatBytes([bytes, Uint8Array.of(0)]));
    await expect(verifyExport(model, format, longer)).rejects.toThrow(ExportReadBackError);
  });

  test('files of another format are no export of this one', async () => {
    const other = await exportModel(model, format === 'npz' ? 'safetensors' : 'npz');
    await expect(verifyExport(model, format, other)).rejects.toThrow(ExportReadBackError);
  });

  test('any flipped bit of the values is found', async () => {
    const files = await exportModel(model, format);
    const { name, bytes } = dataFile(files);
    // All of an ONNX file is ours to compare, and its values have other orders of axes.
    const placeOf = (values: Uint8Array, place: number): number =>
      format === 'onnx' ? place % bytes.length : Buffer.from(bytes).indexOf(values) + (place % values.length);
    // Headers between the values have bytes that say nothing of them (a zip's dates), so a value's own are looked up.
    const kernels = [...model.weights.values()]
      .flatMap((weights) => Object.values(weights))
      // Those that stand there as they are: not transposed, nor joined with another group's.
      .filter((kernel) => kernel.data.length > 15 && Buffer.from(bytes).indexOf(encodeElements(kernel)) >= 0);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...kernels), fc.nat(), fc.nat(7), async (kernel, place, bit) => {
        const values = encodeElements(kernel);
        const at = placeOf(values, place);
        const damaged = changed(files, name, (copy) => {
          copy[at] = copy[at]! ^ (1 << bit);
          return copy;
        });
        await expect(verifyExport(model, format, damaged)).rejects.toThrow(ExportReadBackError);
      }),
      { numRuns: 30 },
    );
  });
});

test('the message tells the weight, the place and both values', async () => {
  const files = await exportModel(model, 'safetensors');
  const { name, bytes } = files[0]!;
  const { metadata, tensors } = readSafetensors(bytes, name);
  const weights = tensors.map(({ name: key, read }): [string, Tensor] => {
    const values = read();
    if (key === 'fc/bias') values.data[3] = 7.5;
    return [key, values];
  });
  const stored = toFloat32(model.weights.get('fc')!.bias!)[3]!;
  const written = [{ name, bytes: writeSafetensors(weights, metadata) }];
  await expect(verifyExport(model, 'safetensors', written)).rejects.toThrow(/fc\/bias\n.*7\.5 at \(3,\)/);
  await expect(verifyExport(model, 'safetensors', written)).rejects.toThrow(String(stored));
});

test('a weight of another type or shape, one too many and one too few are found', async () => {
  const { name, bytes } = (await exportModel(model, 'npz'))[0]!;
  const arrays = readNpz(bytes, name).map(({ key, read }): [string, Tensor] => [key, read()]);
  const verify = (written: readonly [string, Tensor][]): Promise<void> =>
    verifyExport(model, 'npz', [{ name, bytes: writeNpz(written) }]);
  const replaced = (change: (t: Tensor) => Tensor): [string, Tensor][] =>
    arrays.map(([key, t]) => [key, key === 'fc/bias' ? change(t) : t]);
  await expect(verify(arrays)).resolves.toBeUndefined();
  await expect(verify(replaced((t) => ({ ...t, data: Float64Array.from(t.data) })))).rejects.toThrow(/float64/);
  await expect(verify(replaced((t) => ({ ...t, shape: [10, 1], stride: [1, 1] })))).rejects.toThrow(/\(10, 1\)/);
  await expect(verify(arrays.filter(([key]) => key !== 'fc/bias'))).rejects.toThrow(/fc\/bias\n.*nothing/);
  await expect(verify([...arrays, ['fc/gamma', arrays[1]![1]]])).rejects.toThrow(ExportReadBackError);
  await expect(verify(arrays.filter(([key]) => key !== '__metadata__'))).rejects.toThrow(/settings/);
});

describe('weights in npz and safetensors', () => {
  /** What h5wasm finds in the Keras file, by `layer/role`, without any of what loading by name does. */
  async function kerasWeights(): Promise<Map<string, Uint8Array>> {
    const checkpoint = await openCheckpoint(bytesSource('weights.h5', fixtureBytes('k21-g3/weights.h5')));
    const weights = new Map<string, Uint8Array>();
    for (const layer of checkpoint.layers) {
      for (const { role, read } of layer.weights) weights.set(`${layer.name}/${role}`, encodeElements(await read()));
    }
    checkpoint.close();
    return weights;
  }

  test('are those of the Keras file, bit for bit, each under its layer and role', async () => {
    const expected = await kerasWeights();
    // Counted with h5py: 33 kernels, 6 depthwise kernels, 18 batch normalizations of 4, and the two of fc.
    expect(expected.size).toBe(113);
    const npz = readNpz((await exportModel(model, 'npz'))[0]!.bytes, 'npz').filter(({ key }) => key !== '__metadata__');
    const { tensors } = readSafetensors((await exportModel(model, 'safetensors'))[0]!.bytes, 'safetensors');
    const written = [npz.map((e) => ({ ...e, name: e.key })), tensors];
    for (const entries of written) {
      expect(new Set(entries.map(({ dtype }) => dtype))).toEqual(new Set(['float32']));
      const found = new Map(entries.map(({ name, read }) => [name, encodeElements(read())]));
      expect(found.size).toBe(entries.length);
      expect(new Set(found.keys())).toEqual(new Set(expected.keys()));
      for (const [key, bytes] of expected) expect(equalBytes(found.get(key)!, bytes), key).toBe(true);
    }
  });

  test.each(['npz', 'safetensors'] as const)(
    'open again from %s without a flag, and export the same bytes',
    async (to) => {
      const settings: ShuffleNetSettings = {
        ...DEFAULT_SETTINGS,
        groups: 2,
        bottleneckRatio: 0.5,
        numShuffleUnits: [1, 2],
        classes: 7,
        pooling: 'avg',
        inputShape: [null, 48, 1],
        slices: 'last',
        revision: { ...DEFAULT_SETTINGS.revision, convBias: true },
      };
      const original = await randomModel(settings);
      const [file] = await exportModel(original, to);
      const again = await loadBytes(file!.name, file!.bytes);
      expect(again.settings).toEqual(settings);
      expect(again.network).toEqual(original.network);
      expectSameFiles(await exportModel(again, to), [file!]);
    },
  );

  test('the settings stand in the file as JSON', async () => {
    const { metadata } = readSafetensors((await exportModel(model, 'safetensors'))[0]!.bytes, 'safetensors');
    const record = { version: 1, network: 'ShuffleNet v1', settings: { groups: 3, pooling: 'max', slices: 'own' } };
    expect(Object.keys(metadata)).toEqual(['shuffleport']);
    expect(JSON.parse(metadata.shuffleport!)).toMatchObject(record);
    const json = readNpz((await exportModel(model, 'npz'))[0]!.bytes, 'npz').find(({ key }) => key === '__metadata__')!;
    expect(json.dtype).toBe('uint8');
    const stored = JSON.stringify({ shuffleport: JSON.parse(metadata.shuffleport!) });
    expect(json.read().data).toEqual(encodeText(stored));
  });
});
