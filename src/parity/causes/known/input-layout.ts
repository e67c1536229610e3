// The memory of an NCHW image was taken for NHWC, or the reverse: reshaped where it had to be transposed.
import type { FloatMap } from '../../../evaluator/map.js';
import type { KnownCause } from '../cause.js';
import { moved } from '../changes.js';
import { inputOf, withInput } from '../input.js';

/** Shapes do not tell once the array has been reshaped. */
export const inputLayout: KnownCause = {
  id: 'input-layout',
  prior: 3,
  *variations(segment) {
    if (inputOf(segment) === undefined) return;
    for (const { words, change } of READINGS) {
      yield {
        words: `The reference saw ${words}: the array was reshaped where it had to be transposed`,
        fix: 'Use `x.transpose(0, 2, 3, 1)` to get from NCHW to NHWC, not `x.reshape(...)`, and record as `input` what the model was given.',
        change: withInput(segment, (x) => moved(x, change)),
      };
    }
  },
};

const READINGS = [
  { words: "its input's NHWC memory read as NCHW", change: (x: FloatMap) => copied(x, false) },
  { words: 'its input transposed to NCHW and that memory read as NHWC', change: (x: FloatMap) => copied(x, true) },
];

/** Value (row, column, channel) in NHWC and value (channel, row, column) in NCHW, one's memory in the other's place. */
function copied({ data, shape }: FloatMap, backwards: boolean): FloatMap {
  const [height, width, channels] = shape as readonly [number, number, number];
  const out = new Float64Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const [pixel, c] = [Math.floor(i / channels), i % channels];
    const planar = c * height * width + pixel;
    if (backwards) out[planar] = data[i]!;
    else out[i] = data[planar]!;
  }
  return { data: out, shape };
}
