// A bias is dropped.
import { mapWeight } from '../../bounds/linear.js';
import type { KnownCause } from '../cause.js';
import { choices, named, withWeights } from '../changes.js';

/** Of fc, or of the convolutions of the article's first revisions. */
export const biasMissing: KnownCause = {
  id: 'bias-missing',
  prior: 3,
  *variations(segment) {
    for (const some of choices(segment.layers.filter(({ weights }) => weights.bias !== undefined))) {
      yield {
        words: `The reference does not add the bias of ${named(some)}, which the checkpoint has. The reference is wrong, not the port`,
        fix: 'Record the reference from a model with `use_bias=True` there, with this checkpoint loaded whole.',
        change: withWeights(segment, some, (weights) => ({ ...weights, bias: mapWeight(weights.bias!, () => 0) })),
      };
    }
  },
};
