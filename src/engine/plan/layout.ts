// What places mean in bytes: the lane of every channel, the step from pixel to pixel. Read first: places.ts, rulers.ts.

import { LANES, lanesOf } from './rulers.js';
import { root, type Store } from './stores.js';

/** Bytes of a float32. */
export const FLOAT = 4;

/** A map's form in memory. */
export interface Layout {
  /** The lane of each of the store's channels, counted from the store's first. */
  readonly lanes: Int32Array;
  /** Vectors of a pixel's channels; of a flat map, those that are begun. */
  readonly vectors: number;
  /** Bytes from the root's first lane to the store's. */
  readonly begin: number;
  /** Bytes from pixel to pixel and from row to row. */
  readonly step: number;
  readonly rowStep: number;
}

/** Every task asks for the layouts of its maps. */
const known = new WeakMap<Store, Layout>();

/** The layout of a store, once all places are known. */
export function layoutOf(store: Store): Layout {
  const layout = known.get(store) ?? makeLayout(store);
  known.set(store, layout);
  return layout;
}

function makeLayout(store: Store): Layout {
  const { lanes, width } = store.flat ? flatLanes(store) : lanesOf(store.channels);
  const vectors = Math.ceil(width / LANES);
  const { left, right } = store.border;
  if (store.within === undefined) {
    const step = width * FLOAT;
    return { lanes, vectors, begin: 0, step, rowStep: step * (left + store.width + right) };
  }
  const outer = layoutOf(store.within.store);
  const begin = outer.begin + FLOAT * outer.lanes[store.within.from]!;
  return { lanes, vectors, begin, step: outer.step, rowStep: outer.rowStep };
}

function flatLanes({ channels: { length } }: Store): { lanes: Int32Array; width: number } {
  return { lanes: Int32Array.from({ length }, (_, c) => c), width: length };
}

/** Bytes that a map takes, its border included. */
export function bytesOf(store: Store): number {
  const { top, bottom } = store.border;
  return layoutOf(store).rowStep * (top + store.height + bottom);
}

/** Bytes from a root's beginning to its first pixel. */
export function borderBytes(store: Store): number {
  const { border } = root(store);
  const { step, rowStep } = layoutOf(store);
  return border.top * rowStep + border.left * step;
}

/** The channel of a value in each lane of its store, or -1. */
export function channelsInLanes({ lanes, vectors }: Layout, at: readonly number[]): number[] {
  const channels = new Array<number>(vectors * LANES).fill(-1);
  at.forEach((c, channel) => {
    channels[lanes[c]!] = channel;
  });
  return channels;
}
