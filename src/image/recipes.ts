// What is done to pixel values before the network sees them. Keras's modes, and the article's own.
// Read first: keras/src/applications/imagenet_utils.py, `_preprocess_numpy_input`; float32 throughout, step by step, so
// that the values are those numpy computes, to the bit.
import { UsageError } from '../core/errors.js';
import { formatShape, type Tensor, tensor, toFloat32 } from '../core/tensor.js';

/**
 * - `none`: values as they are, 0 to 255.
 * - `tf`: x / 127.5 - 1.
 * - `caffe`: blue, green, red; ImageNet's mean subtracted.
 * - `torch`: x / 255; ImageNet's mean subtracted, divided by its standard deviation.
 * - `article`: what the article's training script does: `caffe`, then (x / 255 - 0.5) * 2.
 */
export const RECIPES = ['none', 'tf', 'caffe', 'torch', 'article'] as const;

/** A named preprocessing. */
export type Recipe = (typeof RECIPES)[number];

const { fround } = Math;

/** Blue, green, red: the order the values are in when they are subtracted. */
const CAFFE_MEAN = [103.939, 116.779, 123.68].map(fround);
const TORCH_MEAN = [0.485, 0.456, 0.406].map(fround);
const TORCH_STD = [0.229, 0.224, 0.225].map(fround);

/** Row-major values with the channels last, changed in place. */
type Step = (values: Float32Array, channels: number) => void;

const STEPS: Readonly<Record<Recipe, readonly Step[]>> = {
  none: [],
  tf: [each((x) => fround(x / 127.5) - 1)],
  caffe: [swapRedAndBlue, each((x, channel) => x - CAFFE_MEAN[channel]!)],
  torch: [each((x, channel) => fround(fround(x / 255) - TORCH_MEAN[channel]!) / TORCH_STD[channel]!)],
  article: [
    swapRedAndBlue,
    each((x, channel) => x - CAFFE_MEAN[channel]!),
    each((x) => fround(fround(x / 255) - 0.5) * 2),
  ],
};

/** The recipes that treat red, green and blue differently. */
const NEEDS_RGB: ReadonlySet<Recipe> = new Set(['caffe', 'torch', 'article']);

/**
 * Preprocesses RGB or one-channel pixel values, 0 to 255, of shape (height, width, channels) or a batch of them; the
 * shape stays. Throws `UsageError` where the recipe needs 3 channels and there is another number of them.
 */
export function preprocess(t: Tensor, recipe: Recipe): Tensor<Float32Array<ArrayBuffer>> {
  const channels = t.shape.at(-1) ?? 0;
  if (NEEDS_RGB.has(recipe) && channels !== 3) {
    throw new UsageError({
      what: `The preprocessing "${recipe}" needs red, green and blue.`,
      found: `a tensor of shape ${formatShape(t.shape)}`,
      expected: '3 channels, on the last axis',
      next: 'for one channel, choose none or tf',
    });
  }
  const values = toFloat32(t);
  for (const step of STEPS[recipe]) step(values, channels);
  return tensor(values, t.shape);
}

function each(change: (x: number, channel: number) => number): Step {
  return (values, channels) => {
    for (let i = 0; i < values.length; i++) values[i] = change(values[i]!, i % channels);
  };
}

function swapRedAndBlue(values: Float32Array): void {
  for (let i = 0; i < values.length; i += 3) [values[i], values[i + 2]] = [values[i + 2]!, values[i]!];
}
