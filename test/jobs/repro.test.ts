// A repro: the arrays it holds, and its script, run by a real Python: what it prints is what the report says.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { sizeOf, tensor, toFloat64 } from '../../src/core/tensor.js';
import { readNpz, writeNpz } from '../../src/formats/npz.js';
import { reproArrays } from '../../src/jobs/repro/arrays.js';
import { reproScript } from '../../src/jobs/repro/script.js';
import { verifyWithRepro } from '../../src/jobs/repro.js';
import * as make from '../../src/network/symbolic.js';
import type { FailingPart } from '../../src/parity/failing-part.js';
import { loadReference } from '../helpers/models.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { findPython, runRecords } from '../python/run.js';
import { asArrays, keras, npz, referenceWith, weightsOf } from './material.js';
import { modelOf, partOf, planted, plantedPart, recorded, SINGLE, segment } from './repro-cases.js';

const found = findPython(process.env.SHUFFLEPORT_PYTHON, ['numpy']);
const python = typeof found === 'string' ? { command: '', name: `no numpy: ${found}` } : found;

const GROUPED = 'stage2/block2/1x1_gconv_1/concat';
const G3 = await asArrays('k21-g3/weights.h5');

/** Every part that a script is run for, by what it shows. */
const PARTS: Record<string, () => Promise<FailingPart>> = {
  ...Object.fromEntries(Object.entries(SINGLE).map(([name, output]) => [name, () => plantedPart(output())])),
  'several layers of which the last was recorded': () => plantedPart(segment(), false),
  'a stated tolerance': () => plantedPart(segment(), true, { tolerance: 1e-3 }),
  'a free run that strays': straying,
  'a NaN that was recorded': () => withValue(Number.NaN),
  'an infinity that was recorded': () => withValue(Number.POSITIVE_INFINITY),
  'the input, recorded otherwise': async () => {
    const model = modelOf(make.activation(make.input([7, 10, 6], 'x'), 'relu', 'relu'));
    const given = (await recorded(model, ['x'])).get('x')!;
    return partOf(model, [['x', planted(given)]]);
  },
};

/** Off by half of what a bound over twelve layers allows: no layer fails alone. */
async function straying(): Promise<FailingPart> {
  let x = make.input([7, 10, 6], 'x');
  for (let i = 0; i < 12; i++) {
    x = make.conv2d(x, { name: `conv_${i}`, filters: 6, kernelSize: [1, 1] });
    x = make.activation(x, 'relu', `relu_${i}`);
  }
  const model = modelOf(x);
  const right = (await recorded(model, ['relu_11'])).get('relu_11')!;
  const data = toFloat64(right);
  const at = data.findIndex((value, i) => i > data.length / 2 && value > 0.01);
  const off = (by: number) => [
    [
      'relu_11',
      tensor(
        data.map((v, i) => (i === at ? v + by : v)),
        right.shape,
      ),
    ] as const,
  ];
  const { bound } = await partOf(model, off(1));
  return partOf(model, off(0.5 * bound!.data[at - data.length / 2]!));
}

async function withValue(value: number): Promise<FailingPart> {
  const model = modelOf(SINGLE['a sum']!());
  const arrays = new Map(await recorded(model, ['left', 'right', 'sum']));
  const { data, shape } = arrays.get('sum')!;
  return partOf(
    model,
    arrays.set(
      'sum',
      tensor(
        Float32Array.from(data, (v, i) => (i === 500 ? value : v)),
        shape,
      ),
    ),
  );
}

/** What the script says, read back. */
function said(out: string) {
  const [, index, value, expected, bound, off, size, image, ours] =
    /^worst at (\[.*\])\nvalue (\S+) expected (\S+) bound (\S+)\n(\d+) of (\d+) values of image (\d+) are off\n.* at most (\S+)\n$/.exec(
      out,
    ) ?? [];
  return {
    index: JSON.parse(index ?? 'null') as number[] | null,
    value: numberOf(value),
    expected: numberOf(expected),
    bound: numberOf(bound),
    off: Number(off),
    size: Number(size),
    image: Number(image),
    ours: numberOf(ours),
  };
}

/** Python's name of a number. */
const numberOf = (text = 'nothing'): number => Number(text.replace(/^(-?)inf$/, '$1Infinity'));

describe.skipIf(typeof found === 'string')(`the script of a repro, by ${python.name}`, () => {
  const root = temporaryFolder('repro');
  const results = new Map<string, { part: FailingPart; status: number; out: string; err: string }>();

  beforeAll(async () => {
    const parts = await Promise.all(Object.values(PARTS).map((make) => make()));
    const folders = parts.map((part, i) => {
      const folder = join(root(), String(i));
      mkdirSync(folder);
      writeFileSync(join(folder, 'record.npz'), writeNpz(reproArrays(part)));
      writeFileSync(join(folder, 'record.py'), reproScript(part));
      return { folder, args: [] };
    });
    const ended = runRecords(python.command, folders);
    for (const [i, name] of Object.keys(PARTS).entries()) results.set(name, { part: parts[i]!, ...ended[i]! });
  });

  test.each(Object.keys(PARTS))('shows the numbers of the report: %s', (name) => {
    const { part, status, out, err } = results.get(name)!;
    expect([status, err]).toEqual([0, '']);
    const { index, value, expected, bound, off, size, image, ours } = said(out);
    const { failure } = part;
    expect({ index, expected, bound, image }).toEqual({
      index: failure.index,
      expected: failure.expected,
      bound: failure.bound,
      image: failure.index![0],
    });
    expect(size).toBe(sizeOf(part.expected.shape));
    // The other image is right: all that is off is in this one. By a tolerance, the three planted values are.
    expect(off).toBe(failure.share === null ? 3 : Math.round(failure.share * size * part.batch));
    const scale = Math.max(...part.computed.data.map(Math.abs));
    expect(Math.abs(value - failure.value!)).toBeLessThanOrEqual(1e-13 * scale);
    // numpy computes the whole map as we do.
    expect(ours).toBeLessThanOrEqual(1e-13 * scale);
  });

  test('tells the shapes where those differ', async () => {
    const wrong = referenceWith('k21-g3/reference.npz', (key, array) =>
      key === 'softmax' ? [key, tensor(array.data, [10, 2])] : key === 'fc' ? [key, array] : undefined,
    );
    const { repro } = await verifyWithRepro(G3, wrong, { pooling: 'max' });
    writeFileSync(join(root(), 'shapes.npz'), repro!.npz);
    writeFileSync(join(root(), 'shapes.py'), repro!.script);
    // From another folder: the arrays are found beside the script.
    const { stdout, stderr } = spawnSync(python.command, [join(root(), 'shapes.py')], { encoding: 'utf8' });
    expect([stdout, stderr]).toEqual(['computed (2, 10) expected (10, 2)\n', '']);
  });

  test('shows what Keras recorded of a network with other slices', async () => {
    const { result, repro } = await verifyWithRepro(G3, keras('k21-g3/reference_lastslice.npz'), { pooling: 'max' });
    writeFileSync(join(root(), 'slices.npz'), repro!.npz);
    writeFileSync(join(root(), 'slices.py'), repro!.script);
    const { stdout } = spawnSync(python.command, [join(root(), 'slices.py')], { encoding: 'utf8' });
    const { index, value, expected, bound } = result.firstFailure!;
    const shown = said(stdout);
    expect(shown).toMatchObject({ index, expected, bound });
    expect(shown.value).toBeCloseTo(value!, 12);
    // Two of three groups are off, in each of the two images: 320 of 480 in all.
    expect(shown).toMatchObject({ off: 160, size: 240 });
  });
});

describe('the script of a repro', () => {
  test('is a few lines where one layer is run: what it takes, the layer, what it prints', async () => {
    const part = await plantedPart(SINGLE['a convolution, SAME, in steps, with a bias and relu']!());
    const lines = reproScript(part).split('\n');
    expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([
      'import numpy as np',
      'a = {name: array.astype("float64") for name, array in np.load(__file__[:-2] + "npz").items()}',
      'x = np.pad(a["input"], [(0, 0), (1, 1), (0, 1), (0, 0)])  # SAME padding, strides 2, 2',
      'y = sum(x[:, i : i + 7 : 2, j : j + 9 : 2] @ a["kernel"][i, j] for i in range(3) for j in range(3)) + a["bias"]',
      'y = np.maximum(y, 0)',
      'with np.errstate(all="ignore"):',
      '    error = np.where(y == a["expected"], 0, abs(y - a["expected"]))',
      '    share = np.where(error == 0, 0, error / a["bound"])',
      'at = np.unravel_index(np.argmax(np.nan_to_num(share, nan=np.inf)), y.shape)',
      'print("worst at", [1] + [int(i) for i in at[1:]])',
      'print("value", float(y[at]), "expected", float(a["expected"][at]), "bound", float(a["bound"][at]))',
      'print(int((~(error <= a["bound"])).sum()), "of", y.size, "values of image 1 are off")',
      'print("from shuffleport\'s own output this differs by at most", float(abs(y - a["computed"]).max()))',
    ]);
    const said = lines.filter((line) => line.startsWith('#')).join(' ');
    expect(said).toMatch(/^# conv \(Conv2D\): from its recorded inputs it gives /);
    expect(said).toContain('image 1 of 2: "input" is what was recorded of x;');
    expect(said).not.toContain('one after another');
  });

  test('says where the layer is not run alone', async () => {
    const text = async (part: Promise<FailingPart>) => reproScript(await part).replaceAll('\n# ', ' ');
    const segmented = await text(plantedPart(segment(), false));
    expect(segmented).toContain('Not every layer before it was recorded, so 9 layers are run, one after another');
    expect(segmented).toContain('layer["a/slice3"] = layer["a/conv"][..., 3:6]\n');
    expect(segmented).toContain('y = layer["a/relu"]\n');
    const tolerated = await text(plantedPart(segment(), true, { tolerance: 1e-3 }));
    expect(tolerated).toContain("It is run from the network's input, as it was judged: 9 layers, one after another.");
    expect(await text(straying())).toContain("It is run from the network's input, as it was judged: 24 layers");
  });

  test('names the cause where one is known', async () => {
    const { repro, result } = await verifyWithRepro(G3, keras('k21-g3/reference_lastslice.npz'), { pooling: 'max' });
    const text = repro!.script.replaceAll('\n# ', ' ');
    expect(text).toContain(`# ${GROUPED} (Concatenate): ${result.firstFailure!.reason}.`);
    expect(text).toContain(`Cause: ${result.firstFailure!.cause!.words}`);
  });

  test('holds names that could be code as literals and on one line only', async () => {
    const name = '"]\nimport os\u202e#';
    const x = make.activation(make.input([7, 10, 6], 'x'), 'relu', 'relu');
    const part = await plantedPart(make.batchNormalization(x, name), false);
    const lines = reproScript(part).split('\n');
    expect(lines.filter((line) => line.startsWith('import'))).toEqual(['import numpy as np']);
    expect(lines.find((line) => line.startsWith('scale ='))).toContain('a["\\"]\\nimport os');
  });
});

describe('the arrays of a repro', () => {
  const shapes = (part: FailingPart) => Object.fromEntries(reproArrays(part).map(([key, { shape }]) => [key, shape]));

  test('are the inputs, the weights by role, and both outputs, of one image', async () => {
    const part = await plantedPart(SINGLE['a batch normalisation']!());
    const image = [1, 7, 10, 6];
    expect(shapes(part)).toEqual({
      input: image,
      gamma: [6],
      beta: [6],
      moving_mean: [6],
      moving_variance: [6],
      expected: image,
      computed: image,
      bound: image,
    });
  });

  test('hold what was recorded and what fed it, of the image that is wrong, as it was recorded', async () => {
    const model = modelOf(SINGLE['a sum']!());
    const right = await recorded(model, ['left', 'right', 'sum']);
    const wrong = planted(right.get('sum')!);
    const arrays = new Map(reproArrays(await partOf(model, new Map(right).set('sum', wrong))));
    const second = (t: { data: ArrayLike<number> }) => Array.from(t.data).slice(420);
    const read = (key: string) => readNpz(writeNpz([[key, arrays.get(key)!]]), 'r')[0]!;
    for (const [key, from] of [
      ['input_0', right.get('left')!],
      ['input_1', right.get('right')!],
      ['expected', wrong],
    ] as const) {
      expect([key, read(key).dtype, Array.from(toFloat64(read(key).read()))]).toEqual([key, 'float32', second(from)]);
    }
    expect(Array.from(toFloat64(arrays.get('computed')!), Math.fround)).toEqual(second(right.get('sum')!));
  });

  test("are called after their layers where several are run, and fed in the first layer's order", async () => {
    const part = await plantedPart(segment(), false);
    expect(Object.keys(shapes(part))).toEqual([
      'input',
      'a/conv/kernel',
      'a/g0/kernel',
      'a/g3/kernel',
      'a/norm/gamma',
      'a/norm/beta',
      'a/norm/moving_mean',
      'a/norm/moving_variance',
      'expected',
      'computed',
      'bound',
    ]);
  });
});

describe('verifyWithRepro', () => {
  test('gives none where no layer is at fault', async () => {
    const right = referenceWith('k21-g3/reference.npz', (key, array) => (key === 'conv1' ? [key, array] : undefined));
    const { result, repro } = await verifyWithRepro(G3, right, { pooling: 'max' });
    expect([result.verdict, repro]).toEqual(['pass', null]);
  });

  test('runs the network that verify chose', async () => {
    const pooled = referenceWith('k21-g3-odd/reference.npz', (key, array) => {
      if (key === 'fc') return [key, planted(array)];
      return key === 'global_pool' ? [key, array] : undefined;
    });
    const { result, repro } = await verifyWithRepro(await asArrays('k21-g3-odd/weights.h5'), pooled, {
      tolerance: 1e-3,
    });
    expect(result).toMatchObject({ config: { pooling: 'avg' }, firstFailure: { layer: 'fc' } });
    expect(repro!.script).toContain('.mean(axis=(1, 2))');
  });

  test('finds what was recorded under the names that the file writes', async () => {
    const weights = [...(await weightsOf('k21-g3/weights.h5'))].map(([key, value]) => {
      const at = key.lastIndexOf('/');
      return [`${key.slice(0, at).replaceAll('/', '_')}${key.slice(at)}`, value] as const;
    });
    const renamed = referenceWith('k21-g3/reference.npz', (key, array) =>
      key === 'stage2/block1/bn_gconv_1' ? ['stage2_block1_bn_gconv_1', planted(array)] : undefined,
    );
    const { repro } = await verifyWithRepro(npz(weights), renamed, { pooling: 'max' });
    expect(repro!.script).toMatch(/^# stage2\/block1\/bn_gconv_1 \(BatchNormalization\): /);
  });

  test('is fed what fits: a recorded input of another batch is passed over', async () => {
    const arrays = loadReference('k21-g3/reference.npz');
    const conv1 = arrays.get('conv1')!;
    const first = tensor((conv1.data as Float32Array).slice(0, conv1.data.length / 2), [1, ...conv1.shape.slice(1)]);
    const reference = npz([
      ['input', arrays.get('input')!],
      ['maxpool1', planted(arrays.get('maxpool1')!)],
      ['conv1', first],
    ]);
    const { result, repro } = await verifyWithRepro(G3, reference, { pooling: 'max' });
    // The batch of conv1 is told, and not blamed on what follows.
    expect(result.firstFailure).toMatchObject({ layer: 'conv1', check: 'shape' });
    const [input, , expected, computed] = readNpz(repro!.npz, 'r');
    expect([input!.shape[0], expected!.shape[0], computed!.shape[0]]).toEqual([2, 1, 2]);
  });
});
