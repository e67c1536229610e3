// What a known cause is: a way in which a segment may have been made otherwise than the network says. Read first in
// this room: segment.ts one floor up, then this file, changes.ts, one of known/, and explain.ts, which tries them.
import type { Change, Segment } from '../segment.js';

/** One mistake known from reports. */
export interface KnownCause {
  /** Stable identifier, for machines, and the name of its file. */
  readonly id: string;
  /** How often it is met, beside the others: 1 for the rarest. Decides between causes that explain equally well. */
  readonly prior: number;
  /** Every way in which it may have happened here, the likeliest first; none where it cannot have. */
  variations(segment: Segment): Iterable<Variation>;
}

/** One way in which it may have happened. */
export interface Variation {
  /** Who is wrong and how, as a sentence without its full stop. */
  readonly words: string;
  /** What to do about it. */
  readonly fix: string;
  readonly change: Change;
  /** Where the cause is itself about rounding: how far values may lie apart then. */
  readonly precision?: Precision;
}

/** Rounding coarser than float32's. */
export interface Precision {
  /** Times the float32 bound. */
  readonly times: number;
  /** Plus this much of the value, relatively. */
  readonly relative: number;
}
