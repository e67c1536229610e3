// `predict`: classes as Keras gave them, from arrays and pictures, and the questions it asks.
import { encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { bytesSource, type Source } from '../../src/checkpoint/source.js';
import { type Tensor, tensor } from '../../src/core/tensor.js';
import { writeNpy } from '../../src/formats/npy.js';
import { writeZip } from '../../src/formats/zip-write.js';
import { predict } from '../../src/jobs/predict.js';
import { loadReference } from '../helpers/models.js';
import { textArray } from '../helpers/text-array.js';
import { asArrays, floats, keras, npz, weightsOf } from './material.js';

const G3 = await asArrays('k21-g3/weights.h5');
const DIGITS = await asArrays('trained-digits-g3/weights.h5');
const reference = loadReference('k21-g3/reference.npz');
const held = loadReference('trained-digits-g3/test360.npz');

const npy = (t: Tensor): Source => bytesSource('input.npy', writeNpy(t));

/** One of several images, without the batch dimension unless told to keep it. */
function image(t: Tensor, i: number, keepBatch = false): Tensor {
  const shape = t.shape.slice(1);
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(t.data.slice(i * size, (i + 1) * size), keepBatch ? [1, ...shape] : shape);
}

/** Keras's probabilities of one image, and the classes by them. */
function kerasSays(softmax: Tensor, i: number): { ranked: number[]; values: number[] } {
  const values = [...image(softmax, i).data];
  return { values, ranked: values.map((_, k) => k).sort((a, b) => values[b]! - values[a]!) };
}

describe('an array', () => {
  test('gives what Keras gave, image by image, the most probable class first', async () => {
    const result = await predict(keras('k21-g3/weights.h5'), npy(reference.get('input')!), { pooling: 'max', top: 10 });
    expect(result).toMatchObject({
      source: { name: 'k21-g3/weights.h5', bytes: 526_760 },
      input: { name: 'input.npy', shape: [2, 32, 32, 3], preprocess: 'none' },
      config: { groups: 3, pooling: 'max' },
      executor: expect.stringMatching(/^engine, (relaxed )?SIMD, 1 thread$/),
      output: 'softmax',
      shape: [2, 10],
    });
    expect(result.predictions).toHaveLength(2);
    for (const [i, { classes }] of result.predictions.entries()) {
      const { ranked, values } = kerasSays(reference.get('softmax')!, i);
      expect(classes.map(({ index }) => index)).toEqual(ranked);
      for (const { index, label, probability } of classes) {
        expect(probability).toBeCloseTo(values[index]!, 6);
        expect(label).toBeNull();
      }
    }
  });

  test('lists five classes unless told, under their labels where there are some', async () => {
    const labels = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
    const { predictions } = await predict(G3, npy(reference.get('input')!), { pooling: 'max', labels });
    expect(predictions[0]!.classes.map(({ index, label }) => [index, label])).toEqual([
      [1, 'one'],
      [8, 'eight'],
      [6, 'six'],
      [5, 'five'],
      [9, 'nine'],
    ]);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 1e39])('with %d in it gives no classes', async (value) => {
    const { data, shape } = image(reference.get('input')!, 0);
    const values = Float64Array.from(data);
    values[32 * 3 + 2 * 3 + 1] = value;
    for (const executor of ['engine', 'evaluator'] as const) {
      const input = npy(tensor(values, shape));
      await expect(predict(G3, input, { pooling: 'max', executor })).rejects.toMatchObject({
        tag: 'Usage',
        explanation: {
          what: 'The input holds values that are no finite numbers.',
          where: 'input.npy',
          found: `${Math.fround(value)} at [0, 1, 2, 1]`,
        },
      });
    }
  });

  test('of one image gets its batch dimension', async () => {
    const result = await predict(G3, npy(image(reference.get('input')!, 1)), { pooling: 'max' });
    expect(result.input.shape).toEqual([1, 32, 32, 3]);
    const { ranked } = kerasSays(reference.get('softmax')!, 1);
    expect(result.predictions.map(({ classes }) => classes[0]!.index)).toEqual([ranked[0]]);
  });

  test('is run by the evaluator where that is asked for, which differs by roundings only', async () => {
    const input = npy(reference.get('input')!);
    const exact = await predict(G3, input, { pooling: 'max', top: 10, executor: 'evaluator' });
    const fast = await predict(G3, input, { pooling: 'max', top: 10, executor: 'engine' });
    expect(exact.executor).toBe('evaluator');
    const values = ({ predictions }: typeof exact) =>
      predictions.flatMap(({ classes }) => classes.map((c) => c.probability));
    expect(values(exact)).not.toEqual(values(fast));
    for (const [i, value] of values(exact).entries()) expect(values(fast)[i]).toBeCloseTo(value, 6);
  });

  test('of another shape is refused', async () => {
    const wrong = npy(floats([1, 32, 32, 4], Array(4096).fill(0)));
    await expect(predict(G3, wrong, { pooling: 'max' })).rejects.toMatchObject({ tag: 'InputShape', kind: 'usage' });
  });

  test('of integers is preprocessed as told, and not before that is told', async () => {
    const digits = npy(image(held.get('images_u8')!, 0, true));
    await expect(predict(DIGITS, digits, { pooling: 'avg' })).rejects.toMatchObject({
      tag: 'Undecided',
      kind: 'undecided',
      option: '--preprocess',
      explanation: { found: 'an array of integers' },
    });
    const result = await predict(DIGITS, digits, { pooling: 'avg', preprocess: 'tf' });
    expect(result.input.preprocess).toBe('tf');
    const { ranked, values } = kerasSays(held.get('softmax')!, 0);
    expect(result.predictions[0]!.classes[0]!.index).toBe(ranked[0]);
    expect(result.predictions[0]!.classes[0]!.probability).toBeCloseTo(values[ranked[0]!]!, 5);
  });

  test('of floating-point numbers is preprocessed only when told', async () => {
    const bytes = image(held.get('images_u8')!, 1, true);
    const asFloats = npy(floats(bytes.shape, [...bytes.data]));
    const plain = await predict(DIGITS, asFloats, { pooling: 'avg' });
    const told = await predict(DIGITS, asFloats, { pooling: 'avg', preprocess: 'tf' });
    const { ranked, values } = kerasSays(held.get('softmax')!, 1);
    expect(plain.input.preprocess).toBe('none');
    expect(told.predictions[0]!.classes[0]!.probability).toBeCloseTo(values[ranked[0]!]!, 5);
    expect(plain.predictions).not.toEqual(told.predictions);
  });
});

describe('an .npz file', () => {
  const input = reference.get('input')!;
  const options = { pooling: 'max', top: 1 } as const;
  const indexes = async (source: Source, key?: string) =>
    (await predict(G3, source, { ...options, ...(key !== undefined && { key }) })).predictions.map(
      ({ classes }) => classes[0]!.index,
    );

  test('gives its only array, or the one called input, or the one that is named', async () => {
    const other = floats([1, 32, 32, 3], Array(3072).fill(0));
    expect(await indexes(npz([['x', input]]))).toEqual([1, 1]);
    const both = npz([
      ['other', other],
      ['input', input],
    ]);
    expect(await indexes(both)).toEqual([1, 1]);
    expect(await indexes(both, 'other')).toHaveLength(1);
  });

  test('with several, none of them input, has to be told which', async () => {
    const several = npz([
      ['a', input],
      ['b', input],
    ]);
    await expect(indexes(several)).rejects.toMatchObject({
      tag: 'Usage',
      explanation: { what: 'The file holds several arrays, and none is called `input`.', found: 'a, b' },
    });
  });

  test('without the array that is named says which it has', async () => {
    await expect(indexes(npz([['a', input]]), 'b')).rejects.toMatchObject({
      tag: 'Usage',
      explanation: { what: 'The file holds no such array.', found: 'a', expected: 'b' },
    });
  });

  test('takes the numbers beside text, and refuses the text by its name', async () => {
    const members = [
      { name: 'names.npy', bytes: textArray() },
      { name: 'x.npy', bytes: writeNpy(input) },
    ];
    const beside = bytesSource('x.npz', writeZip(members));
    expect(await indexes(beside)).toEqual(await indexes(npz([['x', input]])));
    await expect(indexes(beside, 'names')).rejects.toMatchObject({ tag: 'UnsupportedDtype' });
    await expect(indexes(beside, 'b')).rejects.toMatchObject({ explanation: { found: 'x, names' } });
  });

  test('is what a key is for', async () => {
    await expect(indexes(npy(input), 'x')).rejects.toMatchObject({ tag: 'Usage', explanation: { found: 'x' } });
  });

  test('of integers asks for the preprocessing too', async () => {
    await expect(indexes(npz([['x', image(held.get('images_u8')!, 0)]]))).rejects.toMatchObject({
      option: '--preprocess',
    });
  });
});

describe('a picture', () => {
  const digit = image(held.get('images_u8')!, 0);
  const png = bytesSource(
    'digit.png',
    encode({ width: 32, height: 32, channels: 3, depth: 8, data: Uint8Array.from(digit.data) }),
  );
  const settings = { pooling: 'avg', inputShape: [32, 32, 3], preprocess: 'tf' } as const;

  test('gives what Keras gave for its pixels', async () => {
    const result = await predict(DIGITS, png, settings);
    const { ranked, values } = kerasSays(held.get('softmax')!, 0);
    expect(ranked[0]).toBe(8); // as it is labelled
    expect(result.input).toMatchObject({ name: 'digit.png', shape: [1, 32, 32, 3], preprocess: 'tf' });
    expect(result.predictions[0]!.classes[0]!.index).toBe(8);
    expect(result.predictions[0]!.classes[0]!.probability).toBeCloseTo(values[8]!, 5);
  });

  test("is scaled to the network's size", async () => {
    const result = await predict(DIGITS, png, { ...settings, inputShape: [40, 64, 3] });
    expect(result.input.shape).toEqual([1, 40, 64, 3]);
  });

  test('needs its preprocessing stated', async () => {
    const { preprocess: _, ...rest } = settings;
    await expect(predict(DIGITS, png, rest)).rejects.toMatchObject({
      option: '--preprocess',
      explanation: { found: 'a picture, values 0 to 255' },
    });
  });

  test('needs the size stated where the file does not tell it', async () => {
    await expect(predict(DIGITS, png, { pooling: 'avg', preprocess: 'tf' })).rejects.toMatchObject({
      tag: 'Undecided',
      option: '--input-shape',
      explanation: { found: 'a picture of 32 x 32 pixels' },
    });
  });

  test('cannot be the input of a network for four channels', async () => {
    const weights = await weightsOf('k21-g3/weights.h5');
    weights.set('conv1/kernel', floats([3, 3, 4, 6], Array(216).fill(0)));
    await expect(predict(npz(weights), png, { pooling: 'avg', preprocess: 'tf' })).rejects.toMatchObject({
      tag: 'Usage',
      explanation: { found: 'a network that takes (None, None, None, 4)' },
    });
  });

  test('of a kind that is not read is the fault of the file', async () => {
    const text = bytesSource('cat.png', new TextEncoder().encode('no picture at all'));
    await expect(predict(DIGITS, text, settings)).rejects.toMatchObject({ kind: 'file' });
  });
});

describe('without a top', () => {
  test('an image has features, as Keras pooled them', async () => {
    const input = npy(reference.get('input')!);
    const result = await predict(G3, input, { pooling: 'max', includeTop: false });
    expect(result).toMatchObject({ output: 'global_pool', shape: [2, 240] });
    const pooled = reference.get('global_pool')!;
    for (const [i, { classes, features }] of result.predictions.entries()) {
      expect(classes).toEqual([]);
      const expected = image(pooled, i).data;
      features!.forEach((value, k) => {
        expect(value).toBeCloseTo(expected[k]!, 3);
      });
    }
  });
});

test('a file that does not say how it pools leaves a question', async () => {
  await expect(predict(G3, npy(reference.get('input')!))).rejects.toMatchObject({
    tag: 'Undecided',
    kind: 'undecided',
    option: '--pooling',
  });
});
