// What a place's weights say its mean is, under each way in which the groups may have read their channels.
import type { MeanPlace } from './places.js';

/**
 * How a grouped convolution may have been meant: each group its own slice, all the last one, the slices in reverse;
 * or its own slice and every kernel stored as (out, in).
 */
export type Reading = 'own' | 'last' | 'reversed' | 'transposed';

/** All of them. */
export const READINGS: readonly Reading[] = ['own', 'last', 'reversed', 'transposed'];

/** A group's outputs, `(outPerGroup,)`: slice `slice` of `input` through `kernel`, `(in, out)` row-major. */
export function groupMeans(
  { inPerGroup, outPerGroup }: MeanPlace,
  kernel: Float64Array,
  input: Float64Array,
  slice: number,
): Float64Array {
  const out = new Float64Array(outPerGroup);
  for (let i = 0; i < inPerGroup; i++) {
    const x = input[slice * inPerGroup + i]!;
    for (let o = 0; o < outPerGroup; o++) out[o]! += x * kernel[i * outPerGroup + o]!;
  }
  return out;
}

/** The slice that group `group` reads. */
export function sliceOf({ groups }: MeanPlace, reading: Reading, group: number): number {
  if (reading === 'last') return groups - 1;
  return reading === 'reversed' ? groups - 1 - group : group;
}

/** A kernel's values read as `(out, in)`: its transpose where it is square, else what a wrong axis order makes of it. */
export function transposed(kernel: Float64Array, inPerGroup: number, outPerGroup: number): Float64Array {
  return kernel.map((_, at) => kernel[(at % outPerGroup) * inPerGroup + Math.floor(at / outPerGroup)]!);
}

/** Kernels as a reading has them. */
export function kernelsOf(place: MeanPlace, reading: Reading): readonly Float64Array[] {
  const { kernels, inPerGroup, outPerGroup } = place;
  return reading === 'transposed' ? kernels.map((kernel) => transposed(kernel, inPerGroup, outPerGroup)) : kernels;
}

/** Sums over channels of moving means m and predictions p, both in moving deviations. */
export interface Agreement {
  readonly channels: number;
  /** Sum of m m, of p p, of m p, and of (m - p)(m - p). */
  readonly mm: number;
  readonly pp: number;
  readonly mp: number;
  readonly ee: number;
}

/** What is needed of a place to compare its moving means with a prediction of them. */
export type Compared = Pick<MeanPlace, 'mean' | 'bias' | 'unit'>;

/** The moving means from channel `from` on, less the bias, against what was predicted for them. */
export function agreement({ mean, unit, bias }: Compared, predicted: Float64Array, from = 0): Agreement {
  let [mm, pp, mp, ee] = [0, 0, 0, 0];
  for (let o = 0; o < predicted.length; o++) {
    const c = from + o;
    const m = (mean[c]! - bias[c]!) / unit[c]!;
    const p = predicted[o]! / unit[c]!;
    mm += m * m;
    pp += p * p;
    mp += m * p;
    ee += (m - p) ** 2;
  }
  return { channels: predicted.length, mm, pp, mp, ee };
}

/** The sums of several groups. */
export function together(parts: readonly Agreement[]): Agreement {
  const sum = (of: keyof Agreement): number => parts.reduce((total, part) => total + part[of], 0);
  return { channels: sum('channels'), mm: sum('mm'), pp: sum('pp'), mp: sum('mp'), ee: sum('ee') };
}

/** Root mean square of the difference, in moving deviations. */
export function rmsOf({ ee, channels }: Agreement): number {
  return channels === 0 ? 0 : Math.sqrt(ee / channels);
}

/**
 * How alike moving means and prediction are, whatever their scale: the cosine of the angle between the two. Moving
 * means lag behind in a short training, by much the same factor in every channel; and a prediction of zero is like
 * nothing, however small the means are.
 */
export function likenessOf({ mm, pp, mp }: Agreement): number {
  return mm > 0 && pp > 0 ? Math.max(-1, Math.min(1, mp / Math.sqrt(mm * pp))) : 0;
}

/** What float32 rounding leaves unexplained: below it, smaller is not better. */
const LEAST_MISS = 2 ** -20;

/** The part of the moving means that the prediction leaves unexplained: that angle's sine, 1 from a right angle on. */
export function missOf(sums: Agreement): number {
  return Math.max(LEAST_MISS, Math.sqrt(1 - Math.max(0, likenessOf(sums)) ** 2));
}

/** Group `group` of a place under a reading, with the kernel given. */
export function groupAgreement(place: MeanPlace, reading: Reading, group: number, kernel: Float64Array): Agreement {
  const predicted = groupMeans(place, kernel, place.input, sliceOf(place, reading, group));
  return agreement(place, predicted, group * place.outPerGroup);
}

/** A whole place under a reading. */
function placeAgreement(place: MeanPlace, reading: Reading): Agreement {
  return together(kernelsOf(place, reading).map((kernel, g) => groupAgreement(place, reading, g, kernel)));
}

/** How many groups tell `own` from `last`: the last group reads the last slice either way. */
export function contestedGroups({ groups }: MeanPlace): number {
  return Math.max(1, groups - 1);
}

/** Root mean square over several places' channels. */
export function rmsOver(places: readonly MeanPlace[], reading: Reading): number {
  return rmsOf(together(places.map((place) => placeAgreement(place, reading))));
}
