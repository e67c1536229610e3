// An input where none is given: the same numbers every time.
import { UsageError } from '../core/errors.js';
import { formatShape, sizeOf, type Tensor, tensor } from '../core/tensor.js';
import { MAX_PIXELS } from '../image/pixels.js';
import type { Shape } from '../network/layer.js';
import { DEFAULT_SETTINGS } from '../shufflenet/settings.js';

/** The side of a picture where the network takes any. */
const SIDE = DEFAULT_SETTINGS.inputShape[0]!;

/** One picture of numbers from -1 to 1 without a pattern, the same every time (Numerical Recipes' generator). Throws `UsageError`. */
export function noise(inputShape: Shape): Tensor<Float32Array> {
  const shape = [1, ...inputShape.map((size) => size ?? SIDE)];
  checkSize(shape);
  const data = new Float32Array(sizeOf(shape));
  let state = 1;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state / 2 ** 31 - 1;
  }
  return tensor(data, shape);
}

/** No picture that can be read is larger, and what a larger one takes is more than a process gets. */
function checkSize([, height = 0, width = 0, ...rest]: readonly number[]): void {
  if (height * width <= MAX_PIXELS) return;
  throw new UsageError({
    what: 'The input is too large to run the network on.',
    found: formatShape([height, width, ...rest]),
    expected: `at most ${MAX_PIXELS} pixels`,
    next: 'say a smaller --input-shape',
  });
}
