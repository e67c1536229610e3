// The permutation detective: in which order channels were put, recovered from their values, and told in words.
import { shuffleOrder } from '../../network/shuffle-order.js';

/** `order[c]` is the channel that stands in the place of channel `c`. */
export type Order = readonly number[];

/**
 * The order in which `fits(order[c], c)` holds for every channel `c`; undefined where there is none. Channels without a
 * difference (those a relu has emptied) leave a choice: an order that has a name is taken, then what stays in place.
 */
export function recoverOrder(
  channels: number,
  fits: (from: number, to: number) => boolean,
  likely: Iterable<Order> = namedOrders(channels),
): Order | undefined {
  for (const order of likely) if (order.every((from, to) => fits(from, to))) return order;
  const order = Array.from({ length: channels }, (_, c) => (fits(c, c) ? c : undefined));
  const taker = new Map(order.flatMap((from, to) => (from === undefined ? [] : [[from, to] as const])));
  for (const [to, from] of order.entries()) {
    if (from === undefined && !takes(to, channels, fits, { order, taker, asked: new Set() })) return undefined;
  }
  return order as number[];
}

/** What stands where by now, the place of each channel that is taken, and the channels that were asked for already. */
interface Matching {
  readonly order: (number | undefined)[];
  readonly taker: Map<number, number>;
  readonly asked: Set<number>;
}

/** Finds a channel for the place `to`; where all that fit are taken, one whose place another fits as well (Kuhn). */
function takes(to: number, channels: number, fits: (from: number, to: number) => boolean, found: Matching): boolean {
  const { order, taker, asked } = found;
  const all = Array.from({ length: channels }, (_, c) => c);
  const take = (from: number): true => {
    order[to] = from;
    taker.set(from, to);
    return true;
  };
  const free = all.find((from) => !taker.has(from) && fits(from, to));
  if (free !== undefined) return take(free);
  for (const from of all) {
    if (asked.has(from) || !fits(from, to)) continue;
    asked.add(from);
    if (takes(taker.get(from)!, channels, fits, found)) return take(from);
  }
  return false;
}

/** Orders that programs make: all shuffles, the reverse, all rotations. */
export function namedOrders(channels: number): Order[] {
  const all = Array.from({ length: channels }, (_, c) => c);
  return [
    ...divisors(channels).map((groups) => shuffleOrder(channels, groups)),
    all.toReversed(),
    ...all.slice(1).map((by) => all.map((c) => (c + by) % channels)),
  ];
}

const same = (a: readonly number[], b: readonly number[]): boolean => a.every((value, i) => value === b[i]);

/** What an order of channels is called: `reversed`, `channels 3 and 5 exchanged`, `shuffled with 4 groups`. */
export function describeOrder(order: Order): string {
  const c = order.length;
  const all = Array.from({ length: c }, (_, i) => i);
  const moves = all.filter((i) => order[i] !== i);
  if (moves.length === 0) return 'as they are';
  if (moves.length === 2) return `channels ${moves[0]} and ${moves[1]} exchanged`;
  if (same(order, all.toReversed())) return 'reversed';
  const by = order[0]!;
  if (order.every((from, i) => from === (i + by) % c)) return `rotated by ${by} (channel 0 is channel ${by})`;
  const groups = divisors(c).find((g) => same(order, shuffleOrder(c, g)));
  if (groups !== undefined) return `shuffled with ${groups} groups`;
  return blocks(order) ?? cycles(order, moves);
}

/** Divisors that make a shuffle: neither 1 nor all. */
export function divisors(n: number): number[] {
  return Array.from({ length: Math.max(0, n - 2) }, (_, i) => i + 2).filter((d) => n % d === 0);
}

/** Groups of neighbours that move as a whole. */
function blocks(order: Order): string | undefined {
  const c = order.length;
  for (const count of divisors(c)) {
    const size = c / count;
    const whole = order.every(
      (from, i) => from - (i % size) === order[i - (i % size)] && order[i - (i % size)]! % size === 0,
    );
    if (!whole) continue;
    const inBlocks = Array.from({ length: count }, (_, b) => order[b * size]! / size);
    return `in blocks of ${size}: ${describeOrder(inBlocks).replace('channels', 'blocks').replace('channel', 'block')}`;
  }
  return undefined;
}

/** Moves told one by one before the rest is left out. */
const MOST_MOVES = 6;

function cycles(order: Order, moves: Order): string {
  const told = moves.slice(0, MOST_MOVES).map((i) => `${i} is ${order[i]}`);
  return `in an order without a name (${told.join(', ')}${moves.length > MOST_MOVES ? ', …' : ''})`;
}
