// What a concatenation joins, branches or groups, stands in the other order.
import type { KnownCause } from '../cause.js';
import { choices, layersOf, named, withLayers } from '../changes.js';

/** The article joins branch and shortcut, and groups from first to last. */
export const concatExchanged: KnownCause = {
  id: 'concat-exchanged',
  prior: 3,
  *variations(segment) {
    for (const some of choices(layersOf(segment, 'Concatenate'))) {
      yield {
        words: `The reference joins the inputs of ${named(some)} in the opposite order (${some[0]!.inputs.toReversed().join(', ')})`,
        fix: "Join in the order of the article's code (groups from the first to the last; the branch, then the pooled shortcut); record the reference again.",
        change: withLayers(some.map((layer) => ({ ...layer, inputs: layer.inputs.toReversed() }))),
      };
    }
  },
};
