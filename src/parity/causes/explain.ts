// The search for causes: each layer at fault, run again under each known mistake; what makes the error vanish is its
// cause. Read first: cause.ts, fit.ts.
import type { Model } from '../../network/model.js';
import type { Cause, Failure } from '../judge.js';
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
 * big networks the first failures are looked into, and of the others what the first have. A null cause means that none
 * was found. `effort` is the part of the usual work to spend.
 */
export function explainFailures(
  model: Pick<Model, 'network' | 'weights'>,
  material: WalkMaterial,
  failures: readonly Failure[],
  effort = 1,
): Failure[] {
  const meter: Meter = { left: WORK * effort };
  const explained = new Map<Failure, readonly Explanation[]>();
  const known = new Set<KnownCause>();
  for (const failure of failures) {
    if (meter.left <= 0) break;
    const found = explanationsOf(model, material, failure, known, meter);
    for (const { cause } of found) known.add(cause);
    explained.set(failure, found);
  }
  const counts = countOf([...explained.values()]);
  const causes = failures.map((failure) => chosen(explained.get(failure) ?? [], counts));
  const others = otherWeights(model, material, failures, causes);
  return failures.map((failure, i) => ({ ...failure, cause: causes[i] ?? others.get(failure) ?? failure.cause }));
}

/** What explains one failure: of the causes found before, and where none of those does, of all. */
function explanationsOf(
  model: Pick<Model, 'network' | 'weights'>,
  material: WalkMaterial,
  failure: Failure,
  known: ReadonlySet<KnownCause>,
  total: Meter,
): Explanation[] {
  const segment = segmentOf(model, material, failure.layer);
  const freely = failure.check === 'free-run';
  // By a stated tolerance a layer fails for what it inherits, too.
  if (!freely && agrees(segment)) return [];
  const judgement = judgementOf(segment, freely);
  const meter: Meter = { left: Math.min(total.left, WORK_PER_FAILURE) };
  const before = meter.left;
  const again = search(segment, [...known], judgement, meter);
  const others = COMMONEST_FIRST.filter((cause) => !known.has(cause));
  const found = again.length > 0 ? again : search(segment, others, judgement, meter);
  total.left -= before - meter.left;
  return found;
}

function search(segment: Segment, causes: readonly KnownCause[], judgement: Judgement, meter: Meter): Explanation[] {
  return causes.flatMap((cause): Explanation[] => {
    const fitting: Explanation[] = [];
    for (const variation of cause.variations(segment)) {
      if (meter.left <= 0) break;
      const share = shareUsed(segment, variation, judgement, meter);
      if (share !== undefined) fitting.push({ cause, words: variation.words, fix: variation.fix, share });
    }
    const best = bestOf(fitting);
    return best === undefined ? [] : [best];
  });
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
