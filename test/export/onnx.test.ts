// The ONNX model as a file: its graph, its names, its weights, its metadata. What it computes is in test/runtimes.
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { toFloat32 } from '../../src/core/tensor.js';
import { ExportOptionError, ExportReadBackError } from '../../src/export/errors.js';
import { exportModel, verifyExport } from '../../src/export/export.js';
import { MODEL, type ModelProto, type NodeProto, type ValueInfoProto } from '../../src/export/onnx/messages.js';
import { graphOf } from '../../src/export/onnx/model.js';
import { encodeMessage } from '../../src/export/onnx/protobuf.js';
import { onnxWeights } from '../../src/export/onnx/read.js';
import { conv2d, input, networkOf, shuffleChannels } from '../../src/network/symbolic.js';
import type { ShuffleNetModel } from '../../src/shufflenet/load.js';
import { loadFixture, noise } from '../helpers/models.js';
import { onnxProto } from '../helpers/ort.js';

let model: ShuffleNetModel;
let folded: ModelProto;
let plain: ModelProto;
beforeAll(async () => {
  model = await loadFixture('k21-g3/weights.h5', { pooling: 'max', inputShape: [32, null, 3] });
  folded = onnxProto((await exportModel(model, 'onnx'))[0]!.bytes);
  plain = onnxProto((await exportModel(model, 'onnx', { fold: false }))[0]!.bytes);
});

function node({ graph }: ModelProto, name: string): NodeProto {
  return graph!.node!.find((candidate) => candidate.name === name)!;
}

function argument({ attribute }: NodeProto, name: string): unknown {
  const { f, i, s, ints } = attribute!.find((candidate) => candidate.name === name)!;
  return f ?? i ?? s ?? ints;
}

/** A constant's dimensions and its bytes as `Numbers`. */
function constant<T>({ graph }: ModelProto, name: string, Numbers: new (buffer: ArrayBuffer) => T): [unknown, T] {
  const { dims, raw_data } = graph!.initializer!.find((candidate) => candidate.name === name)!;
  return [dims, new Numbers(Uint8Array.from(raw_data!).buffer)];
}

const outputsOf = ({ graph }: ModelProto): string[] => graph!.node!.flatMap(({ output }) => output!);

describe('the file', () => {
  test('says who made it, for which operators, with which settings', () => {
    expect([folded.producer_name, folded.ir_version, folded.opset_import]).toEqual([
      'shuffleport',
      8,
      [{ domain: '', version: 17 }],
    ]);
    const [settings, ...others] = folded.metadata_props!;
    expect(others).toEqual([]);
    expect(settings!.key).toBe('shuffleport');
    expect(JSON.parse(settings!.value!)).toEqual({
      version: 1,
      network: 'ShuffleNet v1',
      settings: JSON.parse(JSON.stringify(model.settings)),
    });
    expect(folded.graph!.name).toBe('ShuffleNet_0.25X_g3_br_0.25_111');
  });

  test('carries the hashes of the checkpoint where they are known', async () => {
    const { metadata_props } = onnxProto((await exportModel(model, 'onnx', { hashes: ['ab', 'cd'] }))[0]!.bytes);
    expect(metadata_props!.slice(1)).toEqual([{ key: 'checkpoint_sha256', value: 'ab cd' }]);
  });

  test.each([
    ['nhwc', ['N', 32, 'width', 3]],
    ['nchw', ['N', 3, 32, 'width']],
  ] as const)('takes %s of any batch, with names for what is not known', async (inputLayout, shape) => {
    const { graph } = onnxProto((await exportModel(model, 'onnx', { inputLayout }))[0]!.bytes);
    const describe = (infos: readonly ValueInfoProto[]): unknown[] =>
      infos.flatMap(({ name, type }) => [
        name,
        type!.tensor_type!.elem_type,
        type!.tensor_type!.shape!.dim!.map(({ dim_value, dim_param }) => dim_value ?? dim_param),
      ]);
    expect(describe(graph!.input!)).toEqual(['input_1', 1, shape]);
    expect(describe(graph!.output!)).toEqual(['softmax', 1, ['N', 10]]);
  });

  test('has no two values of one name, and each node after what it takes', () => {
    for (const file of [folded, plain]) {
      const known = new Set(['input_1', ...file.graph!.initializer!.map(({ name }) => name!)]);
      expect(known.size).toBe(1 + file.graph!.initializer!.length);
      for (const { input: taken, output } of file.graph!.node!) {
        for (const name of taken!) expect(known).toContain(name);
        expect(known).not.toContain(output![0]);
        known.add(output![0]!);
      }
    }
  });
});

describe('layers', () => {
  const layers = (): string[] => model.network.layers.map(({ name }) => name);
  const within = /\/g\d(_slice)?$/;

  test('all have their own names but the parts of grouped convolutions', () => {
    expect(layers().filter((name) => !outputsOf(plain).includes(name) && name !== 'input_1')).toEqual(
      layers().filter((name) => within.test(name)),
    );
  });

  test('that are folded are gone, too, and nothing else', () => {
    const gone = layers().filter((name) => !outputsOf(folded).includes(name) && name !== 'input_1');
    const convolutions = /\/(1x1_gconv_\d|1x1_dwconv_1)(\/concat)?$/;
    expect(gone).toEqual(layers().filter((name) => within.test(name) || convolutions.test(name)));
    expect(folded.graph!.node!.filter(({ op_type }) => op_type === 'BatchNormalization')).toEqual([]);
  });

  test('are the operations that Keras names', () => {
    expect(node(plain, 'conv1')).toMatchObject({ op_type: 'Relu', input: ['conv1/Conv'] });
    expect(node(plain, 'conv1/Conv')).toMatchObject({ op_type: 'Conv', input: ['input_1/nchw', 'conv1/kernel'] });
    const pool = node(plain, 'maxpool1');
    expect(['kernel_shape', 'strides', 'auto_pad'].map((name) => argument(pool, name))).toEqual([[3, 3], [2, 2], 'SAME_UPPER']); // biome-ignore format: one line
    const grouped = node(plain, 'stage2/block2/1x1_gconv_1/concat');
    expect([grouped.op_type, argument(grouped, 'group')]).toEqual(['Conv', 3]);
    const depthwise = node(folded, 'stage2/block2/bn_dwconv_1');
    expect([depthwise.op_type, argument(depthwise, 'group'), depthwise.input!.length]).toEqual(['Conv', 15, 3]);
    expect(argument(node(plain, 'stage2/block1/bn_gconv_1'), 'epsilon')).toBe(Math.fround(1e-3));
  });
});

describe('weights', () => {
  const [H, W, I, O] = [3, 3, 3, 6];

  test('stand in ONNX’s order of axes', () => {
    const kernel = toFloat32(model.weights.get('conv1')!.kernel!);
    const [dims, found] = constant(plain, 'conv1/kernel', Float32Array);
    expect(dims).toEqual([O, I, H, W]);
    for (let o = 0; o < O; o++) {
      for (let i = 0; i < I; i++) {
        for (let at = 0; at < H * W; at++) expect(found[(o * I + i) * H * W + at]).toBe(kernel[(at * I + i) * O + o]);
      }
    }
    expect(constant(plain, 'stage2/block1/1x1_dwconv_1/kernel', Float32Array)[0]).toEqual([15, 1, 3, 3]);
    expect(constant(plain, 'fc/kernel', Float32Array)).toEqual([
      [240, 10],
      toFloat32(model.weights.get('fc')!.kernel!),
    ]);
  });

  test('of groups follow each other', () => {
    const [dims, found] = constant(plain, 'stage2/block2/1x1_gconv_1/concat/kernel', Float32Array);
    expect(dims).toEqual([15, 20, 1, 1]);
    const last = toFloat32(model.weights.get('stage2/block2/1x1_gconv_1_/g2')!.kernel!);
    // Output 13 of 15 is output 3 of 5 of the last group.
    expect(Array.from(found.subarray(13 * 20, 14 * 20))).toEqual(Array.from({ length: 20 }, (_, i) => last[i * 5 + 3]));
  });

  test('are Keras’s own in what is checked after writing, where nothing is folded', () => {
    const keys = (fold: boolean): string[] => onnxWeights(model, { fold }).map(([key]) => key);
    expect(keys(false)).toHaveLength(113);
    expect(keys(false)).toContain('stage2/block2/1x1_gconv_1_/g2/kernel');
    // conv1, the two of fc, and a kernel and a bias for each of 18 normalisations.
    expect(keys(true)).toHaveLength(1 + 2 + 2 * 18);
    expect(keys(true)).toContain('stage2/block2/bn_dwconv_1/depthwise_kernel');
  });
});

describe('the check finds', () => {
  /** The file after a change, held against the model. */
  const check = (change: (file: ModelProto) => ModelProto, fold = true): Promise<void> => {
    const bytes = encodeMessage(MODEL, change(fold ? folded : plain));
    return verifyExport(model, 'onnx', [{ name: 'x.onnx', bytes }], { fold });
  };
  const withGraph =
    (part: Partial<NonNullable<ModelProto['graph']>>) =>
    (file: ModelProto): ModelProto => ({
      ...file,
      graph: { ...file.graph, ...part },
    });

  test('nothing where nothing was changed', async () => {
    await expect(check((file) => file)).resolves.toBeUndefined();
    await expect(check((file) => file, false)).resolves.toBeUndefined();
  });

  test.each([true, false])('any flipped bit, folded: %s', async (fold) => {
    const [{ name, bytes }] = (await exportModel(model, 'onnx', { fold })) as [{ name: string; bytes: Uint8Array }];
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(7), async (at, bit) => {
        const damaged = bytes.slice();
        damaged[at]! ^= 1 << bit;
        await expect(verifyExport(model, 'onnx', [{ name, bytes: damaged }], { fold })).rejects.toThrow(
          ExportReadBackError,
        );
      }),
      { numRuns: 40 },
    );
  });

  test('another weight, by its Keras name and place', async () => {
    const changed = folded.graph!.initializer!.map((entry) => {
      if (entry.name !== 'conv1/kernel') return entry;
      const bytes = entry.raw_data!.slice();
      bytes[4 * 28]! ^= 1; // output 1, input 0, row 0, column 1 of (6, 3, 3, 3)
      return { ...entry, raw_data: bytes };
    });
    await expect(check(withGraph({ initializer: changed }))).rejects.toThrow(/conv1\/kernel\n.* at \(0, 1, 0, 1\)/);
  });

  test('a file of the other form', async () => {
    const files = await exportModel(model, 'onnx', { fold: false });
    await expect(verifyExport(model, 'onnx', files)).rejects.toThrow(/another node/);
    const nchw = await exportModel(model, 'onnx', { inputLayout: 'nchw' });
    await expect(verifyExport(model, 'onnx', nchw)).rejects.toThrow(ExportReadBackError);
  });

  test('other metadata, other hashes, a graph too few', async () => {
    const settings = { key: 'shuffleport', value: '{}' };
    await expect(check((file) => ({ ...file, metadata_props: [settings] }))).rejects.toThrow(/another metadata_props/);
    await expect(check((file) => ({ ...file, opset_import: [{ domain: '', version: 18 }] }))).rejects.toThrow(
      /another opset_import/,
    );
    await expect(check(({ graph: _, ...file }) => file)).rejects.toThrow(ExportReadBackError);
  });

  test('numbers written longer than they need be', async () => {
    const [{ name, bytes }] = (await exportModel(model, 'onnx')) as [{ name: string; bytes: Uint8Array }];
    expect(bytes.subarray(0, 2)).toEqual(Uint8Array.of(8, 8)); // ir_version 8
    const longer = Uint8Array.of(8, 0x88, 0, ...bytes.subarray(2));
    await expect(verifyExport(model, 'onnx', [{ name, bytes: longer }])).rejects.toThrow(/another way of writing/);
  });
});

test('other names give way to those of layers', () => {
  const x = conv2d(input([4, 4, 2], 'in'), { name: 'a', filters: 2, kernelSize: [1, 1], activation: 'relu' });
  const network = networkOf(conv2d(conv2d(x, { name: 'a/kernel', filters: 2, kernelSize: [1, 1] }), { name: 'in/nchw', filters: 2, kernelSize: [1, 1] }), 'n'); // biome-ignore format: one line
  const kernel = noise([1, 1, 2, 2]);
  const weights = new Map(['a', 'a/kernel', 'in/nchw'].map((name) => [name, { kernel }]));
  const { node: nodes, initializer } = graphOf({ network, weights }, {});
  expect(nodes!.map(({ output }) => output![0])).toEqual([
    'in/nchw_',
    'a/Conv',
    'a',
    'a/kernel',
    'in/nchw/nchw',
    'in/nchw',
  ]);
  expect(initializer!.map(({ name }) => name)).toEqual(['a/kernel_', 'a/kernel/kernel', 'in/nchw/kernel']);
});

test('a shuffle of one group is none', () => {
  const network = networkOf(shuffleChannels(input([4, 4, 6], 'in'), 1, 'shuffle'), 'n');
  const { node: nodes } = graphOf({ network, weights: new Map() }, { inputLayout: 'nchw' });
  expect(nodes!.map(({ op_type }) => op_type)).toEqual(['Identity']);
});

test.each<[Parameters<typeof exportModel>[1], Parameters<typeof exportModel>[2], string]>([
  ['keras', { fold: true }, '--fold'],
  ['npz', { fold: false }, '--no-fold'],
  ['safetensors', { inputLayout: 'nhwc' }, '--input-layout'],
])('%s has no %j', async (format, options, flag) => {
  await expect(exportModel(model, format, options)).rejects.toThrow(ExportOptionError);
  await expect(exportModel(model, format, options)).rejects.toThrow(
    `The format ${format} leaves no choice about ${flag}.`,
  );
});
