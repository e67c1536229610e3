// The search for causes: each layer at fault, run again under each known mistake; what makes the error vanish is its
// cause. Read first: cause.ts, fit.ts.
import type { Model } from '../../network/model.js';
import type { Cause, CauseSearch, Failure } from '../judge.js';
import { type Meter, type Segment, segmentOf } from '../segment.js';
import type { WalkMaterial } from '../walk.js';
import type { KnownCause } from './cause.js';
import { agrees, type Judgement, judgementOf, shareUsed } from './fit.js';
import { otherWeights } from './other-weights.js';
import { KNOWN_CAUSES } from './registry.js';

/** A mistake that explains a failure, every value of it. */
interface Explanation {
  readonly cause: KnownCause;
  readonly words: string;
  readonly fix: string;
  /** Largest share of what float32 may be off by that a value still uses. */
  readonly share: number;
}

/** On big networks the work runs out: what is met most often is tried before it does. */
const COMMONEST_FIRST = KNOWN_CAUSES.toSorted((a, b) => b.prior - a.prior);

/** Multiply-adds to spend on one failure, and on all: half a second and two at the evaluator's pace, about. */
const WORK_PER_FAILURE = 2e8;
const WORK = 8e8;

/**
 * The failures in the same order, each with its cause where one is known that explains it whole. Work is bounded: on
 * big networks the first failures are looked into, and of the others what the first have; each says how far it came.
 * `effort` is the part of the usual work to spend.
 */
export function explainFailures(
  model: Pick<Model, 'network' | 'weights'>,
  material: WalkMaterial,
  failures: readonly Failure[],
  effort = 1,
): Failure[] {
  const meter: Meter = { left: WORK * effort };
  const searched = new Map<Failure, Searched>();
  const known = new Set<KnownCause>();
  for (const failure of failures) {
    if (meter.left <= 0) break;
    const each = WORK_PER_FAILURE * Math.max(1, effort);
    const result = explanationsOf(model, material, failure, known, meter, each);
    for (const { cause } of result.found) known.add(cause);
    searched.set(failure, result);
  }
  const counts = countOf([...searched.values()].map(({ found }) => found));
  const causes = failures.map((failure) => chosen(searched.get(failure)?.found ?? [], counts));
  const others = otherWeights(model, material, failures, causes);
  return failures.map((failure, i) => ({
    ...failure,
    cause: causes[i] ?? others.get(failure) ?? failure.cause,
    causeSearch: searched.has(failure) ? searched.get(failure)!.search : NOT_REACHED,
  }));
}

/** What was found for one failure, and how far it was looked for. */
interface Searched {
  readonly found: readonly Explanation[];
  readonly search: CauseSearch | null;
}

const NOT_REACHED: CauseSearch = { state: 'stopped', tried: 0, of: KNOWN_CAUSES.length };

/** Effort without a limit that anybody would wait for. */
export const ALL_EFFORT = 1e6;

/** What explains one failure: of the causes found before, and where none of those does, of all. */
function explanationsOf(
  model: Pick<Model, 'network' | 'weights'>,
  material: WalkMaterial,
  failure: Failure,
  known: ReadonlySet<KnownCause>,
  total: Meter,
  most: number,
): Searched {
  const segment = segmentOf(model, material, failure.layer);
  // The input gives what it is given: nothing in it can be changed.
  if (segment.target.op === 'InputLayer') return { found: [], search: null };
  const freely = failure.check === 'free-run';
  // By a stated tolerance a layer fails for what it inherits, too.
  if (!freely && agrees(segment)) return { found: [], search: null };
  const judgement = judgementOf(segment, freely);
  const meter: Meter = { left: Math.min(total.left, most) };
  const before = meter.left;
  const again = search(segment, [...known], judgement, meter);
  const others = again.found.length > 0 ? [] : COMMONEST_FIRST.filter((cause) => !known.has(cause));
  const anew = search(segment, others, judgement, meter);
  total.left -= before - meter.left;
  const tried = again.tried + anew.tried;
  const state = tried < known.size + others.length ? 'stopped' : 'complete';
  return { found: [...again.found, ...anew.found], search: { state, tried, of: KNOWN_CAUSES.length } };
}

/** The causes that fit, and how many were tried to the end before the work was spent. */
function search(segment: Segment, causes: readonly KnownCause[], judgement: Judgement, meter: Meter) {
  let tried = causes.length;
  const found = causes.flatMap((cause): Explanation[] => {
    const fitting: Explanation[] = [];
    for (const variation of cause.variations(segment)) {
      if (meter.left <= 0) {
        tried--;
        break;
      }
      const share = shareUsed(segment, variation, judgement, meter);
      if (share !== undefined) fitting.push({ cause, words: variation.words, fix: variation.fix, share });
    }
    const best = bestOf(fitting);
    return best === undefined ? [] : [best];
  });
  return { found, tried };
}

/** A share is better than another when it is less than half of it; honest roundings differ by that much. */
const CLEARLY_BETTER = 0.5;

/** The first, unless a later one leaves clearly less. */
function bestOf(fitting: readonly Explanation[]): Explanation | undefined {
  return fitting.reduce<Explanation | undefined>(
    (best, next) => (best === undefined || next.share < CLEARLY_BETTER * best.share ? next : best),
    undefined,
  );
}

/** How many failures each cause explains. */
function countOf(all: readonly (readonly Explanation[])[]): ReadonlyMap<KnownCause, number> {
  const counts = new Map<KnownCause, number>();
  for (const { cause } of all.flat()) counts.set(cause, (counts.get(cause) ?? 0) + 1);
  return counts;
}

/** An explanation that leaves so many times less than another makes that one a chance fit to a loose bound. */
const CHANCE = 20;

/** What is met so many times less often than another is not worth a word beside it. */
const RARER = 4;

/** Of several, the one that explains most of the failures, then the one met most often; the next is told beside it. */
function chosen(explanations: readonly Explanation[], counts: ReadonlyMap<KnownCause, number>): Cause | null {
  const least = Math.min(...explanations.map(({ share }) => share));
  const [best, next] = explanations
    .filter(({ share }) => share <= CHANCE * least || share === least)
    .toSorted((a, b) => counts.get(b.cause)! - counts.get(a.cause)! || b.cause.prior - a.cause.prior);
  if (best === undefined) return null;
  const tie =
    next !== undefined &&
    counts.get(next.cause) === counts.get(best.cause) &&
    next.cause.prior * RARER >= best.cause.prior;
  const words = tie ? `${best.words}; or, which explains it as well: ${lowered(next.words)}.` : `${best.words}.`;
  return { id: best.cause.id, words, fix: best.fix };
}

const lowered = (words: string): string => words.charAt(0).toLowerCase() + words.slice(1);
