// What `verify --self-test` answers: which mistakes the recorded outputs would show.
import type { Note } from '../core/weights.js';
import type { FileDescription, NetworkConfig } from './describe.js';

/** The check, checked on one fixture. */
export interface SelfTestResult {
  readonly source: FileDescription;
  readonly reference: FileDescription;
  /**
   * `pass`: the reference passes as it is, every planted mistake that shows is caught at its own layer, at least 95 % of
   * those are called what they are, and no fault without a cause is given one.
   */
  readonly verdict: 'pass' | 'fail';
  readonly config: NetworkConfig;
  /** The reference as it is: where it fails, nothing is planted. */
  readonly honest: {
    readonly verdict: 'pass' | 'fail';
    readonly layers: number;
    readonly sources: readonly string[];
  };
  readonly causes: SelfTestCounts;
  /** Faults that no cause describes: `named` are those told to have no known cause. */
  readonly unknown: SelfTestCounts;
  /** Of the known causes that are caught, those named, or named by their equal: 0 to 1; null where none is. */
  readonly share: number | null;
  readonly planted: readonly PlantedMistake[];
  /** Causes that take no place in what was recorded, and what they need. */
  readonly notPlanted: readonly { readonly cause: string; readonly needs: string }[];
  readonly notes: readonly Note[];
}

/** `caught` is `named`, `equal` and `misnamed` together. */
export interface SelfTestCounts {
  readonly planted: number;
  readonly hidden: number;
  readonly missed: number;
  readonly caught: number;
  readonly named: number;
  readonly equal: number;
  readonly misnamed: number;
}

/** One mistake at one layer. */
export interface PlantedMistake {
  /** Null for a fault that no cause describes. */
  readonly cause: string | null;
  readonly layer: string;
  /** What was done. */
  readonly words: string;
  /**
   * `named`: caught, and called what it is. `equal`: called what gives the same values there. `misnamed`: called
   * something else, or nothing. `hidden`: it lies within what float32 may be off by. `missed`: it does not, and passes.
   */
  readonly outcome: 'named' | 'equal' | 'misnamed' | 'hidden' | 'missed';
  /** Which check tells; null where none does. */
  readonly check: 'own' | 'free-run' | 'tolerance' | 'shape' | null;
  /** The cause that is named; null: no known cause. */
  readonly named: string | null;
  /** Why it is hidden. */
  readonly why: string | null;
}
