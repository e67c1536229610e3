// Every group of a grouped convolution reads the last slice: the article's lambdas, bound late under TensorFlow 2.
import type { LayerOf } from '../../../network/layer.js';
import type { KnownCause } from '../cause.js';
import { withLayers } from '../changes.js';
import { type GroupSlices, groupSlices, readingSlice } from '../slices.js';

/** `keras-team/keras#13697`: `Lambda(lambda z: z[..., offset:offset + ig])` in a loop. */
export const slicesLast: KnownCause = {
  id: 'slices-last',
  prior: 13,
  *variations(segment) {
    const groups = groupSlices(segment);
    if (groups.length === 0) return;
    yield {
      words: `The reference has late-bound slices: every group reads the last slice of its input, which is what the article's code computes under TensorFlow 2. The reference is wrong, not the port`,
      fix: 'Record the reference again with explicit slices (a default argument in the lambda: `lambda z, offset=offset: …`), or, if the network was trained that way, use `--slices last`.',
      change: withLayers(groups.flatMap(allLast)),
    };
  },
};

const allLast = ({ slices, siblings }: GroupSlices): LayerOf<'Slice'>[] =>
  slices.map((slice) => readingSlice(slice, siblings.at(-1)!));
