// The cause that no single layer shows: the reference was made with other weights, so that every layer that has some
// is off and no other is.
import type { Model } from '../../network/model.js';
import type { Cause, Failure } from '../judge.js';
import type { WalkMaterial } from '../walk.js';

/** Fewer layers with weights than this, recorded, are no evidence. */
const LEAST_LAYERS = 4;

/** All but so many of the layers with weights are off: a share of them may have been frozen. */
const MOST = 0.75;

/**
 * What to say of the failures without a cause of their own: nothing, unless nearly all recorded layers with weights are
 * off without one, and none without weights is. Each is checked from its recorded inputs, so that they do not infect
 * each other.
 */
export function otherWeights(
  { network }: Pick<Model, 'network'>,
  { recorded }: WalkMaterial,
  failures: readonly Failure[],
  causes: readonly (Cause | null)[],
): ReadonlyMap<Failure, Cause> {
  const weighted = weightedLayers(network, recorded);
  const unexplained = failures.filter((failure, i) => causes[i] === null && failure.check === 'own');
  const off = unexplained.filter(({ layer }) => weighted.has(layer));
  const enough = weighted.size >= LEAST_LAYERS && off.length >= MOST * weighted.size;
  if (!enough || off.length < failures.length) return new Map();
  const cause = {
    id: 'weights-other',
    words: `The reference was made with other weights: ${off.length} of ${weighted.size} recorded layers that depend on weights are off, each from its recorded inputs and without a structure, and no layer without weights is.`,
    fix: 'Compare with the checkpoint that the reference was recorded from (another epoch, another run), or record it again from this one.',
  };
  return new Map(off.map((failure) => [failure, cause]));
}

/** Recorded layers that have weights, or join what unrecorded layers with weights give. */
function weightedLayers({ layers }: Model['network'], recorded: WalkMaterial['recorded']): ReadonlySet<string> {
  const weighted = new Set<string>();
  for (const { name, inputs, weights } of layers) {
    const inherits = inputs.some((input) => weighted.has(input) && !recorded.has(input));
    if (Object.keys(weights).length > 0 || inherits) weighted.add(name);
  }
  return new Set([...weighted].filter((name) => recorded.has(name)));
}
