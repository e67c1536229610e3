// The first unit, whose convolutions are not grouped, shuffles its channels all the same.
import type { KnownCause } from '../cause.js';
import { layersOf, withLayers } from '../changes.js';
import { divisors } from '../permutation.js';

/** The article passes `groups=1` to the shuffle of stage2/block1; other ports pass the network's groups. */
export const shuffleInFirstUnit: KnownCause = {
  id: 'shuffle-in-first-unit',
  prior: 3,
  *variations(segment) {
    for (const layer of layersOf(segment, 'ChannelShuffle').filter(({ attrs }) => attrs.groups === 1)) {
      for (const groups of divisors(layer.outputShape.at(-1)!)) {
        yield {
          words: `The reference shuffles the channels of ${layer.name} with ${groups} groups; the article's first unit is not grouped and does not shuffle`,
          fix: "Record the reference again from a model whose first unit has one group, as the article's.",
          change: withLayers([{ ...layer, attrs: { groups } }]),
        };
      }
    }
  },
};
