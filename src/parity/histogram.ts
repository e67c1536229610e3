// How the values of a layer spread over shares of their bounds: whether all are off by a little, or a few by much.
// Read first: hold.ts.
import { type BoundedValues, difference } from './hold.js';

/** Values counted by the share of its bound that each one's error uses. */
export interface ShareHistogram {
  /** Values that are equal to what was recorded, which is on no logarithmic scale. */
  readonly equal: number;
  /** Ends of the bins, ascending, one more than there are bins. 1 is among them: up to it values keep their bound. */
  readonly edges: readonly number[];
  /** Of values above `edges[i]`, up to `edges[i + 1]`. Bins at either end are not empty, unless they lie beside 1. */
  readonly counts: readonly number[];
  /** Values above the last edge there is, 1e12: of bounds of zero that are not kept, and what is no number, too. */
  readonly beyond: number;
}

/** 0, then two a decade from a millionth on: what lies below is counted with the first. */
const EDGES: readonly number[] = [
  0,
  ...Array.from({ length: 18 }, (_, i) => i - 6).flatMap((exponent) => [
    Number(`1e${exponent}`),
    Number(`3e${exponent}`),
  ]),
  1e12,
];

/** The values of one image after the other against `expected`, which has them all in a row. */
export function shareHistogram(images: readonly BoundedValues[], expected: Float64Array): ShareHistogram {
  const counts = new Array<number>(EDGES.length - 1).fill(0);
  let [equal, beyond, at] = [0, 0, 0];
  for (const { values, bounds } of images) {
    for (let i = 0; i < values.length; i++, at++) {
      const error = difference(values[i]!, expected[at]!);
      const bin = error === 0 ? -1 : binOf(error / bounds[i]!);
      if (bin === -1) equal++;
      else if (bin === counts.length) beyond++;
      else counts[bin]!++;
    }
  }
  return { equal, ...trimmed(counts), beyond };
}

/** The number of the bin, by halving; what no bin holds, NaN too, is beyond the last. */
function binOf(share: number): number {
  let [low, high] = [0, EDGES.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (share <= EDGES[middle + 1]!) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Without the empty bins at both ends, but for those beside 1. */
function trimmed(counts: readonly number[]): Pick<ShareHistogram, 'edges' | 'counts'> {
  const one = EDGES.indexOf(1);
  const filled = counts.flatMap((count, bin) => (count > 0 ? [bin] : []));
  const first = Math.min(one - 1, filled[0] ?? one);
  const last = Math.max(one, filled.at(-1) ?? one);
  return { edges: EDGES.slice(first, last + 2), counts: counts.slice(first, last + 1) };
}
