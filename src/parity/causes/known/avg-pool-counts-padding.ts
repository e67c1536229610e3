// Averages that count cells of padding: sums divided by 9 even where fewer cells are there.
import type { KnownCause } from '../cause.js';
import { choices, layersOf, named } from '../changes.js';
import { paddedBy, samePadding } from '../padding.js';

/** PyTorch's `count_include_pad=True`, its default; wrong at the borders only. */
export const avgPoolCountsPadding: KnownCause = {
  id: 'avg-pool-counts-padding',
  prior: 7,
  *variations(segment) {
    const pools = layersOf(segment, 'AveragePooling2D').filter(({ attrs }) => attrs.padding === 'same');
    for (const some of choices(pools)) {
      yield {
        words: `The reference counts the padding in the averages of ${named(some)}: it divides by all cells of the window, where TensorFlow divides by those that are there. The reference is wrong, not the port`,
        fix: 'In PyTorch use `AvgPool2d(..., count_include_pad=False)`; record the reference again.',
        change: paddedBy(some, samePadding, true),
      };
    }
  },
};
