// Maps in memory, and values as channels of them: what places are made of. Read first: rulers.ts; next: places.ts.
import { padAfter, padBefore } from '../../network/padding.js';
import type { MapShape, Window } from './operations.js';
import type { Stretch } from './rulers.js';

/** Cells of zeros around a map. */
export interface Border {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** A map in memory. */
export interface Store {
  readonly height: number;
  readonly width: number;
  readonly channels: Stretch;
  /** Channels without gaps, as an input arrives; otherwise in vectors, each piece between cuts padded with zeros. */
  readonly flat: boolean;
  /** Only flat ones have one: what convolutions over a window read. */
  border: Border;
  /** The map that it is a part of, and the channel where it begins there. */
  within: { readonly store: Store; readonly from: number } | undefined;
  /** Whether it must be there after the run, or its border must stay: nothing else is put there. */
  stays: boolean;
}

/** A value: channel `c` is channel `at[c]` of the store. */
export interface Value {
  readonly store: Store;
  readonly at: readonly number[];
}

const NO_BORDER: Border = { top: 0, left: 0, bottom: 0, right: 0 };

/** The map in memory that the store is, or is a part of. */
export function root(store: Store): Store {
  return store.within === undefined ? store : root(store.within.store);
}

/** A map of its own. */
export function newStore(
  { height, width }: Pick<MapShape, 'height' | 'width'>,
  channels: Stretch,
  flat = false,
): Store {
  return { height, width, channels, flat, border: NO_BORDER, within: undefined, stays: false };
}

/** The cells around a map that a window reaches. */
export function borderOf(
  { height, width }: Pick<MapShape, 'height' | 'width'>,
  { size, strides, padding }: Window,
): Border {
  const [rows, columns] = [
    [height, size[0], strides[0], padding],
    [width, size[1], strides[1], padding],
  ] as const;
  return {
    top: padBefore(...rows),
    left: padBefore(...columns),
    bottom: padAfter(...rows),
    right: padAfter(...columns),
  };
}

/** Room for what either needs. */
export function union(a: Border, b: Border): Border {
  return {
    top: Math.max(a.top, b.top),
    left: Math.max(a.left, b.left),
    bottom: Math.max(a.bottom, b.bottom),
    right: Math.max(a.right, b.right),
  };
}

/** All channels of a map, in its order. */
export function whole(store: Store): Value {
  return { store, at: Array.from({ length: store.channels.length }, (_, c) => c) };
}

/** Whether the value is all channels of its map, in any order. */
export const isWhole = ({ at, store }: Value): boolean => at.length === store.channels.length;

/** Whether the value is all channels of its map, in its order. */
export const inOrder = (value: Value): boolean => isWhole(value) && value.at.every((c, i) => c === i);
