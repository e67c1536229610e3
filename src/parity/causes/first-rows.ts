// A look at the top of a high map: a wrong guess at a layer of 224 rows shows in its first few.
import type { Layer } from '../../network/layer.js';
import { outputSize, padBefore } from '../../network/padding.js';
import type { BoundedMap } from '../bounds/bounded.js';
import { type Windowed, windowOf } from './padding.js';

/** Rows of the input that are looked at, or one more; and how many times higher a map must be for that to pay. */
const ROWS = 16;
const PAYS = 4;

/** The first rows of a map, and how many rows of output depend on nothing else. */
export interface FirstRows {
  readonly input: BoundedMap;
  readonly outputs: number;
}

/**
 * How to cut what a layer with a window is handed; undefined for other layers, and where the map has fewer than 64 of
 * its `height` rows. With 0 rows of output there is nothing to see.
 */
export function firstRows(layer: Layer, height: number): ((input: BoundedMap) => FirstRows) | undefined {
  if (height < PAYS * ROWS) return undefined;
  switch (layer.op) {
    case 'Conv2D':
    case 'DepthwiseConv2D':
    case 'MaxPooling2D':
    case 'AveragePooling2D':
      return (input) => cut(layer, input);
    default:
      return undefined;
  }
}

function cut(layer: Windowed, { value, error }: BoundedMap): FirstRows {
  const [height, width, channels] = value.shape as readonly [number, number, number];
  const { strides, padding } = layer.attrs;
  const [window] = windowOf(layer);
  // As odd or even as the whole, so that padding before it is the same.
  const rows = ROWS + (height % 2);
  const before = padBefore(height, window, strides[0], padding);
  const low = height <= rows || before !== padBefore(rows, window, strides[0], padding);
  if (low) return { input: { value, error }, outputs: 0 };
  const size = rows * width * channels;
  const inside = Math.floor((rows + before - window) / strides[0]) + 1;
  return {
    input: {
      value: { data: value.data.subarray(0, size), shape: [rows, width, channels] },
      error: error.subarray(0, size),
    },
    outputs: Math.min(inside, outputSize(rows, window, strides[0], padding)!),
  };
}
