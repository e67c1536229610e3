// Values between JavaScript's arrays and the engine's memory. Read first: program.ts.
import type { Placed, Program } from './program.js';

/** How many numbers a value has. */
export const valuesIn = ({ map, lanes }: Placed): number => map.height * map.width * lanes.length;

/** Puts an image into its place, row by row: there may be zeros around. */
export function setInput(floats: Float32Array, { input }: Pick<Program, 'input'>, image: Float32Array): void {
  const { address, rowStep, height, width, lanes } = input;
  const row = width * lanes.length;
  for (let y = 0; y < height; y++) {
    floats.set(image.subarray(y * row, (y + 1) * row), (address + y * rowStep) / 4);
  }
}

/** Writes a value, row-major, to `out`. */
export function copyOut(floats: Float32Array, { map, lanes, softmax }: Placed, out: Float32Array): void {
  const channels = lanes.length;
  let to = 0;
  for (let y = 0; y < map.height; y++) {
    for (let x = 0; x < map.width; x++) {
      const from = (map.address + y * map.rowStep + x * map.step) / 4;
      for (let c = 0; c < channels; c++) out[to + c] = floats[from + lanes[c]!]!;
      if (softmax) softmaxInPlace(out, to, channels);
      to += channels;
    }
  }
}

/** A value, row-major. */
export function readValue(floats: Float32Array, value: Placed): Float32Array {
  const out = new Float32Array(valuesIn(value));
  copyOut(floats, value, out);
  return out;
}

/**
 * `exp(x) / sum(exp(x))` of `count` values from `begin`, in float64 inside; the largest is taken off first, so that nothing
 * overflows. Plain loops: arrays' own methods took a hundredth of a picture's time.
 */
function softmaxInPlace(values: Float32Array, begin: number, count: number): void {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = begin; i < begin + count; i++) largest = Math.max(largest, values[i]!);
  const powers = new Float64Array(count);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    powers[i] = Math.exp(values[begin + i]! - largest);
    sum += powers[i]!;
  }
  for (let i = 0; i < count; i++) values[begin + i] = powers[i]! / sum;
}
