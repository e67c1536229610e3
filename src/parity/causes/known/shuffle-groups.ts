// The channel shuffle is done with another number of groups.
import type { KnownCause } from '../cause.js';
import { choices, layersOf, named, withLayers } from '../changes.js';
import { divisors } from '../permutation.js';

/** The inverse shuffle is one of these, too, and has a name of its own. */
export const shuffleGroups: KnownCause = {
  id: 'shuffle-groups',
  prior: 2,
  *variations(segment) {
    const shuffles = layersOf(segment, 'ChannelShuffle').filter(({ attrs }) => attrs.groups > 1);
    const counts = new Set(shuffles.flatMap(({ outputShape }) => divisors(outputShape.at(-1)!)));
    for (const groups of counts) {
      const able = shuffles.filter(({ attrs, outputShape }) => {
        const channels = outputShape.at(-1)!;
        return channels % groups === 0 && groups !== attrs.groups && groups !== channels / attrs.groups;
      });
      for (const some of choices(able)) {
        yield {
          words: `The reference shuffles the channels of ${named(some)} with ${groups} groups instead of ${some[0]!.attrs.groups}`,
          fix: `Record the reference again with ${some[0]!.attrs.groups} groups, or state the number of groups (\`--groups\`) if the checkpoint has another.`,
          change: withLayers(some.map((layer) => ({ ...layer, attrs: { groups } }))),
        };
      }
    }
  },
};
