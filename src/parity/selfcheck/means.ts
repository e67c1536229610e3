// Whether a network's weights predict its moving means, and under which reading of its grouped convolutions.
// Read first: slices.ts, which decides between the two readings that honest files have.
import type { Finding } from './findings.js';
import { againstRandomOrders, type ReadingTest } from './orders.js';
import type { MeanPlace } from './places.js';
import { type Reading, rmsOver } from './readings.js';
import { LEAST_RATIO, type SlicesDecision, standsOut } from './slices.js';

/** How well the weights predict the moving means, over every place where they must. */
export interface MeansEvidence {
  readonly layers: number;
  /** The reading under which they do; `own` when under none. */
  readonly reading: Reading;
  /** Root mean square of the difference, in moving deviations; null without such a place. */
  readonly rms: number | null;
  /** How far it stands out from random channel orders, in their standard deviations. */
  readonly sigma: number | null;
  /** Whether it stands out far enough to be believed. */
  readonly holds: boolean;
}

/** The evidence, and each place held against random orders. */
export interface MeansTest {
  readonly means: MeansEvidence;
  readonly test: ReadingTest;
}

/** Tests the reading that was decided; where none was, the mistakes that make a whole file miss. */
export function testMeans(places: readonly MeanPlace[], { decision }: SlicesDecision): MeansTest {
  if (places.length === 0) return NO_PLACES;
  const first = testReading(places, decision === 'undecided' ? 'own' : decision);
  if (decision !== 'undecided' && first.means.holds) return first;
  const mistakes = (['reversed', 'transposed'] as const).map((reading) => testReading(places, reading));
  const found = mistakes.find(({ means, test }) => means.holds && test.miss * LEAST_RATIO <= first.test.miss);
  return found ?? { ...first, means: { ...first.means, holds: false } };
}

const NO_PLACES: MeansTest = {
  means: { layers: 0, reading: 'own', rms: null, sigma: null, holds: false },
  test: { total: { value: 0, random: 0, sigma: 0, best: false }, places: [], miss: 1 },
};

function testReading(places: readonly MeanPlace[], reading: Reading): MeansTest {
  const test = againstRandomOrders(places, reading);
  const { total } = test;
  const rms = rmsOver(places, reading);
  return { means: { layers: places.length, reading, rms, sigma: total.sigma, holds: standsOut(total) }, test };
}

/** Readings that no honest network has. */
export function readingFindings(places: readonly MeanPlace[], { reading, rms, sigma }: MeansEvidence): Finding[] {
  if (reading !== 'reversed' && reading !== 'transposed') return [];
  const layers = places.map(({ layer }) => layer);
  return [{ ...MISTAKES[reading], kind: 'fault', layers, evidence: { rms: rms!, sigma: sigma! } }];
}

const MISTAKES = {
  reversed: {
    id: 'slices-reversed',
    words:
      'The groups fit their statistics only when the first reads the last slice, the last the first: the network was trained with its slices in reverse, which is not what it computes here.',
  },
  transposed: {
    id: 'kernels-transposed',
    words:
      'The kernels fit their statistics only when their values are read as (out, in): they were stored transposed.',
  },
};
