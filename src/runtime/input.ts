// What is given to a model, as the network takes it: (batch, height, width, channels) in float32, preprocessed.
import { UndecidedError } from '../core/errors.js';
import { sizeOf, type Tensor, tensor, toFloat32 } from '../core/tensor.js';
import { preprocess, type Recipe } from '../image/recipes.js';
import { InputShapeError } from '../network/errors.js';
import { checkInput } from '../network/input.js';
import type { Network, Shape } from '../network/layer.js';
import { pictureTensor, type Size } from './picture.js';
import type { Drawable, PixelData } from './platform.js';

/** Values of one or more images, an array with its shape (an `NdArray` is one), or a picture. */
export type Input = Float32Array | Tensor | PixelData | Drawable;

/** How an input is read. */
export interface InputOptions {
  /** What to do to the values first. Pictures and integers need it said; floats are taken as they are. */
  readonly preprocess?: Recipe;
  /** Height and width that pictures are scaled to, where the network leaves them open. */
  readonly size?: Size;
}

/** Throws `InputShapeError`, and `UndecidedError` where the preprocessing or the size is not known. */
export function inputTensor(
  input: Input,
  network: Network,
  { size, ...options }: InputOptions,
  usual: Recipe | undefined,
): Tensor<Float32Array> {
  const { values, floats } = read(input, network.inputShape, size);
  checkInput(network, values.shape);
  const recipe = options.preprocess ?? (floats ? 'none' : usual);
  if (recipe === undefined) throw preprocessingUnknown();
  return preprocess(values, recipe);
}

function read(input: Input, shape: Shape, size: Size | undefined): { values: Tensor; floats: boolean } {
  if (ArrayBuffer.isView(input)) return { values: images(input, shape, size), floats: true };
  if (!('shape' in input)) return { values: pictureTensor(input, shape, size), floats: false };
  const values = input.shape.length === 3 ? tensor(toFloat32(input), [1, ...input.shape]) : input;
  return { values, floats: input.data instanceof Float32Array || input.data instanceof Float64Array };
}

/** As many images as the values make. */
function images(values: Float32Array, shape: Shape, size: Size | undefined): Tensor {
  const known = shape.map((dim, axis) => dim ?? size?.[axis]);
  if (!known.every((dim) => dim !== undefined)) throw new InputShapeError([values.length], shape);
  const batch = values.length / sizeOf(known);
  if (!Number.isInteger(batch)) throw new InputShapeError([values.length], known);
  return tensor(values, [batch, ...known]);
}

function preprocessingUnknown(): UndecidedError {
  return new UndecidedError('preprocess', {
    what: 'What was done to pixel values in training is not known.',
    found: 'values 0 to 255',
    expected: 'none (0 to 255), tf (-1 to 1), caffe, torch, or article (what its training script does)',
    next: 'say it, for example preprocess: "article"; the wrong one gives confident nonsense',
  });
}
