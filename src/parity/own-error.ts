// A layer's own error: what it computes from its inputs as they were recorded, against its recorded output.
import type { BoundedMap } from './bounds/bounded.js';
import { type ShareHistogram, shareHistogram } from './histogram.js';
import { type BoundedValues, type Held, hold, offMask } from './hold.js';
import { describeOff, type JoinedInput, type WhereOff } from './where-off.js';

/** How a layer, or the segment that ends in it, keeps its bound. */
export interface OwnError extends Held {
  /** Where the values lie that are off, if any are. */
  readonly where?: WhereOff;
  /** How the values spread over shares of their bounds, if any is off. */
  readonly histogram?: ShareHistogram;
}

/** Holds one map an image against `recorded`, the outputs of all images in a row, of `shape` with the batch. */
export function ownError(
  isolated: readonly BoundedMap[],
  recorded: Float64Array,
  shape: readonly number[],
  joined: readonly JoinedInput[] = [],
): OwnError {
  const images = isolated.map(({ value, error }): BoundedValues => ({ values: value.data, bounds: error }));
  const held = hold(images, recorded);
  if (held.off === 0) return held;
  const where = describeOff(offMask(images, recorded), shape, joined);
  return { ...held, where, histogram: shareHistogram(images, recorded) };
}
