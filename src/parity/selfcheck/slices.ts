// Which slices the groups read when the network was trained, told by its batch norms' moving means.
// Read first: places.ts, readings.ts, orders.ts.
import { plural } from '../../core/text.js';
import { againstRandomOrders, type ReadingTest } from './orders.js';
import { type MeanPlace, readsLastOnly } from './places.js';
import type { OrderTest } from './random.js';
import { READINGS, type Reading, rmsOver } from './readings.js';

/** Least distance from random channel orders, in their standard deviations, for a reading to be believed. */
const LEAST_SIGMA = 5;

/** How many times less of the moving means a reading must leave unexplained than the other. */
export const LEAST_RATIO = 1.5;

/** The numbers behind a decision about slices, and the same in words. */
export interface SlicesEvidence {
  /** Grouped convolutions between two batch norms; 0 where the network has one group. */
  readonly layers: number;
  readonly channels: number;
  /** Root mean square of (W beta - moving mean) / sqrt(moving variance), over all channels, by reading. */
  readonly rms: Readonly<Record<Reading, number>> | null;
  /** How far each stands out from random channel orders, in their standard deviations. */
  readonly sigma: { readonly own: number; readonly last: number } | null;
  /** How many times less the better of `own` and `last` leaves unexplained, on the channels that tell them apart. */
  readonly ratio: number | null;
  /** Of those layers, how many have only the last slice of their input trained: the others' scale is as it began. */
  readonly unread: number;
  readonly words: string;
}

/** A decision about slices, or none. */
export interface SlicesDecision {
  readonly decision: 'own' | 'last' | 'undecided';
  readonly evidence: SlicesEvidence;
}

/**
 * Decides between `own` and `last`: `undecided` unless one stands out from random channel orders by `LEAST_SIGMA` and
 * explains more than the other by `LEAST_RATIO`, or only the last slices were ever trained. `sliced`: whether the
 * network has slices at all.
 */
export function decideSlices(places: readonly MeanPlace[], sliced: boolean): SlicesDecision {
  const grouped = places.filter(({ groups }) => groups > 1);
  if (!sliced) return { decision: 'own', evidence: nothing('One group: there are no slices to read.') };
  if (grouped.length === 0)
    return { decision: 'undecided', evidence: nothing('No grouped convolution lies between two batch norms.') };
  const tests = { own: againstRandomOrders(grouped, 'own'), last: againstRandomOrders(grouped, 'last') };
  const rms = Object.fromEntries(READINGS.map((reading) => [reading, rmsOver(grouped, reading)]));
  const numbers = {
    layers: grouped.length,
    channels: grouped.reduce((sum, { mean }) => sum + mean.length, 0),
    rms: rms as Record<Reading, number>,
    sigma: { own: tests.own.total.sigma, last: tests.last.total.sigma },
    ratio: Math.max(tests.own.miss / tests.last.miss, tests.last.miss / tests.own.miss),
    unread: grouped.filter(readsLastOnly).length,
  };
  const decision = together(fromMeans(tests, numbers.ratio), numbers.unread === numbers.layers);
  return { decision, evidence: { ...numbers, words: inWords(decision, numbers) } };
}

type Tests = Readonly<Record<'own' | 'last', ReadingTest>>;

function fromMeans(tests: Tests, ratio: number): SlicesDecision['decision'] {
  const closer = tests.own.miss <= tests.last.miss ? 'own' : 'last';
  return standsOut(tests[closer].total) && ratio >= LEAST_RATIO ? closer : 'undecided';
}

/** Two witnesses that contradict each other decide nothing. */
function together(means: SlicesDecision['decision'], lastOnly: boolean): SlicesDecision['decision'] {
  if (!lastOnly) return means;
  return means === 'own' ? 'undecided' : 'last';
}

/** Whether a reading is better than every random order tried, and by far. */
export function standsOut({ sigma, best }: OrderTest): boolean {
  return best && sigma >= LEAST_SIGMA;
}

function nothing(words: string): SlicesEvidence {
  return { layers: 0, channels: 0, rms: null, sigma: null, ratio: null, unread: 0, words };
}

type Numbers = Omit<SlicesEvidence, 'words' | 'rms' | 'sigma' | 'ratio'> & {
  readonly rms: Readonly<Record<Reading, number>>;
  readonly sigma: Readonly<Record<'own' | 'last', number>>;
  readonly ratio: number;
};

function inWords(decision: SlicesDecision['decision'], { layers, rms, sigma, ratio, unread }: Numbers): string {
  const off = (['own', 'last'] as const).map(
    (reading) =>
      `with ${reading} slices they miss by ${rms[reading].toPrecision(3)} deviations (${sigma[reading].toFixed(1)} sigma from random channel orders)`,
  );
  const means = `In ${plural(layers, 'grouped convolution')} the weights predict the moving means: ${off.join(', ')}.`;
  const untouched = `Before ${unread} of them only the last slice was ever trained.`;
  const asked = `${LEAST_SIGMA} sigma and ${LEAST_RATIO} times less left unexplained are asked for (found: ${ratio.toPrecision(3)} times).`;
  return [means, ...(unread > 0 ? [untouched] : []), ...(decision === 'undecided' ? [asked] : [])].join(' ');
}
