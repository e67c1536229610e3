// Where a pixel's channels may be cut into vectors of four. Maps that are added, pooled or joined must be cut alike, so
// they lie on one ruler; what one of them needs (a group ends here) is a cut for all. Read next: stores.ts, places.ts.

/** Four float32 values, the unit in which kernels write. */
export const LANES = 4;

/** A line of channels with cuts in it. Laid on another, it is that one from then on. */
interface Ruler {
  laidOn: { readonly ruler: Ruler; readonly shift: number } | undefined;
  cuts: Set<number>;
}

/** A map's channels on a ruler. */
export interface Stretch {
  readonly ruler: Ruler;
  readonly from: number;
  readonly length: number;
}

/** `length` channels on a ruler of their own. */
export function stretch(length: number): Stretch {
  return { ruler: { laidOn: undefined, cuts: new Set([0, length]) }, from: 0, length };
}

/** Says that a vector may not hold channels from both sides of `at`, counted from the stretch's beginning. */
export function cut(part: Stretch, at: number): void {
  const { ruler, from } = resolve(part);
  ruler.cuts.add(from + at);
}

/**
 * Lays `b` on `a`, so that its beginning is at `a`'s channel `at`. False where they lie on one ruler already, and
 * otherwise.
 */
export function lay(b: Stretch, a: Stretch, at = 0): boolean {
  const [under, over] = [resolve(a), resolve(b)];
  const shift = under.from + at - over.from;
  if (under.ruler === over.ruler) return shift === 0;
  for (const each of over.ruler.cuts) under.ruler.cuts.add(each + shift);
  over.ruler.laidOn = { ruler: under.ruler, shift };
  return true;
}

function resolve({ ruler, from }: Stretch): { ruler: Ruler; from: number } {
  let at = { ruler, from };
  while (at.ruler.laidOn !== undefined) at = { ruler: at.ruler.laidOn.ruler, from: at.from + at.ruler.laidOn.shift };
  return at;
}

/** Each channel's lane when every piece between two cuts begins a vector, and the lanes in all. */
export function lanesOf(part: Stretch): { readonly lanes: Int32Array; readonly width: number } {
  const { ruler, from } = resolve(part);
  const lanes = new Int32Array(part.length);
  let width = 0;
  for (let c = 0; c < part.length; c++) {
    if (c > 0 && ruler.cuts.has(from + c)) width = Math.ceil(width / LANES) * LANES;
    lanes[c] = width++;
  }
  return { lanes, width: Math.ceil(width / LANES) * LANES };
}
