// How the weights of a convolution lie in memory: the kernel and the packing both go by this.
//
// For each group: a header of integers (offset of its inputs, offset of its outputs, how many tiles of each width, then
// the table of starts if there is one), rounded up to whole vectors; then for each tile its panel: a vector of bias for
// each of its vectors, and as many vectors of weights for each term. Everything is read once, in order.
import { VECTOR } from './arithmetic.js';
import type { ConvolutionSpec } from './convolution-spec.js';
import { orderTerms, type Terms } from './convolution-terms.js';
import { type Tile, type Tiling, tile } from './convolution-tiles.js';

/** Terms, tiles and the header that leads to them. */
export interface ConvolutionLayout extends Tiling {
  readonly terms: Terms;
  /** Terms of a sum. */
  readonly total: number;
  /** The lowest of all groups' bases; those in headers are relative to it. */
  readonly base: number;
  readonly header: {
    readonly bytes: number;
    /** Bytes from the header's start. */
    readonly input: number;
    readonly output: number;
    readonly counts: number;
    readonly table: number;
  };
}

/** Kernel and packing both ask, and units that are alike share a specification. */
const known = new WeakMap<ConvolutionSpec, ConvolutionLayout>();

/** The layout of a convolution's weights. */
export function layoutOf(spec: ConvolutionSpec): ConvolutionLayout {
  const layout = known.get(spec) ?? makeLayout(spec);
  known.set(spec, layout);
  return layout;
}

function makeLayout({ pixels, groups }: ConvolutionSpec): ConvolutionLayout {
  const tiling = tile(pixels, groups);
  const terms = orderTerms(groups);
  const counts = 8;
  const table = counts + 4 * tiling.tiles.length;
  const bytes = table + (terms.table ? 4 * (terms.chunks + terms.singles) : 0);
  return {
    ...tiling,
    terms,
    total: groups[0]!.offsets.length,
    base: Math.min(...terms.groups.map(({ base }) => base)),
    header: { bytes: Math.ceil(bytes / VECTOR) * VECTOR, input: 0, output: 4, counts, table },
  };
}

/** Floats of all groups' headers and panels. */
export function packedLength(layout: ConvolutionLayout): number {
  const panels = layout.counts.flatMap((counts) => counts.map((n, i) => n * panelBytes(layout, layout.tiles[i]!)));
  return panels.reduce((sum, bytes) => sum + bytes, layout.counts.length * layout.header.bytes) / 4;
}

/** Bytes of a tile's panel. */
export function panelBytes({ total }: ConvolutionLayout, { width }: Tile): number {
  return VECTOR * width * (1 + total);
}
