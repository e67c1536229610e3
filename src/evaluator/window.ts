// How a window moves over a map: which input rows and columns each output position sees. Cells outside the map are
// never visited, which is what zero padding means to a sum, and what pooling without padding means to the rest.

import type { Pair, WindowAttrs } from '../network/layer.js';
import { outputSize, padBefore } from '../network/padding.js';

/** One axis of a moving window. */
export interface WindowAxis {
  /** Output positions. */
  readonly size: number;
  /** The input position under the window's first cell at output `out`; may lie before the map. */
  start(out: number): number;
}

/** The two axes of a window of `[height, width]` over a map of that height and width. */
export function windowAxes(
  height: number,
  width: number,
  window: Pair,
  { strides, padding }: WindowAttrs,
): readonly [WindowAxis, WindowAxis] {
  const axis = (size: number, cells: number, stride: number): WindowAxis => {
    const before = padBefore(size, cells, stride, padding);
    return { size: Math.max(0, outputSize(size, cells, stride, padding)!), start: (out) => out * stride - before };
  };
  return [axis(height, window[0], strides[0]), axis(width, window[1], strides[1])];
}

/** Calls `visit` for each cell of the window at output `(row, column)` that lies in the map. */
export function forEachCell(
  start: Pair,
  window: Pair,
  height: number,
  width: number,
  visit: (inputRow: number, inputColumn: number, cell: number) => void,
): void {
  for (let i = 0; i < window[0]; i++) {
    const row = start[0] + i;
    if (row < 0 || row >= height) continue;
    for (let j = 0; j < window[1]; j++) {
      const column = start[1] + j;
      if (column >= 0 && column < width) visit(row, column, i * window[1] + j);
    }
  }
}

/** Calls `visit` for each output position, row by row: where its window begins, and its number. */
export function forEachPosition(
  [rows, columns]: readonly [WindowAxis, WindowAxis],
  visit: (start: Pair, position: number) => void,
): void {
  for (let row = 0; row < rows.size; row++) {
    for (let column = 0; column < columns.size; column++) {
      visit([rows.start(row), columns.start(column)], row * columns.size + column);
    }
  }
}
