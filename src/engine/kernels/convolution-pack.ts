// The weights of a convolution, written into the order that `convolution-layout.ts` describes.
import { VECTOR } from './arithmetic.js';
import { type ConvolutionLayout, layoutOf, panelBytes } from './convolution-layout.js';
import type { ConvolutionSpec, ConvolutionWeights } from './convolution-spec.js';

/** The weights in the order in which the kernel of the same specification reads them. Lanes of padding get zeros. */
export function packConvolution(spec: ConvolutionSpec, weights: ConvolutionWeights): Float32Array<ArrayBuffer> {
  const layout = layoutOf(spec);
  const packed = new Float32Array(packedLength(layout));
  let at = 0;
  for (const [g, lanes] of weights.lanes.entries()) {
    writeHeader(new Int32Array(packed.buffer, 4 * at, layout.header.bytes / 4), layout, g, spec);
    at += layout.header.bytes / 4;
    const rows = Int32Array.from(layout.terms.groups[g]!.order, (row) => row * weights.channels);
    let lane = 0;
    for (const width of widthsOf(layout, g)) {
      at = writePanel(packed, at, weights, rows, Int32Array.from(lanes.slice(lane, lane + 4 * width)));
      lane += 4 * width;
    }
  }
  return packed;
}

function packedLength(layout: ConvolutionLayout): number {
  const panels = layout.counts.flatMap((counts) => counts.map((n, i) => n * panelBytes(layout, layout.tiles[i]!)));
  return panels.reduce((sum, bytes) => sum + bytes, layout.counts.length * layout.header.bytes) / 4;
}

/** The widths of a group's tiles, one by one. */
function widthsOf({ tiles, counts }: ConvolutionLayout, group: number): number[] {
  return tiles.flatMap(({ width }, i) => Array<number>(counts[group]![i]!).fill(width));
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
  start: number,
  { kernel, bias }: ConvolutionWeights,
  rows: Int32Array,
  lanes: Int32Array,
): number {
  let at = start;
  for (const lane of lanes) to[at++] = bias === undefined || lane < 0 ? 0 : bias[lane]!;
  for (const row of rows) {
    // A million times: a plain loop, and no call.
    for (let i = 0; i < lanes.length; i++) {
      const lane = lanes[i]!;
      to[at++] = lane < 0 ? 0 : kernel[row + lane]!;
    }
  }
  return at;
}
