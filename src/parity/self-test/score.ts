// What became of all that was planted, counted, and whether that is enough.
import type { Planted } from './plant.js';

/** Of what is caught, so much must be called what it is. */
const LEAST_NAMED = 0.95;

/** Counts of the planted known causes, and of the faults that no cause describes. */
export interface Score {
  readonly verdict: 'pass' | 'fail';
  readonly causes: Counts;
  readonly unknown: Counts;
  /** Of the known causes that are caught, those named, or named by their equal: 0 to 1; null where none is caught. */
  readonly share: number | null;
}

/** How many were planted, and what became of them. */
export interface Counts {
  readonly planted: number;
  readonly hidden: number;
  readonly missed: number;
  readonly caught: number;
  readonly named: number;
  readonly equal: number;
  readonly misnamed: number;
}

/**
 * `pass`: no false alarm, nothing missed that can be seen, no fault without a cause given one, and of the rest at least
 * 95 % called what they are.
 */
export function score(planted: readonly Planted[], falseAlarms: readonly string[]): Score {
  const causes = countsOf(planted.filter(({ cause }) => cause !== null));
  const unknown = countsOf(planted.filter(({ cause }) => cause === null));
  const share = causes.caught === 0 ? null : (causes.named + causes.equal) / causes.caught;
  const sound = falseAlarms.length + causes.missed + unknown.missed + unknown.misnamed === 0;
  return { verdict: sound && (share ?? 0) >= LEAST_NAMED ? 'pass' : 'fail', causes, unknown, share };
}

function countsOf(planted: readonly Planted[]): Counts {
  const count = (of: Planted['outcome']): number => planted.filter(({ outcome }) => outcome === of).length;
  const [hidden, missed, named, equal, misnamed] = [
    count('hidden'),
    count('missed'),
    count('named'),
    count('equal'),
    count('misnamed'),
  ];
  return { planted: planted.length, hidden, missed, caught: named + equal + misnamed, named, equal, misnamed };
}
