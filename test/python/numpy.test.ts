// The numpy script, run: what it records is what Keras recorded, and `verify` passes with it, layer by layer.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { bytesSource, type Source } from '../../src/checkpoint/source.js';
import { type Tensor, toFloat64 } from '../../src/core/tensor.js';
import { exportModel } from '../../src/export/export.js';
import { writeNpy } from '../../src/formats/npy.js';
import { readNpz, writeNpz } from '../../src/formats/npz.js';
import { convert } from '../../src/jobs/convert.js';
import type { LoadingOptions } from '../../src/jobs/model.js';
import { verify } from '../../src/jobs/verify.js';
import { buildNetwork } from '../../src/shufflenet/build.js';
import { DEFAULT_SETTINGS } from '../../src/shufflenet/settings.js';
import { fixtureBytes, loadReference, noise, randomModel } from '../helpers/models.js';
import { forwardFixtures } from '../helpers/numpy-fixtures.js';
import { floats, weightsOf } from '../jobs/material.js';
import { findPython, type Ran, runScripts, type Task } from './run.js';

const found = findPython(process.env.SHUFFLEPORT_PYTHON, ['numpy', 'h5py']);
const python = typeof found === 'string' ? { command: '', name: `no numpy and h5py: ${found}` } : found;

const task = (file: string, bytes: Uint8Array, stated: LoadingOptions, more: Partial<Task> = {}): Task => ({
  file,
  bytes,
  options: { ...stated, flavour: 'numpy' },
  args: ['--batch', '1', '--size', '32x33'],
  ...more,
});

const KERAS_FILES: readonly [string, LoadingOptions][] = [
  ['trained-digits-g3', { pooling: 'avg' }],
  ['k21-g3', { pooling: 'max' }],
  ['k21-g3-odd', { pooling: 'avg' }],
  ['k21-g8', { pooling: 'max' }],
];
const FORWARD = forwardFixtures();
const G3 = fixtureBytes('k21-g3/weights.h5');
const MAX: LoadingOptions = { pooling: 'max' };

/** Inputs that hide mistakes, or are none, and what the script says of them. */
const INPUTS: readonly [string, () => Uint8Array, number, RegExp][] = [
  ['constant', () => writeNpy(floats([1, 64, 65, 3], Array(64 * 65 * 3).fill(0.5))), 0, /constant/],
  ['of equal channels', () => writeNpy(grey(noise([1, 64, 65, 1]))), 0, /channels of the input are equal/],
  ['mirrored', () => writeNpy(mirrored(noise([1, 64, 65, 3]))), 0, /symmetric/],
  ['small', () => writeNpy(noise([1, 32, 32, 3])), 0, /one pixel/],
  ['without a pattern', () => writeNpy(noise([1, 33, 34, 3])), 0, /^$/],
  ['bytes', () => bytesNpy(), 1, /must be the numbers that the model is given/],
  ['of other channels', () => writeNpy(noise([1, 33, 33, 1])), 1, /expected \(batch, height, width, 3\)/],
];

describe.skipIf(typeof found === 'string')(`the numpy script, by ${python.name}`, () => {
  let ran: ReadonlyMap<string, Ran>;
  const ranOf = (name: string): Ran => ran.get(name)!;
  const tasks: Record<string, Task> = {};

  beforeAll(async () => {
    for (const [name, options] of KERAS_FILES) {
      const bytes = fixtureBytes(`${name}/weights.h5`);
      const keras = { 'keras.npz': fixtureBytes(`${name}/reference.npz`) };
      tasks[`${name} on Keras's input`] = task('weights.h5', bytes, options, {
        args: ['--input', 'keras.npz'],
        beside: keras,
      });
      tasks[name] = task('weights.h5', bytes, options, { args: ['--batch', '1'] });
    }
    for (const { name, weights, settings, input } of FORWARD) {
      const { pooling, slices } = settings;
      const bytes = new Uint8Array(readFileSync(weights));
      const args = ['--input', 'x.npy', '--float64'];
      tasks[name] = task('weights.h5', bytes, { pooling, slices }, { args, beside: { 'x.npy': writeNpy(input) } });
    }
    Object.assign(tasks, await otherFiles());
    for (const [name, input] of INPUTS)
      tasks[name] = task('weights.h5', G3, MAX, { args: ['--input', 'x.npy'], beside: { 'x.npy': input() } });
    const two = { 'x.npz': writeNpz([['a', noise([1, 33, 34, 3])] as const, ['b', noise([34, 33, 3])] as const]) };
    Object.assign(tasks, {
      'keras help': { ...task('weights.h5', G3, MAX, { args: ['--help'] }), options: { ...MAX, flavour: 'keras' } },
      'no such keras': {
        ...task('weights.h5', G3, MAX, { args: ['--keras', 'no_such_keras'] }),
        options: { ...MAX, flavour: 'keras' },
      },
      seeded: task('weights.h5', G3, MAX),
      again: task('weights.h5', G3, MAX),
      'seed 1': task('weights.h5', G3, MAX, { args: ['--batch', '1', '--size', '32x33', '--seed', '1'] }),
      'no key': task('weights.h5', G3, MAX, { args: ['--input', 'x.npz'], beside: two }),
      'key b': task('weights.h5', G3, MAX, { args: ['--input', 'x.npz', '--key', 'b'], beside: two }),
      'other file': task('weights.h5', G3, MAX, { args: ['other.h5'], beside: { 'other.h5': lastBitFlipped(G3) } }),
    });
    ran = await runScripts(python, tasks);
  }, 120_000);

  test.each(KERAS_FILES)('records what Keras did, every layer: %s', async (name) => {
    const run = ranOf(`${name} on Keras's input`);
    expect(run.status).toBe(0);
    const recorded = await arraysIn(run);
    const expected = loadReference(`${name}/reference.npz`);
    expect(expected.size).toBeGreaterThan(68);
    for (const [key, array] of expected) {
      const plain = key.replaceAll('/', '__');
      const own = recorded.get(plain) ?? recorded.get(`${plain}__concat`)!;
      // Keras computes in float32: 8.9e-6 is the largest difference from float64 that was seen in any run.
      expect([key, difference(own, array) < 1e-5]).toEqual([key, true]);
    }
  });

  test.each(KERAS_FILES)(
    'records all layers of the network, and verify passes on every one: %s',
    async (name, opts) => {
      const result = await verify(bytesSource('weights.h5', tasks[name]!.bytes), ranOf(name).reference!);
      expect(result).toMatchObject({ verdict: 'pass', notCompared: [], firstFailure: null });
      expect(result.pooling).toEqual({ decision: opts.pooling, source: 'reference' });
      // All but the input, which is there under its own key.
      expect(result.layers).toHaveLength(buildNetwork(result.config).layers.length - 1);
      expect(result.config.inputShape).toEqual([64, 97, 3]);
    },
  );

  test.each(FORWARD.map((fixture) => [fixture.name, fixture] as const))(
    'computes other settings: %s',
    async (name, f) => {
      const { pooling, slices } = f.settings;
      const recorded = await arraysIn(ranOf(name));
      for (const [key, array] of f.layers) {
        if (key !== 'input_1') expect([key, difference(recorded.get(key)!, array) < 1e-6]).toEqual([key, true]);
      }
      const result = await verify(bytesSource('weights.h5', tasks[name]!.bytes), ranOf(name).reference!, {
        pooling,
        slices,
      });
      expect(result).toMatchObject({ verdict: 'pass', notCompared: [] });
    },
  );

  test.each([
    'early.safetensors',
    'g3.npz',
    'turned.npz',
    'model_noopt.h5',
    'named.weights.h5',
    'fused.weights.h5',
    'bfloat16.weights.h5',
    'numbered.weights.h5',
    'nested.h5',
    'model.keras',
  ])('reads the weights as they are read here: %s', async (name) => {
    const { bytes, options } = tasks[name]!;
    expect(ranOf(name)).toMatchObject({ status: 0, err: '' });
    const result = await verify(bytesSource(name, bytes), ranOf(name).reference!, options);
    expect(result).toMatchObject({ verdict: 'pass', notCompared: [] });
    expect(result.config.revision.convBias).toBe(name === 'early.safetensors');
  });

  test.each(INPUTS)('says what an input hides, or why it is none: %s', (name, _, status, words) => {
    expect(ranOf(name).status).toBe(status);
    expect(ranOf(name).err).toMatch(words);
  });

  test('makes the same random input each time, and another from another seed', async () => {
    const inputOf = async (name: string) => (await arraysIn(ranOf(name))).get('input')!;
    const [first, again, other] = [await inputOf('seeded'), await inputOf('again'), await inputOf('seed 1')];
    expect(first.shape).toEqual([1, 32, 33, 3]);
    expect(again.data).toEqual(first.data);
    expect(other.data).not.toEqual(first.data);
  });

  test('takes an array by its key, and asks for it; one image without a batch is a batch of one', async () => {
    expect(ranOf('no key')).toMatchObject({ status: 1, err: expect.stringContaining('with --key: a, b') });
    expect((await arraysIn(ranOf('key b'))).get('input')!.shape).toEqual([1, 34, 33, 3]);
  });

  test('has a sister for Keras, which is Python too, and says so where there is none', () => {
    expect(ranOf('keras help')).toMatchObject({ status: 0, out: expect.stringContaining('--model') });
    const without = { status: 1, err: expect.stringMatching(/There is no Keras here:\n {2}no_such_keras: /) };
    expect(ranOf('no such keras')).toMatchObject(without);
  });

  test('refuses any other file than the one it was made for, and writes nothing', () => {
    const { status, err, reference } = ranOf('other file');
    expect(status).toBe(1);
    expect(err).toContain('other.h5 is not the file this script was made for (weights.h5)');
    expect(reference).toBeNull();
  });
});

/** One file of each kind that is read; those that h5py writes are written by stores.py. */
async function otherFiles(): Promise<Record<string, Task>> {
  const { files } = await convert(bytesSource('weights.h5', G3), { to: 'npz', pooling: 'max' });
  const turned = [...(await weightsOf('k21-g3/weights.h5'))].map(([key, t]) => [key, asOihw(t)] as const);
  const early = await randomModel({
    ...DEFAULT_SETTINGS,
    groups: 2,
    numShuffleUnits: [1, 0],
    classes: 7,
    inputShape: [null, null, 3],
    revision: { convBias: true, firstGconv2Grouped: true, bottleneckFrom: 'out-in' },
  });
  const written: Record<string, Task> = {
    'early.safetensors': task('early.safetensors', (await exportModel(early, 'safetensors'))[0]!.bytes, {}),
    'g3.npz': task('g3.npz', files[0]!.bytes, {}),
    'turned.npz': task('turned.npz', writeNpz(turned), { ...MAX, kernelOrder: 'oihw' }),
    'model_noopt.h5': task('model_noopt.h5', fixtureBytes('k21-g3-full/model_noopt.h5'), {}),
  };
  const folder = mkdtempSync(join(tmpdir(), 'shuffleport-stores-'));
  const [script, weights] = ['./stores.py', '../../fixtures/keras/k21-g3/weights.h5'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const { status, stderr } = spawnSync(python.command, [script!, weights!, folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  for (const name of readdirSync(folder)) {
    const options: LoadingOptions = name === 'numbered.weights.h5' ? { ...MAX, map: 'order' } : MAX;
    written[name] = task(name, new Uint8Array(readFileSync(join(folder, name))), options);
  }
  rmSync(folder, { recursive: true });
  return written;
}

async function arraysIn({ reference }: { readonly reference: Source | null }): Promise<Map<string, Tensor>> {
  const entries = readNpz(await reference!.bytes(), basename(reference!.name));
  return new Map(entries.map(({ key, read }) => [key, read()]));
}

/** Largest difference, relative to the largest value that is expected. */
function difference(a: Tensor, b: Tensor): number {
  expect(a.shape).toEqual(b.shape);
  const [x, y] = [toFloat64(a), toFloat64(b)];
  const largest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return largest(x.map((value, i) => value - y[i]!)) / Math.max(1e-30, largest(y));
}

/** A kernel's axes as PyTorch has them: (out, in, height, width); other weights as they are. */
function asOihw(t: Tensor): Tensor {
  if (t.shape.length !== 4) return t;
  const order = [3, 2, 0, 1];
  return { ...t, shape: order.map((axis) => t.shape[axis]!), stride: order.map((axis) => t.stride[axis]!) };
}

/** Three channels of one. */
function grey({ shape, data }: Tensor<Float32Array>): Tensor<Float32Array> {
  const values = [...data].flatMap((value) => [value, value, value]);
  return floats([...shape.slice(0, 3), 3], values);
}

/** The left half, and its mirror image. */
function mirrored({ shape, data }: Tensor<Float32Array>): Tensor<Float32Array> {
  const [, , width, channels] = shape as [number, number, number, number];
  const at = (i: number): number => {
    const column = Math.floor(i / channels) % width;
    return i + (Math.min(column, width - 1 - column) - column) * channels;
  };
  const values = Array.from(data, (_, i) => data[at(i)]!);
  return floats(shape, values);
}

/** An array of bytes in the format's first version, written out: a header of Python's, and the values. */
function bytesNpy(): Uint8Array {
  const header = `${"{'descr': '|u1', 'fortran_order': False, 'shape': (1, 33, 33, 3), }".padEnd(117)}\n`;
  const text = [...header].map((char) => char.charCodeAt(0));
  const magic = [0x93, ...[...'NUMPY'].map((char) => char.charCodeAt(0)), 1, 0, text.length, 0];
  return new Uint8Array([...magic, ...text, ...Array(33 * 33 * 3).fill(7)]);
}

function lastBitFlipped(bytes: Uint8Array): Uint8Array {
  const other = bytes.slice();
  other[other.length - 1] = other.at(-1)! ^ 1;
  return other;
}
