// A layer whose weights miss its statistics while other layers' do not: which single mistake would make it fit.
// Read first: readings.ts. damage.ts decides which layers are asked about.
import type { MeanPlace } from './places.js';
import { groupAgreement, missOf, type Reading, transposed } from './readings.js';

/** A mistake that would explain a layer, with the layers to name. */
export interface Explanation {
  readonly id: 'kernels-swapped' | 'kernels-permuted' | 'kernel-transposed' | 'layers-exchanged';
  readonly layers: readonly string[];
  readonly words: string;
  /** What the worst group leaves unexplained once the mistake is undone. */
  readonly miss: number;
}

/** What a group's prediction leaves unexplained, with its own kernel or another. */
export function groupMiss(place: MeanPlace, reading: Reading, group: number, kernel = place.kernels[group]!): number {
  return missOf(groupAgreement(place, reading, group, kernel));
}

/** The mistake that fits a place best, when it brings every group down to `limit`. */
export function explain(
  place: MeanPlace,
  others: readonly MeanPlace[],
  reading: Reading,
  limit: number,
): Explanation | undefined {
  const candidates = [
    reorderedKernels(place, reading),
    transposedKernels(place, reading, limit),
    ...others.flatMap((other) => exchanged(place, other, reading)),
  ].filter((candidate) => candidate !== undefined && candidate.miss <= limit) as Explanation[];
  return candidates.toSorted((a, b) => a.miss - b.miss)[0];
}

const groupsOf = ({ groups }: MeanPlace): number[] => Array.from({ length: groups }, (_, g) => g);

/** Each group with the kernel that fits it best, when that gives every kernel to one group and not all to their own. */
function reorderedKernels(place: MeanPlace, reading: Reading): Explanation | undefined {
  const groups = groupsOf(place);
  const chosen = groups.map((g) => {
    const errors = place.kernels.map((kernel) => groupMiss(place, reading, g, kernel));
    return { kernel: errors.indexOf(Math.min(...errors)), miss: Math.min(...errors) };
  });
  const moved = groups.filter((g) => chosen[g]!.kernel !== g);
  if (moved.length === 0 || new Set(chosen.map(({ kernel }) => kernel)).size < groups.length) return undefined;
  const names = moved.map((g) => place.convs[g]!);
  const miss = Math.max(...chosen.map((choice) => choice.miss));
  const words =
    moved.length === 2
      ? `The kernels of ${names[0]} and ${names[1]} are swapped: each fits the other's place.`
      : `The kernels of ${place.layer} are in the wrong order: ${moved.map((g) => `${place.convs[chosen[g]!.kernel]} fits in the place of ${place.convs[g]}`).join(', ')}.`;
  return { id: moved.length === 2 ? 'kernels-swapped' : 'kernels-permuted', layers: names, words, miss };
}

/** The groups that miss, with their kernels' values read as (out, in). */
function transposedKernels(place: MeanPlace, reading: Reading, limit: number): Explanation | undefined {
  const { inPerGroup, outPerGroup, kernels, convs } = place;
  const missing = groupsOf(place).filter((g) => groupMiss(place, reading, g) > limit);
  if (missing.length === 0 || inPerGroup === 1 || outPerGroup === 1) return undefined;
  const miss = Math.max(
    ...missing.map((g) => groupMiss(place, reading, g, transposed(kernels[g]!, inPerGroup, outPerGroup))),
  );
  const layers = missing.map((g) => convs[g]!);
  const words = `The kernel of ${layers.join(', of ')} is stored as (out, in) where (in, out) is expected: read that way it fits.`;
  return { id: 'kernel-transposed', layers, words, miss };
}

/** A place with its kernels, its batch norm before or its batch norm after taken from another of the same shape. */
function exchanged(place: MeanPlace, other: MeanPlace, reading: Reading): Explanation[] {
  if (other === place || !sameShapes(place, other)) return [];
  const { kernels, input, mean, unit, bias } = other;
  const swaps: readonly (readonly [MeanPlace, string, string])[] = [
    [{ ...place, kernels, bias }, place.layer, other.layer],
    [{ ...place, input }, place.before, other.before],
    [{ ...place, mean, unit }, place.after, other.after],
  ];
  return swaps.map(([swapped, mine, theirs]) => ({
    id: 'layers-exchanged',
    layers: [mine, theirs],
    words: `${mine} and ${theirs} have the same shapes and are exchanged: ${mine} fits with the weights of ${theirs}.`,
    miss: Math.max(...groupsOf(place).map((g) => groupMiss(swapped, reading, g))),
  }));
}

function sameShapes(a: MeanPlace, b: MeanPlace): boolean {
  return a.groups === b.groups && a.inPerGroup === b.inPerGroup && a.outPerGroup === b.outPerGroup;
}
