// A group's agreement as a function of the input's means alone, so that hundreds of channel orders are tried quickly:
// with kernel K, moving means m and deviations u, p = K' x gives mp = x'(K m/u^2) and pp = x'(K diag(1/u^2) K')x.
import type { MeanPlace } from './places.js';
import type { Agreement } from './readings.js';

/** The numbers of one group that do not depend on the input. */
export interface GroupForm {
  readonly channels: number;
  readonly mm: number;
  /** `(inPerGroup,)` */
  readonly linear: Float64Array;
  /** `(inPerGroup, inPerGroup)` row-major, symmetric; only i <= j is filled, off the diagonal doubled. */
  readonly square: Float64Array;
}

/** Group `group` of a place, with the kernel given. */
export function groupForm(place: MeanPlace, kernel: Float64Array, group: number): GroupForm {
  const { inPerGroup, outPerGroup, unit, mean, bias } = place;
  const at = group * outPerGroup;
  // Both in moving deviations: rows of K diag(1/u), and m/u.
  const scaled = kernel.map((value, i) => value / unit[at + (i % outPerGroup)]!);
  const means = Float64Array.from({ length: outPerGroup }, (_, o) => (mean[at + o]! - bias[at + o]!) / unit[at + o]!);
  const row = (i: number): Float64Array => scaled.subarray(i * outPerGroup, (i + 1) * outPerGroup);
  const square = new Float64Array(inPerGroup ** 2);
  for (let i = 0; i < inPerGroup; i++) {
    for (let j = i; j < inPerGroup; j++) square[i * inPerGroup + j] = dot(row(i), row(j)) * (i === j ? 1 : 2);
  }
  const linear = Float64Array.from({ length: inPerGroup }, (_, i) => dot(row(i), means));
  return { channels: outPerGroup, mm: dot(means, means), linear, square };
}

/** The agreement when the group reads channel `order[from + i]` of `input` where it reads `from + i` by rights. */
export function formAgreement(form: GroupForm, input: Float64Array, order: Uint32Array, from: number): Agreement {
  const { channels, mm, linear, square } = form;
  const n = linear.length;
  const x = Float64Array.from({ length: n }, (_, i) => input[order[from + i]!]!);
  let pp = 0;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = i; j < n; j++) sum += square[i * n + j]! * x[j]!;
    pp += x[i]! * sum;
  }
  const mp = dot(linear, x);
  return { channels, mm, pp, mp, ee: Math.max(0, mm - 2 * mp + pp) };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
