// What `verify` answers.
import type { Note } from '../core/weights.js';
import type { FileDescription, NetworkConfig } from './describe.js';
import type { SlicesChoice } from './selfcheck.js';

/** A network held against recorded outputs. */
export interface VerifyResult {
  readonly source: FileDescription;
  readonly reference: FileDescription;
  /** `undecided`: two poolings fit equally well, and nobody said which one it is. */
  readonly verdict: 'pass' | 'fail' | 'undecided';
  readonly executor: string;
  /**
   * Largest error allowed, relative to the largest value recorded for the layer, where one was stated: then it decides.
   * Null where the bounds derived for each layer do.
   */
  readonly tolerance: number | null;
  readonly config: NetworkConfig;
  readonly pooling: PoolingDecision;
  /** Which slices the groups were run with, who said so, and what the weights say of it. */
  readonly slices: SlicesChoice;
  readonly firstFailure: VerifyFailure | null;
  /** Names of all layers at fault, in the network's order. */
  readonly sources: readonly string[];
  readonly layers: readonly VerifiedLayer[];
  /**
   * The reference used unrounded weights: the network fails as it is stored, and the rounding of these layers' stored
   * weights explains it. Errors and bounds are with it then. Null where the weights are compared as stored.
   */
  readonly unroundedWeights: { readonly formats: readonly string[]; readonly layers: readonly string[] } | null;
  /** Every image's first class, and whether rounding could change it; null without a top. */
  readonly topOne: TopOneResult | null;
  /** Keys of the reference that name no layer of the network. */
  readonly notCompared: readonly string[];
  /** Layers of the file outside the network. */
  readonly otherLayers: readonly string[];
  readonly notes: readonly Note[];
}

/** Which pooling was used, and who said so. `reference`: both were tried, and this one fits. */
export interface PoolingDecision {
  readonly decision: 'max' | 'avg' | null;
  readonly source: 'flag' | 'config' | 'metadata' | 'reference' | 'none';
}

/** A layer at fault. Numbers are null where shapes differ. */
export interface VerifyFailure {
  readonly layer: string;
  readonly key: string;
  /** Which check it fails: from its recorded inputs, run freely from the input, by the stated tolerance, by its shape. */
  readonly check: 'own' | 'free-run' | 'tolerance' | 'shape';
  /** Of the value that is worst, batch first. */
  readonly index: readonly number[] | null;
  /** What was computed there, what was recorded, and how far they may lie apart. */
  readonly value: number | null;
  readonly expected: number | null;
  readonly bound: number | null;
  /** Of the layer's values, how many are off: 0 to 1; null where only the largest was looked at. */
  readonly share: number | null;
  /** Where those lie. */
  readonly where: { readonly pattern: string; readonly words: string } | null;
  /** How its values spread over shares of their bounds; null where only the largest was looked at. */
  readonly histogram: ShareHistogramResult | null;
  /** What is known to look like this; null: no known cause. */
  readonly cause: { readonly id: string; readonly words: string; readonly fix: string } | null;
  /**
   * How far causes were looked for: `stopped` at the limit on work, with so many of all tried to the end. Null where there
   * is nothing to look for.
   */
  readonly causeSearch: { readonly state: 'complete' | 'stopped'; readonly tried: number; readonly of: number } | null;
  readonly reason: string;
}

/** Values of a layer counted by the share of its bound that each one's error uses. */
export interface ShareHistogramResult {
  /** Values equal to what was recorded. */
  readonly equal: number;
  /** Ends of the bins, ascending, one more than there are bins; 1 is among them. */
  readonly edges: readonly number[];
  /** Of values above `edges[i]`, up to `edges[i + 1]`. */
  readonly counts: readonly number[];
  /** Values beyond any share that is counted: above 1e12, of a bound of zero, no number. */
  readonly beyond: number;
}

/** The first class of every image of the recorded input, as the free run ranks them. */
export interface TopOneResult {
  /** Whose outputs the margins are of: the logits. */
  readonly layer: string;
  readonly images: readonly TopOneImageResult[];
}

/** One image's first two classes. */
export interface TopOneImageResult {
  readonly top: number;
  readonly runnerUp: number;
  /** By how much the first one's logit is larger, and the error expected of that difference in a float32 run. */
  readonly margin: number;
  readonly sigma: number;
  /** Whether every other class is further below than 12 sigma: no float32 run then finds another first. */
  readonly certain: boolean;
  /** The class recorded as the first, and whether it is ours; null where neither output nor logits were recorded. */
  readonly recorded: number | null;
  readonly agrees: boolean | null;
}

/** One layer's verdict. Errors are null where shapes differ. */
export interface VerifiedLayer {
  readonly layer: string;
  readonly key: string;
  /** `fail`: the layer is at fault; one that only hands on what it was given passes. */
  readonly verdict: 'pass' | 'fail';
  readonly shape: readonly number[];
  /** Of the free run: the layer's own error and what it inherits. */
  readonly maxAbsError: number | null;
  /** Relative to the largest value recorded for the layer. */
  readonly maxRelError: number | null;
  /** From the recorded inputs. */
  readonly own: OwnErrorSummary | null;
  /** From the layers before, in the free run. */
  readonly inherited: InheritedErrorSummary | null;
  readonly reason?: string;
}

/** A layer from its recorded inputs, against its recorded output. */
export interface OwnErrorSummary {
  readonly maxAbsError: number;
  /** Largest share of its bound that a value's error uses; above 1 the layer is at fault. */
  readonly budget: number;
  /** The value that uses it: index, batch first, computed, recorded, bound. */
  readonly index: readonly number[];
  readonly value: number;
  readonly expected: number;
  readonly bound: number;
  /** Values that are off, of how many. */
  readonly off: number;
  readonly count: number;
}

/** What a layer is handed in the free run. */
export interface InheritedErrorSummary {
  /** Largest difference between the layer run freely and run from its recorded inputs. */
  readonly maxAbsError: number;
  /** The error expected of a float32 run by this layer, root mean square. */
  readonly sigma: number;
  /** Largest share of the limit, 12 sigma, that the free run's error uses. */
  readonly budget: number;
}
