// Which tiles a convolution is computed in: so many pixels by so many vectors of channels at a time, their sums in
// registers from the first term to the last.
import type { ConvolutionGroup } from './convolution-spec.js';

/** Pixels by vectors. */
export interface Tile {
  readonly height: number;
  readonly width: number;
}

/**
 * Heights by width, and the time for each vector relative to the fastest tile, as measured on Zen 3 (GMAC/s on Node 20
 * with barriers: 2x5 20.7, 2x4 20.4, 3x3 19.4, 4x2 19.4; 8x1 much less). There are 16 registers: ten sums, the
 * operands and a product fit. Twelve sums (6x2, 4x3, 3x4) do not, and ran at 12 GMAC/s in every V8 without fused
 * multiply-add.
 */
const TILES: readonly (Tile & { readonly time: number })[] = [
  { width: 5, height: 2, time: 1 },
  { width: 4, height: 2, time: 1.03 },
  { width: 3, height: 3, time: 1.06 },
  { width: 2, height: 4, time: 1.07 },
  { width: 1, height: 8, time: 1.4 },
];

/** Sums that fit into the registers. */
const MOST_SUMS = 10;

/** Tiles that `pixels` can fill: none is taller, and a single pixel gets wider ones, for as many sums at once. */
function tilesFor(pixels: number): readonly (Tile & { readonly time: number })[] {
  const wider = pixels === 1 ? [10, 9, 8, 7, 6] : [];
  const tiles = [...wider.map((width) => ({ width, height: 1, time: MOST_SUMS / width })), ...TILES];
  return tiles.map(({ width, height: most, time }) => {
    const height = Math.min(most, pixels);
    // Fewer sums than the additions in flight leave the adders idle; the last tile of a row overlaps the one before.
    const idle = height < most ? MOST_SUMS / (width * height) : 1;
    const overlap = (Math.ceil(pixels / height) * height) / pixels;
    return { width, height, time: time * Math.max(1, idle) * overlap };
  });
}

/** The tiles of a convolution, widest first, and for each group how many of each: together they are its vectors. */
export interface Tiling {
  readonly tiles: readonly Tile[];
  readonly counts: readonly (readonly number[])[];
}

/** Splits each group's vectors into the tiles that take the least time. */
export function tile(pixels: number, groups: readonly Pick<ConvolutionGroup, 'vectors'>[]): Tiling {
  const all = tilesFor(pixels);
  const splits = new Map([...new Set(groups.map(({ vectors }) => vectors))].map((n) => [n, split(n, all)]));
  const used = all.map((_, i) => i).filter((i) => [...splits.values()].some((counts) => counts[i]! > 0));
  const counts = groups.map(({ vectors }) => used.map((i) => splits.get(vectors)![i]!));
  return { tiles: used.map((i) => all[i]!), counts };
}

/** The cheapest way to fill `vectors`: how many of each tile. */
function split(vectors: number, tiles: readonly (Tile & { readonly time: number })[]): readonly number[] {
  const times = new Float64Array(vectors + 1);
  const lasts = new Int32Array(vectors + 1);
  for (let n = 1; n <= vectors; n++) {
    times[n] = Number.POSITIVE_INFINITY;
    for (let i = 0; i < tiles.length; i++) {
      const { width, time } = tiles[i]!;
      const total = width <= n ? times[n - width]! + width * time : Number.POSITIVE_INFINITY;
      // By a margin, so that sums in another order do not decide.
      if (total < times[n]! - 1e-9) [times[n], lasts[n]] = [total, i];
    }
  }
  const counts = tiles.map(() => 0);
  for (let n = vectors; n > 0; n -= tiles[lasts[n]!]!.width) counts[lasts[n]!]!++;
  return counts;
}
