// What `diff` answers.
import type { FileDescription } from './describe.js';

/** Two files of weights, compared by layer and role. */
export interface DiffResult {
  readonly a: FileDescription;
  readonly b: FileDescription;
  readonly same: boolean;
  /** Weights that are in both files, alike in shape and value. */
  readonly equal: number;
  readonly differences: readonly Difference[];
}

/** One difference. Layers go by the article's names where both files are of its network. */
export type Difference =
  | {
      readonly kind: 'only-in-a' | 'only-in-b';
      readonly layer: string;
      readonly weight: string;
      readonly shape: readonly number[];
    }
  | {
      readonly kind: 'shape';
      readonly layer: string;
      readonly weight: string;
      readonly a: readonly number[];
      readonly b: readonly number[];
    }
  | {
      readonly kind: 'values';
      readonly layer: string;
      readonly weight: string;
      readonly count: number;
      readonly maxAbsDifference: number;
      readonly at: readonly number[];
    }
  | {
      readonly kind: 'unreadable';
      readonly layer: string;
      readonly weight: string;
      readonly file: 'a' | 'b';
      readonly reason: string;
    };
