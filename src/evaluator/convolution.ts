// Convolution as its definition: for each output position, the sum over the kernel's cells and input channels of
// input times kernel. Kernels as Keras stores them: (height, width, in, out), depthwise (height, width, channels, 1).
import type { Tensor } from '../core/tensor.js';
import { toFloat64 } from '../core/tensor.js';
import type { WindowAttrs } from '../network/layer.js';
import { dimensions, type FloatMap, filled } from './map.js';
import { forEachCell, forEachPosition, windowAxes } from './window.js';

/** 2-D convolution. `x` is `(height, width, in)`, the kernel `(h, w, in, out)`, the bias `(out,)`. */
export function conv2d(x: FloatMap, kernel: Tensor, attrs: WindowAttrs, bias?: Tensor): FloatMap {
  const [height, width, channels] = dimensions(x);
  const [windowHeight, windowWidth, , filters] = kernel.shape as readonly [number, number, number, number];
  const window = [windowHeight, windowWidth] as const;
  const [rows, columns] = windowAxes(height, width, window, attrs);
  const weights = toFloat64(kernel);
  const terms = windowHeight * windowWidth * channels;
  const out = filled(rows.size, columns.size, filters, 0);
  for (let row = 0; row < rows.size; row++) {
    // (columns, terms): what each position of the row sees, cell by cell; padding is zeros.
    const seen = new Float64Array(columns.size * terms);
    for (let column = 0; column < columns.size; column++) {
      const start = [rows.start(row), columns.start(column)] as const;
      forEachCell(start, window, height, width, (inRow, inColumn, cell) => {
        const from = (inRow * width + inColumn) * channels;
        const to = column * terms + cell * channels;
        for (let c = 0; c < channels; c++) seen[to + c] = x.data[from + c]!;
      });
    }
    const line = out.data.subarray(row * columns.size * filters, (row + 1) * columns.size * filters);
    multiply(seen, weights, line, terms, filters);
  }
  return bias === undefined ? out : addBias(out, bias);
}

/**
 * Matrix product: `a` is `(rows, terms)`, `b` `(terms, columns)`, `out` `(rows, columns)`. Two rows and four columns at
 * a time, so that eight sums stay in registers and each number read is used more than once. Each sum is in order.
 */
function multiply(a: Float64Array, b: Float64Array, out: Float64Array, terms: number, columns: number): void {
  const rows = out.length / columns;
  for (let row = 0; row < rows; row += 2) {
    // The last of an odd number is its own neighbour.
    const next = Math.min(row + 1, rows - 1);
    const [from, from2, to, to2] = [row * terms, next * terms, row * columns, next * columns];
    let f = 0;
    for (; f + 4 <= columns; f += 4) {
      let p = 0;
      let q = 0;
      let r = 0;
      let s = 0;
      let p2 = 0;
      let q2 = 0;
      let r2 = 0;
      let s2 = 0;
      for (let i = 0, at = f; i < terms; i++, at += columns) {
        // Not destructured: arrays of numbers made here would take most of the time.
        const x = a[from + i]!;
        const x2 = a[from2 + i]!;
        const v = b[at]!;
        const w = b[at + 1]!;
        const y = b[at + 2]!;
        const z = b[at + 3]!;
        p += x * v;
        q += x * w;
        r += x * y;
        s += x * z;
        p2 += x2 * v;
        q2 += x2 * w;
        r2 += x2 * y;
        s2 += x2 * z;
      }
      out[to + f] = p;
      out[to + f + 1] = q;
      out[to + f + 2] = r;
      out[to + f + 3] = s;
      out[to2 + f] = p2;
      out[to2 + f + 1] = q2;
      out[to2 + f + 2] = r2;
      out[to2 + f + 3] = s2;
    }
    for (; f < columns; f++) {
      let p = 0;
      let p2 = 0;
      for (let i = 0, at = f; i < terms; i++, at += columns) {
        p += a[from + i]! * b[at]!;
        p2 += a[from2 + i]! * b[at]!;
      }
      out[to + f] = p;
      out[to2 + f] = p2;
    }
  }
}

/** Depthwise convolution, multiplier 1: each channel with its own kernel, `(h, w, channels, 1)`. */
export function depthwiseConv2d(x: FloatMap, kernel: Tensor, attrs: WindowAttrs, bias?: Tensor): FloatMap {
  const [height, width, channels] = dimensions(x);
  const window = [kernel.shape[0]!, kernel.shape[1]!] as const;
  const weights = toFloat64(kernel);
  const axes = windowAxes(height, width, window, attrs);
  const out = filled(axes[0].size, axes[1].size, channels, 0);
  forEachPosition(axes, (start, position) => {
    const to = position * channels;
    forEachCell(start, window, height, width, (inRow, inColumn, cell) => {
      const from = (inRow * width + inColumn) * channels;
      for (let c = 0; c < channels; c++) out.data[to + c]! += x.data[from + c]! * weights[cell * channels + c]!;
    });
  });
  return bias === undefined ? out : addBias(out, bias);
}

/** `bias`, one number a channel, added at every position. */
export function addBias(x: FloatMap, bias: Tensor): FloatMap {
  const values = toFloat64(bias);
  return { data: x.data.map((value, i) => value + values[i % values.length]!), shape: x.shape };
}
