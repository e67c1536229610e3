// relu6 in the place of relu: values above 6 are cut.
import type { Layer } from '../../../network/layer.js';
import type { BoundedMap } from '../../bounds/bounded.js';
import type { KnownCause } from '../cause.js';
import { choices, named, withOutputs } from '../changes.js';

const cut = ({ value, error }: BoundedMap): BoundedMap => ({
  value: { data: value.data.map((v) => Math.min(v, 6)), shape: value.shape },
  error,
});

/** MobileNet's and the quantisers' choice. Where no value is above 6 it cannot be seen. */
export const relu6: KnownCause = {
  id: 'relu6',
  prior: 3,
  *variations(segment) {
    const rectifying = (layer: Layer): boolean => 'activation' in layer.attrs && layer.attrs.activation === 'relu';
    for (const some of choices(segment.layers.filter(rectifying))) {
      yield {
        words: `The reference has relu6 at ${named(some)}: no value is above 6`,
        fix: 'Record the reference again with relu, which is not cut.',
        change: withOutputs(some, cut),
      };
    }
  },
};
