// What a network gave, as classes ranked by probability: the last step of every door that predicts.
import type { Tensor } from '../core/tensor.js';
import { LabelCountError } from './errors.js';
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
  /** Names of the classes, in order, one for each. */
  readonly labels?: readonly string[];
  /** How many classes to list. Default 5. */
  readonly top?: number;
}

/** Throws `LabelCountError` where there are more labels than classes, or fewer. Without a top there are no classes. */
export function checkLabels(
  { includeTop, classes }: Pick<ShuffleNetSettings, 'includeTop' | 'classes'>,
  labels: readonly string[] | undefined,
): void {
  if (includeTop && labels !== undefined && labels.length !== classes)
    throw new LabelCountError(labels.length, classes);
}

/**
 * A prediction for each image of a row-major output, batch first. Of equal classes the first comes first. Throws what
 * `checkLabels` throws.
 */
export function predictionsOf(
  settings: Pick<ShuffleNetSettings, 'includeTop' | 'classes'>,
  output: Tensor,
  { labels, top = 5 }: RankingOptions = {},
): Prediction[] {
  checkLabels(settings, labels);
  const [batch = 0] = output.shape;
  const size = output.data.length / batch;
  return Array.from({ length: batch }, (_, image) => {
    const values = Array.from(output.data.subarray(image * size, (image + 1) * size));
    if (!settings.includeTop) return { classes: [], features: values };
    const ranked = values.map((probability, index) => ({ index, label: labels?.[index] ?? null, probability }));
    return { classes: ranked.sort((a, b) => b.probability - a.probability || a.index - b.index).slice(0, top) };
  });
}
