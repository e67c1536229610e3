// A loaded model at work: inputs of every kind give Keras's classes; runs, observed layers, and what is refused.
import ndarray from 'ndarray';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Tensor, tensor, toFloat32, transposed } from '../../src/core/tensor.js';
import { evaluator } from '../../src/evaluator/evaluator.js';
import { resizeBilinear } from '../../src/image/resize.js';
import { toNdarray } from '../../src/index.js';
import { loadModel, type Prediction, type RuntimeModel } from '../../src/runtime.js';
import { loadFixture } from '../helpers/models.js';
import { bare, configFile, DIGITS, digitBytes, digitFloats, kerasSays, OPEN, SETTINGS } from './material.js';

let model: RuntimeModel;
beforeAll(async () => {
  model = await loadModel(DIGITS);
});
afterEach(() => vi.unstubAllGlobals());

/** Pixels as a page has them, opaque. */
function imageData({ data, shape: [height = 0, width = 0] }: Tensor): {
  data: Uint8ClampedArray;
  width: number;
  height: number;
} {
  const rgba = new Uint8ClampedArray(height * width * 4).fill(255);
  for (let i = 0; i < height * width; i++) rgba.set([...data.subarray(3 * i, 3 * i + 3)], 4 * i);
  return { data: rgba, width, height };
}

/** Whether these are Keras's classes of digit `i`, all ten of them. */
function expectKeras(prediction: Prediction | undefined, i: number): void {
  const expected = kerasSays(i).slice(0, prediction!.classes.length);
  expect(prediction!.classes.map(({ index }) => index)).toEqual(expected.map(({ index }) => index));
  for (const [rank, { probability }] of prediction!.classes.entries()) {
    expect(probability).toBeCloseTo(expected[rank]!.probability, 5);
  }
}

describe('predict', () => {
  test('takes values as they are: one image or more', async () => {
    const both = Float32Array.of(...digitFloats(3), ...digitFloats(4));
    const predictions = await model.predict(both);
    expect(predictions).toHaveLength(2);
    expectKeras(predictions[0], 3);
    expectKeras(predictions[1], 4);
    expect(predictions[0]!.classes).toHaveLength(5);
  });

  test('takes arrays with their shapes, ndarrays too, with a batch or without, and turned', async () => {
    const image = tensor(digitFloats(5), [32, 32, 3]);
    const planes = tensor(toFloat32(transposed(image, [2, 0, 1])), [3, 32, 32]);
    expectKeras((await model.predict(image))[0], 5);
    expectKeras((await model.predict(toNdarray(image)))[0], 5);
    expectKeras((await model.predict(ndarray(image.data, [1, 32, 32, 3])))[0], 5);
    expectKeras((await model.predict(transposed(planes, [1, 2, 0])))[0], 5);
    expectKeras((await model.predict(tensor(Float64Array.from(image.data), image.shape)))[0], 5);
  });

  test('takes integers and pixels, preprocessed as told or as config.json says', async () => {
    const told = { preprocess: 'tf' } as const;
    expectKeras((await model.predict(digitBytes(6), told))[0], 6);
    expectKeras((await model.predict(imageData(digitBytes(6)), told))[0], 6);
    const knows = await loadModel({ weights: DIGITS, config: JSON.parse(new TextDecoder().decode(TF)) });
    expectKeras((await knows.predict(imageData(digitBytes(7))))[0], 7);
    // Floats are taken as they are all the same.
    expectKeras((await knows.predict(digitFloats(7)))[0], 7);
  });

  test('does not guess the preprocessing', async () => {
    for (const input of [digitBytes(6), imageData(digitBytes(6))]) {
      await expect(model.predict(input)).rejects.toMatchObject({ tag: 'Undecided', option: 'preprocess' });
    }
  });

  test('draws what is drawn, at its own size', async () => {
    const drawn: unknown[] = [];
    const pixels = imageData(digitBytes(8));
    class Canvas {
      width: number;
      height: number;
      constructor(width: number, height: number) {
        [this.width, this.height] = [width, height];
      }
      getContext() {
        return {
          drawImage: (...args: unknown[]) => drawn.push(args, [this.width, this.height]),
          getImageData: (x: number, y: number, width: number, height: number) =>
            x + y === 0 && width === 32 && height === 32 ? pixels : undefined,
        };
      }
    }
    vi.stubGlobal('OffscreenCanvas', Canvas);
    const bitmap = { width: 32, height: 32, close: () => {} };
    expectKeras((await model.predict(bitmap, { preprocess: 'tf' }))[0], 8);
    expect(drawn).toEqual([
      [bitmap, 0, 0],
      [32, 32],
    ]);
    vi.stubGlobal('OffscreenCanvas', undefined);
    vi.stubGlobal('document', { createElement: (name: string) => name === 'canvas' && new Canvas(0, 0) });
    expectKeras((await model.predict(bitmap, { preprocess: 'tf' }))[0], 8);
    expect(drawn.at(-1)).toEqual([32, 32]);
  });

  test('says where nothing can be drawn', async () => {
    await expect(model.predict({ width: 32, height: 32 }, { preprocess: 'tf' })).rejects.toMatchObject({
      tag: 'Usage',
      explanation: { what: 'There is nothing to draw a picture on.' },
    });
  });

  test('scales pictures as files are scaled', async () => {
    const large = tensor(
      Uint8Array.from({ length: 40 * 50 * 3 }, (_, i) => (i * 7919) % 256),
      [40, 50, 3],
    );
    const expected = await model.predict(resizeBilinear(large, 32, 32), { preprocess: 'tf', top: 10 });
    expect(await model.predict(imageData(large), { preprocess: 'tf', top: 10 })).toEqual(expected);
  });

  test('refuses pictures of nothing', async () => {
    const nothing = { data: new Uint8ClampedArray(0), width: 0, height: 0 };
    await expect(model.predict(nothing, { preprocess: 'tf' })).rejects.toMatchObject({ tag: 'DamagedImage' });
  });

  test('lists as many classes as told, under their labels', async () => {
    const [prediction] = await model.predict(digitFloats(0), { top: 2, labels: [...'abcdefghij'] });
    const [first, second] = kerasSays(0);
    expect(prediction!.classes.map(({ label }) => label)).toEqual(
      [first, second].map((found) => 'abcdefghij'[found!.index]),
    );
    const named = await loadModel({ weights: DIGITS, config: JSON.parse(new TextDecoder().decode(LABELLED)) });
    const [own] = await named.predict(digitFloats(0), { top: 1 });
    expect(own!.classes.map(({ label }) => label)).toEqual([`class ${first!.index}`]);
  });

  test('without a top gives features', async () => {
    const config = { ...SETTINGS, includeTop: false };
    const weights = bare((all) => ['fc/kernel', 'fc/bias'].map((name) => all.delete(name)));
    const headless = await loadModel({ weights, config });
    expect(headless.classes).toBeNull();
    const [prediction] = await headless.predict(digitFloats(0));
    expect(prediction!.classes).toEqual([]);
    expect(prediction!.features).toHaveLength(240);
  });

  test.each([
    ['values of no whole image', new Float32Array(100)],
    ['no values', new Float32Array(0)],
    ['another size', tensor(new Float32Array(33 * 32 * 3), [33, 32, 3])],
    ['other axes', tensor(new Float32Array(32), [32])],
  ])('refuses %s', async (_, input) => {
    await expect(model.predict(input)).rejects.toMatchObject({ tag: 'InputShape' });
  });
});

const TF = configFile({ preprocess: 'tf' });
const LABELLED = configFile({ labels: Array.from({ length: 10 }, (_, i) => `class ${i}`) });

describe('a network of any size', () => {
  test('takes arrays of their own sizes, one after another', async () => {
    const open = await loadModel(OPEN);
    expect(open).toMatchObject({ inputShape: [null, null, 3], engine: null, notes: [] });
    expectKeras((await open.predict(tensor(digitFloats(1), [32, 32, 3])))[0], 1);
    const evaluated = evaluator(await loadFixture('trained-digits-g3/weights.h5', { pooling: 'avg' }));
    const other = tensor(
      Float32Array.from({ length: 40 * 48 * 3 }, (_, i) => Math.sin(i)),
      [1, 40, 48, 3],
    );
    const [expected] = (await evaluated.run(other)).values();
    const [found] = await open.predict(other, { top: 10 });
    for (const { index, probability } of found!.classes) expect(probability).toBeCloseTo(expected!.data[index]!, 5);
  });

  test('takes several at once, in turn', async () => {
    const open = await loadModel(OPEN);
    const small = tensor(digitFloats(1), [32, 32, 3]);
    const large = tensor(new Float32Array(40 * 40 * 3), [40, 40, 3]);
    const [first, , third] = await Promise.all([open.predict(small), open.predict(large), open.predict(small)]);
    expectKeras(first[0], 1);
    expect(third).toEqual(first);
  });

  test('asks for the size of pictures and of bare values', async () => {
    const open = await loadModel(OPEN);
    const picture = imageData(digitBytes(2));
    await expect(open.predict(picture, { preprocess: 'tf' })).rejects.toMatchObject({
      tag: 'Undecided',
      option: 'size',
    });
    await expect(open.predict(digitFloats(2))).rejects.toMatchObject({ tag: 'InputShape' });
    expect(() => open.run(digitFloats(2))).toThrow('The size of the input is not known.');
    expectKeras((await open.predict(picture, { preprocess: 'tf', size: [32, 32] }))[0], 2);
    expectKeras((await open.predict(digitFloats(2), { size: [32, 32] }))[0], 2);
  });

  test('runs at the size that was stated when it was loaded', async () => {
    const open = await loadModel(OPEN, { inputShape: [32, 32, 3] });
    expect(open.run(digitFloats(2))).toEqual(model.run(digitFloats(2)));
    await expect(loadModel(OPEN, { inputShape: [32, 32, 1] })).rejects.toMatchObject({ tag: 'InputShape' });
    await expect(loadModel(DIGITS, { inputShape: [64, 64, 3] })).rejects.toMatchObject({ tag: 'InputShape' });
    await expect(loadModel(OPEN, { inputShape: [32, 32] })).rejects.toMatchObject({ tag: 'InputShape' });
  });
});

describe('run', () => {
  test('gives the output of each image, at once', () => {
    const output = model.run(Float32Array.of(...digitFloats(0), ...digitFloats(1)));
    expect(output).toHaveLength(20);
    for (const i of [0, 1]) {
      for (const { index, probability } of kerasSays(i)) {
        expect(output[10 * i + index]).toBeCloseTo(probability, 5);
      }
    }
  });

  test('refuses values that make no image', () => {
    expect(() => model.run(new Float32Array(7))).toThrow('The input does not have the shape');
    expect(() => model.run(new Float32Array(0))).toThrow('The input does not have the shape');
  });
});

describe('observe', () => {
  test('keeps what layers give, until told otherwise', async () => {
    const watched = await loadModel(DIGITS);
    const network = await loadFixture('trained-digits-g3/weights.h5', { pooling: 'avg', inputShape: [32, 32, 3] });
    const names = ['conv1', 'stage2/block1/bn_gconv_1', 'global_pool'];
    await watched.observe(names);
    expect(() => watched.observed('conv1')).toThrow('nothing was observed of "conv1"');
    watched.run(Float32Array.of(...digitFloats(0), ...digitFloats(1)));
    const input = tensor(Float32Array.of(...digitFloats(0), ...digitFloats(1)), [2, 32, 32, 3]);
    for (const [name, expected] of await evaluator(network).run(input, names)) {
      const found = watched.observed(name);
      expect(found.shape).toEqual(expected.shape);
      for (const [i, value] of found.data.entries()) expect(value).toBeCloseTo(expected.data[i]!, 3);
    }
    expect(() => watched.observed('fc')).toThrow('nothing was observed of "fc"');
    await watched.predict(digitFloats(0));
    expect(watched.observed('global_pool').shape[0]).toBe(1);
    await watched.observe([]);
    watched.run(digitFloats(0));
    expect(() => watched.observed('conv1')).toThrow('nothing was observed of "conv1"');
  });

  test('knows the layers', async () => {
    await expect(model.observe(['conv2'])).rejects.toThrow('there is no layer "conv2" to observe');
  });

  test('can come before the size is known', async () => {
    const open = await loadModel(OPEN);
    await open.observe(['conv1']);
    await open.predict(tensor(digitFloats(0), [32, 32, 3]));
    expect(open.observed('conv1').shape).toEqual([1, 16, 16, 6]);
  });
});

describe('dispose', () => {
  test('ends it', async () => {
    const gone = await loadModel(DIGITS);
    gone.dispose();
    expect(() => gone.run(digitFloats(0))).toThrow('The model was disposed of.');
    await expect(gone.predict(digitFloats(0))).rejects.toMatchObject({ tag: 'Disposed', kind: 'usage' });
    await expect(gone.observe(['conv1'])).resolves.toBeUndefined();
    gone.dispose();
  });

  test('while an engine is made leaves none behind', async () => {
    const open = await loadModel(OPEN);
    const predicting = open.predict(tensor(digitFloats(0), [32, 32, 3]));
    open.dispose();
    await expect(predicting).rejects.toMatchObject({ tag: 'Disposed' });
  });
});
