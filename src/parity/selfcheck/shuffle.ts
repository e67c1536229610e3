// Whether the channels were shuffled when the network was trained, told by its batch norms' moving means.
// Read first: shuffle-places.ts.

import { plural } from '../../core/text.js';
import { shuffleOrder as articleOrder } from '../../network/shuffle-order.js';
import type { Finding } from './findings.js';
import { identityOrder, type OrderTest, orderTest, randomOrder, seededRandom } from './random.js';
import { depthwiseSums, type ShufflePlace } from './shuffle-places.js';

/** Ways to order the channels: the article's shuffle, none at all, and the article's undone. */
export type Shuffle = 'article' | 'none' | 'inverse';

/**
 * Least distance from random orders, in their standard deviations, for an order to be believed. What the article does
 * is believed sooner than what would make the file wrong.
 */
const LEAST_SHUFFLE_SIGMA: Readonly<Record<Shuffle, number>> = { article: 4, none: 5, inverse: 5 };

/** Random orders tried: the true one would be the best of so many by luck once in a thousand times. */
const SHUFFLE_ORDERS = 999;

/** Squared inputs tried for the borders' sake; what lies between two of them has nearly the same borders. */
const SIZES = [28, 32, 36, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 448];

/** Orders tried for each size: only a mean is needed of them. */
const SIZE_ORDERS = 20;

/** The numbers behind a decision about the shuffle, and the same in words. */
export interface ShuffleEvidence {
  readonly layers: number;
  readonly channels: number;
  /** How far each stands out from random orders, in their standard deviations. */
  readonly sigma: Readonly<Record<Shuffle, number>> | null;
  /** Input size whose borders fit best, told by random orders alone so that it favours none. */
  readonly size: number | null;
  readonly words: string;
}

/** A decision about the shuffle, or none. */
export interface ShuffleDecision {
  readonly decision: Shuffle | 'undecided';
  readonly evidence: ShuffleEvidence;
}

/** Decides which order the channels had; `undecided` unless one alone stands out from random orders. */
export function decideShuffle(places: readonly ShufflePlace[]): ShuffleDecision {
  if (places.length === 0) return nothingToDecide();
  const size = bestSize(places);
  const sums = places.map((place) => depthwiseSums(place, size));
  const random = seededRandom(2);
  const drawn = Array.from({ length: SHUFFLE_ORDERS }, () =>
    nearness(places, sums, ({ mean }) => randomOrder(mean.length, random)),
  );
  const test = (shuffle: Shuffle): OrderTest =>
    orderTest(
      nearness(places, sums, (place) => shuffleOrder(shuffle, place)),
      drawn,
    );
  const tests = { article: test('article'), none: test('none'), inverse: test('inverse') };
  const decision = theOneThatStandsOut(tests);
  const channels = places.reduce((sum, { mean }) => sum + mean.length, 0);
  return {
    decision,
    evidence: {
      layers: places.length,
      channels,
      sigma: { article: tests.article.sigma, none: tests.none.sigma, inverse: tests.inverse.sigma },
      size,
      words: inWords(places.length, decision, tests),
    },
  };
}

/** `order[c]` is the channel before the shuffle that lands in place `c`. */
export function shuffleOrder(shuffle: Shuffle, { groups, mean }: Pick<ShufflePlace, 'groups' | 'mean'>): Uint32Array {
  const channels = mean.length;
  if (shuffle === 'none') return identityOrder(channels);
  // The article reads (groups, n) with n outside; undoing it reads (n, groups) with groups outside.
  return Uint32Array.from(articleOrder(channels, shuffle === 'article' ? groups : channels / groups));
}

/** How near the predictions come to the moving means: the mean over all channels of -|difference|, in deviations. */
function nearness(
  places: readonly ShufflePlace[],
  sums: readonly Float64Array[],
  orderOf: (place: ShufflePlace) => Uint32Array,
): number {
  let [total, channels] = [0, 0];
  places.forEach((place, i) => {
    const { before, bias, mean, unit } = place;
    const order = orderOf(place);
    for (let c = 0; c < mean.length; c++) {
      total -= Math.abs(before[order[c]!]! * sums[i]![c]! + bias[c]! - mean[c]!) / unit[c]!;
    }
    channels += mean.length;
  });
  return total / channels;
}

/** The size at which random orders come closest: borders matter to them as they do to the true one. */
function bestSize(places: readonly ShufflePlace[]): number {
  const scored = SIZES.map((size) => {
    const sums = places.map((place) => depthwiseSums(place, size));
    const random = seededRandom(3);
    let total = 0;
    for (let k = 0; k < SIZE_ORDERS; k++) {
      total += nearness(places, sums, ({ mean }) => randomOrder(mean.length, random));
    }
    return { size, total };
  });
  return scored.reduce((a, b) => (b.total > a.total ? b : a)).size;
}

function theOneThatStandsOut(tests: Readonly<Record<Shuffle, OrderTest>>): Shuffle | 'undecided' {
  const [first, second] = (['article', 'none', 'inverse'] as const).toSorted((a, b) => tests[b].sigma - tests[a].sigma);
  const { sigma, best } = tests[first!];
  return best && sigma >= LEAST_SHUFFLE_SIGMA[first!] && tests[second!].sigma <= sigma / 3 ? first! : 'undecided';
}

/** A shuffle other than the article's: the network would compute something else than was trained. */
export function shuffleFindings({ decision, evidence }: ShuffleDecision): Finding[] {
  if (decision === 'article' || decision === 'undecided') return [];
  const id = decision === 'none' ? 'shuffle-missing' : 'shuffle-inverse';
  return [{ id, kind: 'fault', layers: [], words: evidence.words, evidence: { ...evidence.sigma! } }];
}

function nothingToDecide(): ShuffleDecision {
  const words = 'No channel shuffle of more than one group lies between batch norm, relu and depthwise convolution.';
  return { decision: 'undecided', evidence: { layers: 0, channels: 0, sigma: null, size: null, words } };
}

function inWords(
  layers: number,
  decision: ShuffleDecision['decision'],
  { article, none, inverse }: Readonly<Record<Shuffle, OrderTest>>,
): string {
  const show = ({ sigma }: OrderTest): string => `${sigma.toFixed(1)} sigma`;
  const numbers = `Over ${plural(layers, 'shuffle')}, held against ${SHUFFLE_ORDERS} random channel orders, the article's stands out by ${show(article)}, none by ${show(none)}, the inverse by ${show(inverse)}`;
  return decision === 'undecided'
    ? `${numbers}; ${LEAST_SHUFFLE_SIGMA.article} are asked for of the article's, ${LEAST_SHUFFLE_SIGMA.none} of the others.`
    : `${numbers}: the weights were trained with ${NAMES[decision]}.`;
}

const NAMES: Readonly<Record<Shuffle, string>> = {
  article: "the article's channel shuffle",
  none: 'no channel shuffle',
  inverse: 'the inverse of the channel shuffle',
};
