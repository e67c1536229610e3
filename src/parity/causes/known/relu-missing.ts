// A rectifier is left out.
import type { Layer } from '../../../network/layer.js';
import type { Segment } from '../../segment.js';
import type { KnownCause } from '../cause.js';
import { choices, named, passing, withLayers } from '../changes.js';

/** As a layer of its own, or inside conv1. */
export const reluMissing: KnownCause = {
  id: 'relu-missing',
  prior: 4,
  *variations(segment) {
    for (const some of choices(rectifiers(segment))) {
      yield {
        words: `The reference has no relu at ${named(some)}: negative values are left`,
        fix: 'Record the reference again with its relu.',
        change: withLayers(some.map(without)),
      };
    }
  },
};

/** Layers that rectify. */
function rectifiers({ layers }: Segment): Layer[] {
  return layers.filter(({ op, attrs }) => (op === 'Activation' || op === 'Conv2D') && attrs.activation === 'relu');
}

const without = (layer: Layer): Layer =>
  layer.op === 'Conv2D' ? { ...layer, attrs: { ...layer.attrs, activation: 'linear' } } : passing(layer);
