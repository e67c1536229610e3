// The channel shuffle is done the other way round: reshaped to (n, groups) before the transposition, not (groups, n).
import type { KnownCause } from '../cause.js';
import { choices, layersOf, named, withLayers } from '../changes.js';

/** `megvii-model/ShuffleNet-Series#17`. The inverse of a shuffle with g groups is one with channels / g. */
export const shuffleInverse: KnownCause = {
  id: 'shuffle-inverse',
  prior: 6,
  *variations(segment) {
    const shuffles = layersOf(segment, 'ChannelShuffle').filter(({ attrs }) => attrs.groups > 1);
    for (const some of choices(shuffles)) {
      const { attrs, outputShape } = some[0]!;
      const n = outputShape.at(-1)! / attrs.groups;
      yield {
        words: `The reference does the inverse shuffle at ${named(some)}: it sees the channels as (${n}, ${attrs.groups}) instead of (${attrs.groups}, ${n}) before it transposes them (a network with groups · groups = channels would hide it)`,
        fix: 'In the code that made the reference, reshape to (height, width, groups, channels / groups), transpose the last two axes, and reshape back; record it again.',
        change: withLayers(
          some.map((layer) => ({ ...layer, attrs: { groups: layer.outputShape.at(-1)! / layer.attrs.groups } })),
        ),
      };
    }
  },
};
