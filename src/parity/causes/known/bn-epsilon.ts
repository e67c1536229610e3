// A batch normalisation with another epsilon than Keras's 1e-3: which, is solved for.

import type { LayerOf } from '../../../network/layer.js';
import { solveEpsilon } from '../batch-norm.js';
import type { KnownCause } from '../cause.js';
import { choices, layersOf, named, withLayers } from '../changes.js';

/** PyTorch's and Darknet's; Keras applications'; Caffe's and others that are met. */
const USUAL = [1e-5, 1.001e-5, 1e-3, 1e-4, 1e-6, 2e-5, 1e-7, 1e-8, 1e-12, 1e-2, 0];

/** `gzuidhof/nn-transfer#3`. */
export const bnEpsilon: KnownCause = {
  id: 'bn-epsilon',
  prior: 11,
  *variations(segment) {
    const norms = layersOf(segment, 'BatchNormalization');
    const solved = norms.length === 1 ? solveEpsilon(segment, norms[0]!) : [];
    for (const some of choices(norms)) {
      for (const epsilon of [...USUAL, ...solved]) {
        if (some.every(({ attrs }) => attrs.epsilon === epsilon)) continue;
        yield {
          words: `The reference has epsilon ${short(epsilon)} in ${named(some)}, where Keras and the article have ${short(some[0]!.attrs.epsilon)}: with epsilon ${short(epsilon)} the difference vanishes`,
          fix: `Record the reference again with \`BatchNormalization(epsilon=${short(some[0]!.attrs.epsilon)})\`; if the network was trained with ${short(epsilon)}, the checkpoint does not belong to the article's network.`,
          change: withLayers(some.map((layer) => withEpsilon(layer, epsilon))),
        };
      }
    }
  },
};

const withEpsilon = (layer: LayerOf<'BatchNormalization'>, epsilon: number) => ({ ...layer, attrs: { epsilon } });

/** `1e-5`, `1.001e-5`, `0`. */
const short = (epsilon: number): string => (epsilon === 0 ? '0' : Number(epsilon.toPrecision(4)).toExponential());
