// Windows that are not padded at all.
import type { KnownCause } from '../cause.js';
import { choices, named } from '../changes.js';
import { paddedBy, paddedLayers } from '../padding.js';

/** Keras's own default for convolutions and pooling. Sizes differ, too, so that shapes tell first. */
export const paddingValid: KnownCause = {
  id: 'padding-valid',
  prior: 3,
  *variations(segment) {
    for (const some of choices(paddedLayers(segment))) {
      yield {
        words: `The reference does not pad ${named(some)}: it has \`padding='valid'\`, Keras's default, where the article has 'same'. The reference is wrong, not the port`,
        fix: "Record the reference from a model with `padding='same'`.",
        change: paddedBy(some, () => [0, 0], false),
      };
    }
  },
};
