// Scaling images the way TensorFlow 2 does: half-pixel centres, no antialiasing, arithmetic in float32.
// Read first: tensorflow/core/kernels/image/resize_bilinear_op.cc, whose arithmetic this follows step by step.
import { UsageError } from '../core/errors.js';
import { formatShape, type Tensor, tensor, toFloat32 } from '../core/tensor.js';
import { MAX_PIXELS } from './pixels.js';

const { fround } = Math;

/**
 * Bilinear scaling of a (height, width, channels) tensor, as `tf.image.resize(x, size)` does by default. Enlarging,
 * PIL's BILINEAR gives the same up to rounding; reducing, PIL averages more pixels and gives another image. Throws
 * `UsageError`.
 */
export function resizeBilinear(t: Tensor, height: number, width: number): Tensor<Float32Array<ArrayBuffer>> {
  const [inHeight, inWidth, channels] = checkedShape(t, height, width);
  const source = toFloat32(t);
  const rows = interpolation(inHeight, height);
  const columns = interpolation(inWidth, width);
  const out = new Float32Array(height * width * channels);
  let to = 0;
  for (const row of rows) {
    const [above, below] = [row.lower * inWidth, row.upper * inWidth];
    for (const column of columns) {
      for (let c = 0; c < channels; c++) {
        const at = (pixel: number): number => source[pixel * channels + c]!;
        const top = mix(at(above + column.lower), at(above + column.upper), column.share);
        const bottom = mix(at(below + column.lower), at(below + column.upper), column.share);
        out[to++] = mix(top, bottom, row.share);
      }
    }
  }
  return tensor(out, [height, width, channels]);
}

/** `a` and `b` mixed, each step rounded to float32. */
function mix(a: number, b: number, share: number): number {
  return fround(a + fround(fround(b - a) * share));
}

/** Two neighbours in the source, and how much of the upper one a result takes. */
interface Neighbours {
  readonly lower: number;
  readonly upper: number;
  readonly share: number;
}

function interpolation(from: number, to: number): Neighbours[] {
  const scale = fround(from / to);
  return Array.from({ length: to }, (_, i) => {
    const position = fround(fround(fround(i + 0.5) * scale) - 0.5);
    const lower = Math.max(0, Math.floor(position));
    const upper = Math.min(from - 1, Math.ceil(position));
    return {
      lower: Math.min(lower, from - 1),
      upper: Math.max(0, upper),
      share: fround(position - Math.floor(position)),
    };
  });
}

/**
 * Nearest-neighbour scaling of a (height, width, channels) tensor with half-pixel centres, as
 * `tf.image.resize(x, size, 'nearest')` does, and PIL's NEAREST, which `load_img(target_size=…)` uses unless told
 * otherwise. Throws `UsageError`.
 */
export function resizeNearest(t: Tensor, height: number, width: number): Tensor<Float32Array<ArrayBuffer>> {
  const [inHeight, inWidth, channels] = checkedShape(t, height, width);
  const source = toFloat32(t);
  const columns = nearestIndices(inWidth, width);
  const out = new Float32Array(height * width * channels);
  let to = 0;
  for (const row of nearestIndices(inHeight, height)) {
    for (const column of columns) {
      const pixel = (row * inWidth + column) * channels;
      out.set(source.subarray(pixel, pixel + channels), to);
      to += channels;
    }
  }
  return tensor(out, [height, width, channels]);
}

function nearestIndices(from: number, to: number): number[] {
  const scale = fround(from / to);
  return Array.from({ length: to }, (_, i) => Math.min(from - 1, Math.floor(fround(fround(i + 0.5) * scale))));
}

function checkedShape(t: Tensor, height: number, width: number): [number, number, number] {
  const [inHeight = 0, inWidth = 0, channels = 0] = t.shape;
  if (t.shape.length !== 3 || inHeight * inWidth * channels === 0) {
    const expected = '(height, width, channels), none of them 0';
    throw new UsageError({ what: 'This tensor is not an image.', found: `shape ${formatShape(t.shape)}`, expected });
  }
  if (!isSize(height) || !isSize(width) || height * width > MAX_PIXELS) {
    const expected = `positive integers, at most ${MAX_PIXELS} pixels in all`;
    throw new UsageError({ what: 'An image cannot have this size.', found: `${height} x ${width}`, expected });
  }
  return [inHeight, inWidth, channels];
}

const isSize = (size: number): boolean => Number.isSafeInteger(size) && size > 0;
