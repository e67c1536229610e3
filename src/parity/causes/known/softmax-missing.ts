// The reference ends in logits: softmax is left out.

import type { Segment } from '../../segment.js';
import type { KnownCause } from '../cause.js';
import { passing, withLayers } from '../changes.js';

/** Its outputs do not sum to one. */
export const softmaxMissing: KnownCause = {
  id: 'softmax-missing',
  prior: 4,
  *variations(segment) {
    for (const layer of softmaxes(segment)) {
      yield {
        words: `The reference recorded logits under ${layer.name}: there is no softmax in it`,
        fix: 'Record the output of the softmax, or record the logits under the name of the layer before it (fc).',
        change: withLayers([passing(layer)]),
      };
    }
  },
};

const softmaxes = ({ layers }: Segment) =>
  layers.filter((layer) => layer.op === 'Activation' && layer.attrs.activation === 'softmax');
