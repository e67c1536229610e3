// Proof from the weights alone: batch norms remember what passed through them, and the weights must agree with that.
// Read first: docs/self-check.md, then selfcheck/places.ts and selfcheck/slices.ts.
import type { Model } from '../network/model.js';
import { damagedLayers } from './selfcheck/damage.js';
import type { Finding } from './selfcheck/findings.js';
import { type MeansEvidence, readingFindings, testMeans } from './selfcheck/means.js';
import { type MeanPlace, meanPlaces } from './selfcheck/places.js';
import { decideShuffle, type ShuffleDecision, shuffleFindings } from './selfcheck/shuffle.js';
import { shufflePlaces } from './selfcheck/shuffle-places.js';
import { decideSlices, type SlicesDecision } from './selfcheck/slices.js';
import { statisticsFindings } from './selfcheck/statistics.js';
import { whatItCannot, whatItShows } from './selfcheck/words.js';

export type { Finding } from './selfcheck/findings.js';
export type { SlicesDecision } from './selfcheck/slices.js';

/**
 * What the weights say about themselves. `consistent`: what can be checked holds. `inconsistent`: something is wrong.
 * `no evidence`: nothing in the file can be checked, which says nothing about it. Never `pass`: see `cannotShow`.
 */
export type SelfCheckVerdict = 'consistent' | 'inconsistent' | 'no evidence';

/** The outcome of a self-check. */
export interface SelfCheck {
  readonly verdict: SelfCheckVerdict;
  readonly means: MeansEvidence;
  readonly slices: SlicesDecision;
  readonly shuffle: ShuffleDecision;
  readonly findings: readonly Finding[];
  /** What holds, as sentences. */
  readonly shows: readonly string[];
  /** What a file's weights can never tell, and what this file's do not. */
  readonly cannotShow: readonly string[];
}

/**
 * Checks a model against its own statistics. Needs no input and runs nothing; how its slices are set does not matter.
 * `known` is what `slicesFromWeights` says of it, for those who have asked already.
 */
export function selfCheck(model: Model, known?: SlicesDecision): SelfCheck {
  const places = meanPlaces(model);
  const slices = known ?? slicesFromWeights(model, places);
  const { means, test } = testMeans(places, slices);
  const shuffle = decideShuffle(shufflePlaces(model));
  const findings = [
    ...readingFindings(places, means),
    ...(means.holds ? damagedLayers(places, means.reading, test.places) : []),
    ...shuffleFindings(shuffle),
    ...statisticsFindings(model),
  ];
  const decisions = { means, slices, shuffle };
  return {
    verdict: verdictOf(means.holds || shuffle.decision !== 'undecided', findings),
    ...decisions,
    findings,
    shows: whatItShows(decisions),
    cannotShow: whatItCannot(decisions),
  };
}

/** The slices a model's weights were trained with, `undecided` where they do not tell. */
export function slicesFromWeights(model: Model, places: readonly MeanPlace[] = meanPlaces(model)): SlicesDecision {
  return decideSlices(
    places,
    model.network.layers.some(({ op }) => op === 'Slice'),
  );
}

function verdictOf(evidence: boolean, findings: readonly Finding[]): SelfCheckVerdict {
  if (findings.some(({ kind }) => kind === 'fault')) return 'inconsistent';
  return evidence ? 'consistent' : 'no evidence';
}
