import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/core/errors.js';
import { tensor } from '../../src/core/tensor.js';
import { readNpz } from '../../src/formats/npz.js';
import { preprocess, RECIPES } from '../../src/image/recipes.js';
import { golden } from '../formats/golden.js';

const arrays = new Map(readNpz(golden('image/recipes.npz'), 'recipes.npz').map((entry) => [entry.key, entry.read()]));
const image = arrays.get('image')!;

describe('preprocess', () => {
  test.each(['tf', 'caffe', 'torch', 'article'] as const)("gives numpy's float32 values to the bit: %s", (recipe) => {
    const found = preprocess(image, recipe);
    expect(found.shape).toEqual([16, 16, 3]);
    expect(found.data).toEqual(arrays.get(recipe)!.data);
  });

  test('leaves values as they are with none', () => {
    expect([...preprocess(image, 'none').data]).toEqual([...image.data]);
  });

  test('takes a batch, and one channel where colours are treated alike', () => {
    expect(preprocess(tensor(new Uint8Array(12), [1, 2, 2, 3]), 'caffe').shape).toEqual([1, 2, 2, 3]);
    expect([...preprocess(tensor(Uint8Array.of(0, 255), [1, 2, 1]), 'tf').data]).toEqual([-1, 1]);
  });

  test.each(['caffe', 'torch', 'article'] as const)(
    'refuses one channel where red, green and blue differ: %s',
    (recipe) => {
      expect(() => preprocess(tensor(new Uint8Array(4), [2, 2, 1]), recipe)).toThrow(UsageError);
    },
  );

  test('treats every pixel alike, whatever surrounds it, and leaves what it was given as it is', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(
        fc.constantFrom(...RECIPES),
        fc.array(fc.tuple(byte, byte, byte), { minLength: 1 }),
        (recipe, pixels) => {
          const given = Float32Array.from(pixels.flat());
          const found = preprocess(tensor(given, [1, pixels.length, 3]), recipe);
          const alone = pixels.flatMap((pixel) => [
            ...preprocess(tensor(Uint8Array.from(pixel), [1, 1, 3]), recipe).data,
          ]);
          expect([...found.data]).toEqual(alone);
          expect([...given]).toEqual(pixels.flat());
        },
      ),
    );
  });

  test('has a name for each recipe', () => {
    expect(RECIPES).toEqual(['none', 'tf', 'caffe', 'torch', 'article']);
  });
});
