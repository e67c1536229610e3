// Where maps lie in memory. Two that are never needed at one time may lie in one place. Read first: schedule.ts.
import { bytesOf } from './layout.js';
import { type Chain, readsOf } from './schedule.js';
import { root, type Store } from './stores.js';

/** Addresses are multiples of this: a cache line. */
export const ALIGNMENT = 64;

/** When a map is needed, as numbers of chains. */
interface Span {
  readonly store: Store;
  readonly bytes: number;
  first: number;
  last: number;
}

/** Maps in memory. */
export interface Arena {
  readonly addresses: ReadonlyMap<Store, number>;
  /** The first address behind them. */
  readonly end: number;
}

/** `bytes`, rounded up to whole cache lines. */
export const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** Places every map at or after `begin`. The largest first, each as low as it can be. */
export function arena(chains: readonly Chain[], input: Store, begin: number): Arena {
  const spans = spansOf(chains, input).sort((a, b) => b.bytes - a.bytes);
  const placed: (Span & { readonly address: number })[] = [];
  for (const span of spans) {
    const beside = placed.filter((other) => other.first <= span.last && span.first <= other.last);
    placed.push({ ...span, address: lowest(beside, span.bytes, begin) });
  }
  const end = Math.max(begin, ...placed.map(({ address, bytes }) => address + bytes));
  return { addresses: new Map(placed.map(({ store, address }) => [store, address])), end };
}

function spansOf(chains: readonly Chain[], input: Store): Span[] {
  const spans = new Map<Store, Span>();
  const need = (store: Store, when: number): void => {
    const span = spans.get(store) ?? { store, bytes: aligned(bytesOf(store)), first: when, last: when };
    spans.set(store, span);
    span.first = Math.min(span.first, store.stays ? 0 : when);
    span.last = Math.max(span.last, store.stays ? chains.length : when);
  };
  need(input, 0);
  chains.forEach(({ tasks }, when) => {
    for (const task of tasks) for (const store of [...readsOf(task), root(task.output.store)]) need(store, when);
  });
  return [...spans.values()];
}

function lowest(beside: readonly { address: number; bytes: number }[], bytes: number, begin: number): number {
  const candidates = [begin, ...beside.map((other) => other.address + other.bytes)].sort((a, b) => a - b);
  const free = (address: number) =>
    beside.every((other) => address + bytes <= other.address || other.address + other.bytes <= address);
  return candidates.find(free)!;
}
