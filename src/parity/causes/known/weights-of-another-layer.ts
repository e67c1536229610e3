// A layer has the weights of another layer of the same kind and shape: a file mapped in another order.

import { groupConvolutions } from '../../../network/groups.js';
import type { Layer } from '../../../network/layer.js';
import { type Segment, weightsOf } from '../../segment.js';
import type { KnownCause } from '../cause.js';
import { choices } from '../changes.js';

/** More candidates than this are not tried for one layer. */
const MOST_OTHERS = 64;

/** Whose weights they are, is said. The groups of one convolution have a cause of their own. */
export const weightsOfAnotherLayer: KnownCause = {
  id: 'weights-of-another-layer',
  prior: 3,
  *variations(segment) {
    const weighted = segment.layers.filter(({ weights }) => Object.keys(weights).length > 0);
    for (const some of choices(weighted)) {
      if (some.length !== 1) continue;
      const layer = some[0]!;
      for (const other of alike(segment, layer)) {
        yield {
          words: `The reference computed ${layer.name} with what the checkpoint has as the weights of ${other.name}: the checkpoint's layers are exchanged, or it was mapped in another order`,
          fix: 'Load the file by name; where it has no names, check the order in which the layers were written, and write it again.',
          change: { weights: new Map([[layer.name, weightsOf(segment, other.name)]]) },
        };
      }
    }
  },
};

function alike({ model: { network } }: Segment, layer: Layer): Layer[] {
  const shapes = JSON.stringify(layer.weights);
  const group = groupConvolutions(network).find(({ groups }) => groups.some(({ conv }) => conv.name === layer.name));
  const siblings = new Set(group?.groups.map(({ conv }) => conv.name));
  return network.layers
    .filter(({ name, op, weights }) => name !== layer.name && op === layer.op && JSON.stringify(weights) === shapes)
    .filter(({ name }) => !siblings.has(name))
    .slice(0, MOST_OTHERS);
}
