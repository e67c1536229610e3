// Exported models read as files of weights: those of the checkpoint, or, folded, those that do the same.
import { describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { bytesSource, type Source } from '../../src/checkpoint/source.js';
import { decodeText, encodeText } from '../../src/core/bytes.js';
import { type Tensor, toFloat64 } from '../../src/core/tensor.js';
import { evaluator } from '../../src/evaluator/evaluator.js';
import { exportModel } from '../../src/export/export.js';
import { readExported } from '../../src/export/exported.js';
import type { ExportFile, ExportFormat } from '../../src/export/files.js';
import { MODEL } from '../../src/export/onnx/messages.js';
import { encodeMessage } from '../../src/export/onnx/protobuf.js';
import type { ExportOptions } from '../../src/export/options.js';
import { loadModel } from '../../src/jobs/model.js';
import type { ShuffleNetModel } from '../../src/shufflenet/load.js';
import { DEFAULT_SETTINGS, type ShuffleNetSettings } from '../../src/shufflenet/settings.js';
import { fixtureBytes, loadFixture, noise, randomModel } from '../helpers/models.js';
import { onnxProto } from '../helpers/ort.js';

/** Files in memory, the first as a source that finds the others. */
function sourceOf([first, ...others]: readonly ExportFile[]): Source {
  const sibling = async (name: string): Promise<Source> => {
    return bytesSource(name, others.find((file) => file.name === name)!.bytes);
  };
  return { ...bytesSource(first!.name, first!.bytes), sibling };
}

async function readBack(model: ShuffleNetModel, format: ExportFormat, options: ExportOptions = {}) {
  const exported = await readExported(sourceOf(await exportModel(model, format, options)));
  return loadModel(exported!.source, {});
}

describe.each([
  ['k21-g3/weights.h5', { pooling: 'max', slices: 'own' }],
  ['k21-g8/weights.h5', { pooling: 'avg', slices: 'last' }],
  ['k215-g3/weights.h5', { pooling: 'max', slices: 'own' }],
] as const)('%s', (file, stated) => {
  test.each([
    ['onnx', { fold: false, inputLayout: 'nchw' }],
    ['tfjs', { fold: false }],
  ] as const)('as %s %j has the weights and settings of the checkpoint', async (format, options) => {
    const model = await loadFixture(file, stated);
    const back = await readBack(model, format, options);
    expect(back.settings).toEqual(model.settings);
    expect(back.weights).toEqual(model.weights);
  });

  test.each(['onnx', 'tfjs'] as const)('as %s, folded, does what the checkpoint’s network does', async (format) => {
    const model = await loadFixture(file, { ...stated, inputShape: [32, 32, 3] });
    const back = await readBack(model, format);
    const x = noise([1, 32, 32, 3]);
    const names = model.network.layers.filter(({ op }) => op !== 'Conv2D').map(({ name }) => name);
    const after = names.filter((name) => /bn|relu|fc|softmax/.test(name));
    const [found, expected] = [await evaluator(back).run(x, after), await evaluator(model).run(x, after)];
    for (const name of after) expect(largestShare(found.get(name)!, expected.get(name)!), name).toBeLessThan(1e-5);
  });
});

test.each<Partial<ShuffleNetSettings>>([
  { groups: 1 },
  { groups: 4, scaleFactor: 1, includeTop: false, pooling: null },
  { groups: 3, revision: { ...DEFAULT_SETTINGS.revision, convBias: true } },
])('%j folded does what the network does', async (differing) => {
  const model = await randomModel({ ...SMALL, ...differing } as ShuffleNetSettings);
  const x = noise([1, 32, 32, 3]);
  const { output } = model.network;
  const expected = await evaluator(model).run(x);
  for (const format of ['onnx', 'tfjs'] as const) {
    const found = await evaluator(await readBack(model, format)).run(x);
    expect(largestShare(found.get(output)!, expected.get(output)!), format).toBeLessThan(1e-5);
  }
});

const SMALL = { ...DEFAULT_SETTINGS, scaleFactor: 0.25, numShuffleUnits: [1, 1], classes: 10, inputShape: [32, 32, 3] };

/** The largest difference over the largest value. */
function largestShare(a: Tensor, b: Tensor): number {
  const [found, expected] = [toFloat64(a), toFloat64(b)];
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0) / largest;
}

describe('a file that is no export', () => {
  test('is left to others', async () => {
    expect(await readExported(bytesSource('a.h5', fixtureBytes('k21-g3/weights.h5')))).toBeUndefined();
    expect(await readExported(bytesSource('a.json', encodeText('{"weight_map": {}}')))).toBeUndefined();
    expect(await readExported(bytesSource('a.json', encodeText('{"weight_map": ')))).toBeUndefined();
    expect(await readExported(bytesSource('a', new Uint8Array()))).toBeUndefined();
  });
});

describe('an export that is none of ours', () => {
  const onnx = async () => (await exportModel(await loadFixture('k21-g3/weights.h5', { pooling: 'max' }), 'onnx'))[0]!;
  const graph = async () => exportModel(await loadFixture('k21-g3/weights.h5', { pooling: 'max' }), 'tfjs');
  const refused = async (source: Source) => openCheckpoint((await readExported(source))!.source);

  test('without settings is refused', async () => {
    const { metadata_props: _, ...rest } = onnxProto((await onnx()).bytes);
    const source = bytesSource('a.onnx', encodeMessage(MODEL, rest));
    await expect(refused(source)).rejects.toMatchObject({ tag: 'ForeignExport' });
  });

  test.each(['{', '[]', '{"version":1}'])('with %s for settings is refused', async (value) => {
    const proto = onnxProto((await onnx()).bytes);
    const source = bytesSource(
      'a.onnx',
      encodeMessage(MODEL, { ...proto, metadata_props: [{ key: 'shuffleport', value }] }),
    );
    await expect(refused(source)).rejects.toMatchObject({ tag: 'ForeignExport' });
  });

  test('with a constant too few, or cut short, is refused', async () => {
    const proto = onnxProto((await onnx()).bytes);
    const [first, ...others] = proto.graph!.initializer!;
    for (const initializer of [others, [{ ...first, raw_data: new Uint8Array(4) }, ...others]]) {
      const source = bytesSource('a.onnx', encodeMessage(MODEL, { ...proto, graph: { ...proto.graph, initializer } }));
      await expect(refused(source)).rejects.toMatchObject({ tag: 'ForeignExport' });
    }
  });

  test('with settings of a network that the file is too small for is refused before it is built', async () => {
    const proto = onnxProto((await onnx()).bytes);
    const value = proto.metadata_props![0]!.value!.replace('"scaleFactor":0.25', '"scaleFactor":1000');
    expect(value).not.toBe(proto.metadata_props![0]!.value);
    const source = bytesSource(
      'a.onnx',
      encodeMessage(MODEL, { ...proto, metadata_props: [{ key: 'shuffleport', value }] }),
    );
    await expect(refused(source)).rejects.toMatchObject({
      tag: 'ForeignExport',
      explanation: { found: expect.stringMatching(/bytes/) },
    });
  });

  test('with fields that are not written here is refused', async () => {
    const { bytes } = await onnx();
    const source = bytesSource('a.onnx', Uint8Array.of(...bytes.subarray(0, 2), 0x12, 1, 65, 0x1a, 0));
    await expect(refused(source)).rejects.toMatchObject({ tag: 'ForeignExport' });
  });

  test.each([
    ['{"format":"graph-model"}'],
    ['{"format":"graph-model","weightsManifest":7}'],
    ['{"format":"graph-model","weightsManifest":[null,{"paths":[]}]}'],
    ['{"format":"graph-model","weightsManifest":[{"paths":[7]}]}'],
  ])('%s is refused', async (text) => {
    const source = sourceOf([{ name: 'model.json', bytes: encodeText(text) }]);
    await expect(readExported(source).then((exported) => openCheckpoint(exported!.source))).rejects.toMatchObject({
      tag: 'ForeignExport',
    });
  });

  test('a manifest of other weights, and shards that are too short, are refused', async () => {
    const [json, ...shards] = await graph();
    const changed = encodeText(decodeText(json!.bytes).replace('"shape":[240,10]', '"shape":[10,240]'));
    await expect(refused(sourceOf([{ ...json!, bytes: changed }, ...shards]))).rejects.toMatchObject({
      tag: 'ForeignExport',
    });
    const cut = shards.map((shard) => ({ ...shard, bytes: shard.bytes.subarray(0, -4) }));
    await expect(refused(sourceOf([json!, ...cut]))).rejects.toMatchObject({ tag: 'ExportReadBack' });
  });

  test('shards that nobody can find are told', async () => {
    const [json] = await graph();
    await expect(readExported(bytesSource('model.json', json!.bytes))).rejects.toMatchObject({ tag: 'ForeignExport' });
  });
});
