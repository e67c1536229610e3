// Windows of stride 2 padded by the same on both sides, as Caffe and PyTorch do; TensorFlow puts the odd cell after.
import type { KnownCause } from '../cause.js';
import { choices, named } from '../changes.js';
import { type PaddingRule, paddedBy, paddedLayers, paddedOtherwise, samePadding } from '../padding.js';

/**
 * `keras-team/keras#9473`: sizes stay, values do not; an odd size is padded alike by both. A cell before in the place
 * of the one after, (1, 0), is the same: the last cell of (1, 1) is under no window.
 */
export const paddingSymmetric: KnownCause = {
  id: 'padding-symmetric',
  prior: 9,
  *variations(segment) {
    const layers = paddedLayers(segment).filter((layer) => paddedOtherwise(segment, layer, symmetric));
    for (const some of choices(layers)) {
      const pools = some.some(({ op }) => op === 'MaxPooling2D' || op === 'AveragePooling2D');
      for (const counted of pools ? [false, true] : [false]) {
        yield {
          words: `The reference pads ${named(some)} symmetrically, as Caffe and PyTorch do: padding (1, 1) instead of (0, 1), or (1, 0), which comes to the same${counted ? '; and its pooling counts the padding as zeros' : ''}. The reference is wrong, not the port`,
          fix: "Record the reference with TensorFlow's `padding='same'`; in PyTorch, pad by hand (`F.pad(x, (0, 1, 0, 1))`) before a convolution without padding.",
          change: paddedBy(some, symmetric, counted),
        };
      }
    }
  },
};

/** Half of the window before the map, and after it what is left for the same number of outputs. */
const symmetric: PaddingRule = (size, window, stride) => {
  const half = (window - 1) >> 1;
  const [before, after] = samePadding(size, window, stride);
  return [half, before + after - half];
};
