// A batch normalisation's moving_variance holds standard deviations, or the reference takes variances for such.
import type { Layer } from '../../../network/layer.js';
import { mapWeight } from '../../bounds/linear.js';
import type { KnownCause } from '../cause.js';
import { choices, layersOf, named, withWeights } from '../changes.js';

/** Both directions: the square of what is stored, and its root. */
export const bnStdAsVariance: KnownCause = {
  id: 'bn-std-as-variance',
  prior: 2,
  *variations(segment) {
    for (const some of choices(layersOf(segment, 'BatchNormalization'))) {
      yield {
        words: `The checkpoint's moving_variance of ${named(some)} holds standard deviations: their squares make the difference vanish. The checkpoint is wrong, not the port`,
        fix: 'Write the checkpoint again with variances.',
        change: withVariance(some, (value) => value * value),
      };
      yield {
        words: `The reference takes the square root of moving_variance of ${named(some)} once more, as if standard deviations had to be made of it twice`,
        fix: 'Record the reference again with the variances as they are stored.',
        change: withVariance(some, Math.sqrt),
      };
    }

    function withVariance(some: readonly Layer[], change: (value: number) => number) {
      return withWeights(segment, some, (weights) => ({
        ...weights,
        moving_variance: mapWeight(weights.moving_variance!, change),
      }));
    }
  },
};
