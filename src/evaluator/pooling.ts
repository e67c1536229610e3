// Pooling as TensorFlow does it: cells of padding are not there. The maximum never sees a zero that is not in the
// map, the average divides by the number of cells that are.
import type { PoolAttrs } from '../network/layer.js';
import { dimensions, type FloatMap, filled } from './map.js';
import { forEachCell, forEachPosition, windowAxes } from './window.js';

/** The largest value under the window, channel by channel. */
export function maxPool2d(x: FloatMap, attrs: PoolAttrs): FloatMap {
  const [height, width, channels] = dimensions(x);
  const axes = windowAxes(height, width, attrs.poolSize, attrs);
  const out = filled(axes[0].size, axes[1].size, channels, Number.NEGATIVE_INFINITY);
  forEachPosition(axes, (start, position) => {
    const to = position * channels;
    forEachCell(start, attrs.poolSize, height, width, (inRow, inColumn) => {
      const from = (inRow * width + inColumn) * channels;
      for (let c = 0; c < channels; c++) out.data[to + c] = Math.max(out.data[to + c]!, x.data[from + c]!);
    });
  });
  return out;
}

/** The mean of the values under the window, channel by channel. */
export function averagePool2d(x: FloatMap, attrs: PoolAttrs): FloatMap {
  const [height, width, channels] = dimensions(x);
  const axes = windowAxes(height, width, attrs.poolSize, attrs);
  const out = filled(axes[0].size, axes[1].size, channels, 0);
  forEachPosition(axes, (start, position) => {
    const to = position * channels;
    let count = 0;
    forEachCell(start, attrs.poolSize, height, width, (inRow, inColumn) => {
      const from = (inRow * width + inColumn) * channels;
      for (let c = 0; c < channels; c++) out.data[to + c]! += x.data[from + c]!;
      count++;
    });
    for (let c = 0; c < channels; c++) out.data[to + c]! /= count;
  });
  return out;
}

/** The largest value of each channel: `(height, width, channels)` becomes `(channels,)`. */
export function globalMaxPool2d(x: FloatMap): FloatMap {
  return globalPool(x, Number.NEGATIVE_INFINITY, Math.max);
}

/** The mean of each channel: `(height, width, channels)` becomes `(channels,)`. */
export function globalAveragePool2d(x: FloatMap): FloatMap {
  const [height, width] = dimensions(x);
  const sums = globalPool(x, 0, (sum, value) => sum + value);
  return { data: sums.data.map((sum) => sum / (height * width)), shape: sums.shape };
}

function globalPool(x: FloatMap, initial: number, join: (a: number, b: number) => number): FloatMap {
  const [, , channels] = dimensions(x);
  const data = new Float64Array(channels).fill(initial);
  x.data.forEach((value, i) => {
    data[i % channels] = join(data[i % channels]!, value);
  });
  return { data, shape: [channels] };
}
