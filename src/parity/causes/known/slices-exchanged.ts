// Two groups of a grouped convolution read each other's slices, or one group another's.
import type { KnownCause } from '../cause.js';
import { withLayers } from '../changes.js';
import { groupSlices, pairs, readingSlice } from '../slices.js';

/** Which two, is said. */
export const slicesExchanged: KnownCause = {
  id: 'slices-exchanged',
  prior: 1,
  *variations(segment) {
    for (const { slices, siblings } of groupSlices(segment)) {
      for (const [a, b] of pairs(siblings)) {
        const changed = slices.filter((slice) => slice === a || slice === b);
        if (changed.length === 0) continue;
        yield {
          words: `In the reference the groups ${siblings.indexOf(a)} and ${siblings.indexOf(b)} read each other's slices (${a.name} and ${b.name})`,
          fix: 'Record the reference again with each group reading its own slice.',
          change: withLayers(changed.map((slice) => readingSlice(slice, slice === a ? b : a))),
        };
      }
    }
  },
};
