// The mean of relu of a normal variable, and what of a map a window sees at its borders.
import type { WindowAttrs } from '../../network/layer.js';
import { outputSize, padBefore } from '../../network/padding.js';

/**
 * Mean of max(0, x) for x normal with mean `mean` and standard deviation `deviation`:
 * `mean Phi(mean / deviation) + deviation phi(mean / deviation)`. A batch norm gives mean beta and deviation |gamma|.
 */
export function reluMean(mean: number, deviation: number): number {
  const s = Math.abs(deviation);
  if (s === 0) return Math.max(0, mean);
  const z = mean / s;
  return mean * normalBelow(z) + (s * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
}

/** Share of a standard normal below `z`, to 8e-8 (Abramowitz and Stegun, formula 26.2.17). */
export function normalBelow(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (series * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
  return z > 0 ? 1 - tail : tail;
}

/**
 * For each position of a window along one axis of `size` cells, the share of output cells for which it lies on the map
 * and not on padding: a 3-wide window of stride 1 on 2 cells sees `[1/2, 1, 1/2]`.
 */
export function coverage(size: number, window: number, stride: number, padding: WindowAttrs['padding']): number[] {
  const out = outputSize(size, window, stride, padding)!;
  const before = padBefore(size, window, stride, padding);
  return Array.from({ length: window }, (_, tap) => {
    let inside = 0;
    for (let o = 0; o < out; o++) {
      const at = o * stride - before + tap;
      if (at >= 0 && at < size) inside++;
    }
    return inside / out;
  });
}
