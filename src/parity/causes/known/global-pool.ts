// Global maxima where averages are meant, or the reverse: no weight tells which.

import type { Layer } from '../../../network/layer.js';
import type { KnownCause } from '../cause.js';
import { withLayers } from '../changes.js';

/** The article's default is max, its training script used avg. */
export const globalPool: KnownCause = {
  id: 'global-pool',
  prior: 6,
  *variations(segment) {
    for (const layer of segment.layers) {
      const isMax = layer.op === 'GlobalMaxPooling2D';
      if (!isMax && layer.op !== 'GlobalAveragePooling2D') continue;
      const other: Layer = { ...layer, op: isMax ? 'GlobalAveragePooling2D' : 'GlobalMaxPooling2D' };
      const [named, flag] = isMax ? ['average', 'avg'] : ['max', 'max'];
      yield {
        words: `The reference has global ${named} pooling at ${layer.name}, the port global ${isMax ? 'max' : 'average'} pooling. The weights do not tell which is right: it is the one the network was trained with`,
        fix: `Use \`--pooling ${flag}\` if the reference is right; otherwise record it again with \`pooling='${isMax ? 'max' : 'avg'}'\`.`,
        change: withLayers([other]),
      };
    }
  },
};
