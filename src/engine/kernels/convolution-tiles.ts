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
  const splits = groups.map(({ vectors }) => split(vectors, all));
  const tiles = all.filter((_, i) => splits.some((widths) => widths.includes(i)));
  const counts = splits.map((widths) => tiles.map((one) => widths.filter((i) => all[i] === one).length));
  return { tiles, counts };
}

/** The cheapest way to fill `vectors`, as indices of tiles. */
function split(vectors: number, tiles: readonly (Tile & { readonly time: number })[]): readonly number[] {
  const best: { readonly time: number; readonly tiles: readonly number[] }[] = [{ time: 0, tiles: [] }];
  for (let n = 1; n <= vectors; n++) {
    for (const [i, { width, time }] of tiles.entries()) {
      const rest = best[n - width];
      if (rest === undefined) continue;
      const total = rest.time + width * time;
      // By a margin, so that sums in another order do not decide.
      if (total < (best[n]?.time ?? Number.POSITIVE_INFINITY) - 1e-9)
        best[n] = { time: total, tiles: [...rest.tiles, i] };
    }
  }
  return best[vectors]!.tiles;
}
