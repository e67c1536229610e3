// Softmax is applied twice, or already by the dense layer before it.

import { softmax } from '../../../evaluator/pointwise.js';
import type { BoundedMap } from '../../bounds/bounded.js';
import { boundSoftmax } from '../../bounds/softmax.js';
import type { KnownCause } from '../cause.js';
import { withOutputs } from '../changes.js';

/** `Dense(activation='softmax')` followed by `Activation('softmax')`, or a loss that adds its own. */
export const softmaxTwice: KnownCause = {
  id: 'softmax-twice',
  prior: 3,
  *variations(segment) {
    const again = (x: BoundedMap): BoundedMap => {
      const value = softmax(x.value);
      return { value, error: boundSoftmax(x, value, segment.rounding) };
    };
    for (const layer of segment.layers) {
      const isSoftmax = layer.op === 'Activation' && layer.attrs.activation === 'softmax';
      if (!isSoftmax && layer.op !== 'Dense') continue;
      yield {
        words: isSoftmax
          ? `The reference applies softmax twice at ${layer.name}`
          : `The reference recorded ${layer.name} after a softmax: its dense layer has the activation inside`,
        fix: "Apply softmax once, after fc: `Dense(classes)` without an activation, then `Activation('softmax')`; record the reference again.",
        change: withOutputs([layer], again),
      };
    }
  },
};
