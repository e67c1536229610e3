// The channel shuffle is left out.
import type { KnownCause } from '../cause.js';
import { choices, layersOf, named, passing, withLayers } from '../changes.js';

/** A shuffle of one group is none: those cannot be missing. */
export const shuffleMissing: KnownCause = {
  id: 'shuffle-missing',
  prior: 5,
  *variations(segment) {
    const shuffles = layersOf(segment, 'ChannelShuffle').filter(({ attrs }) => attrs.groups > 1);
    for (const some of choices(shuffles)) {
      yield {
        words: `The reference has no channel shuffle at ${named(some)}: the channels are as they were`,
        fix: "Record the reference again from a model with the article's channel shuffle.",
        change: withLayers(some.map(passing)),
      };
    }
  },
};
