// What a network gave, as classes ranked by probability: the last step of every door that predicts.
import type { Tensor } from '../core/tensor.js';
import type { ShuffleNetSettings } from './settings.js';

/** One image's classes, most probable first; without a top, its features instead. */
export interface Prediction {
  readonly classes: readonly RankedClass[];
  readonly features?: readonly number[];
}

/** A class, and how probable the network takes it to be. */
export interface RankedClass {
  readonly index: number;
  /** Its name; null where nobody told one. */
  readonly label: string | null;
  readonly probability: number;
}

/** How classes are listed. */
export interface RankingOptions {
  /** Names of the classes, in order. */
  readonly labels?: readonly string[];
  /** How many classes to list. Default 5. */
  readonly top?: number;
}

/** A prediction for each image of a row-major output, batch first. Of equal classes the first comes first. */
export function predictionsOf(
  { includeTop }: Pick<ShuffleNetSettings, 'includeTop'>,
  output: Tensor,
  { labels, top = 5 }: RankingOptions = {},
): Prediction[] {
  const [batch = 0] = output.shape;
  const size = output.data.length / batch;
  return Array.from({ length: batch }, (_, image) => {
    const values = Array.from(output.data.subarray(image * size, (image + 1) * size));
    if (!includeTop) return { classes: [], features: values };
    const ranked = values.map((probability, index) => ({ index, label: labels?.[index] ?? null, probability }));
    return { classes: ranked.sort((a, b) => b.probability - a.probability || a.index - b.index).slice(0, top) };
  });
}
