// Maxima that see cells of padding as zeros.
import type { KnownCause } from '../cause.js';
import { choices, layersOf, named } from '../changes.js';
import { paddedBy, samePadding } from '../padding.js';

/** After a relu, as in the article, it cannot be seen: no value is below zero. */
export const maxPoolPadsZeros: KnownCause = {
  id: 'max-pool-pads-zeros',
  prior: 2,
  *variations(segment) {
    const pools = layersOf(segment, 'MaxPooling2D').filter(({ attrs }) => attrs.padding === 'same');
    for (const some of choices(pools)) {
      yield {
        words: `The reference pads ${named(some)} with zeros, which win over negative values; TensorFlow leaves padding out of the maximum. The reference is wrong, not the port`,
        fix: 'Pad with minus infinity before a maximum, and record the reference again.',
        change: paddedBy(some, samePadding, true),
      };
    }
  },
};
