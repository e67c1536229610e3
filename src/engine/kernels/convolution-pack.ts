// The weights of a convolution, written into the order that `convolution-layout.ts` describes.
import { VECTOR } from './arithmetic.js';
import { type ConvolutionLayout, layoutOf, packedLength } from './convolution-layout.js';
import type { ConvolutionSpec, ConvolutionWeights } from './convolution-spec.js';

/** How many floats the weights take. */
export const packedConvolutionLength = (spec: ConvolutionSpec): number => packedLength(layoutOf(spec));

/**
 * Writes the weights into `packed`, which holds zeros, in the order in which the kernel of the same specification reads
 * them. Gives `packed`.
 */
export function packConvolution(
  spec: ConvolutionSpec,
  weights: ConvolutionWeights,
  packed: Float32Array = new Float32Array(packedConvolutionLength(spec)),
): Float32Array {
  const layout = layoutOf(spec);
  const integers = new Int32Array(packed.buffer, packed.byteOffset, packed.length);
  let at = 0;
  for (let g = 0; g < spec.groups.length; g++) {
    writeHeader(integers.subarray(at, at + layout.header.bytes / 4), layout, g, spec);
    at += layout.header.bytes / 4;
    const { order } = layout.terms.groups[g]!;
    const lanes = new Int32Array(weights.lanes[g]!);
    let lane = 0;
    for (const [i, { width }] of layout.tiles.entries()) {
      for (let n = layout.counts[g]![i]!; n > 0; n--, lane += 4 * width) {
        at = writePanel(packed, at, weights, order, lanes.subarray(lane, lane + 4 * width));
      }
    }
  }
  return packed;
}

function writeHeader(to: Int32Array, layout: ConvolutionLayout, group: number, { groups }: ConvolutionSpec): void {
  const { header, terms, counts, base } = layout;
  to[header.input / 4] = terms.groups[group]!.base - base;
  to[header.output / 4] = VECTOR * groups[group]!.outVector;
  to.set(counts[group]!, header.counts / 4);
  if (terms.table) to.set(terms.groups[group]!.starts, header.table / 4);
}

/** One tile's bias, then its weights term by term. Gives where the next panel begins. */
function writePanel(
  to: Float32Array,
  at: number,
  { kernel, channels, bias }: ConvolutionWeights,
  order: Int32Array,
  lanes: Int32Array,
): number {
  if (bias !== undefined) writeRow(to, at, bias, 0, lanes);
  const start = at + lanes.length;
  // Nearly all panels are of neighbouring channels: millions of weights, of a load that may take 120 ms in all.
  if (neighbours(lanes)) copyColumns(to, start, kernel.subarray(lanes[0]!), channels, order, lanes.length);
  else {
    for (const [k, row] of order.entries()) writeRow(to, start + k * lanes.length, kernel, row * channels, lanes);
  }
  return start + order.length * lanes.length;
}

/** The first `width` columns of `from`, row by row in `order`. Four at a time takes two thirds of the time. */
function copyColumns(
  to: Float32Array,
  start: number,
  from: Float32Array,
  columns: number,
  order: Int32Array,
  width: number,
): void {
  let at = start;
  for (let k = 0; k < order.length; k++) {
    let source = order[k]! * columns;
    for (let i = 0; i < width; i += 4, at += 4, source += 4) {
      to[at] = from[source]!;
      to[at + 1] = from[source + 1]!;
      to[at + 2] = from[source + 2]!;
      to[at + 3] = from[source + 3]!;
    }
  }
}

function neighbours(lanes: Int32Array): boolean {
  return lanes[0]! >= 0 && lanes.every((channel, i) => channel === lanes[0]! + i);
}

/** A row of channels, from `start` of `from`, in the order of lanes. What is padding stays 0. */
function writeRow(to: Float32Array, at: number, from: Float32Array, start: number, lanes: Int32Array): void {
  for (let i = 0; i < lanes.length; i++) if (lanes[i]! >= 0) to[at + i] = from[start + lanes[i]!]!;
}
