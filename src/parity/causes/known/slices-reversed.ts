// The groups of a grouped convolution read the slices in the opposite order.
import type { KnownCause } from '../cause.js';
import { withLayers } from '../changes.js';
import { groupSlices, readingSlice } from '../slices.js';

/** Group 0 reads the last slice, the last group the first. */
export const slicesReversed: KnownCause = {
  id: 'slices-reversed',
  prior: 2,
  *variations(segment) {
    const groups = groupSlices(segment);
    if (groups.length === 0) return;
    yield {
      words: 'The reference gives the groups their slices in reverse: group 0 reads the last one',
      fix: "Record the reference again with group i reading channels i·n to (i + 1)·n, as the article's code does.",
      change: withLayers(
        groups.flatMap(({ slices, siblings }) =>
          slices.map((slice) => readingSlice(slice, siblings.at(-1 - siblings.indexOf(slice))!)),
        ),
      ),
    };
  },
};
