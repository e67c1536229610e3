// A rectifier where the article has none: before the batch normalisation, after the depthwise one, before the addition.

import type { Layer } from '../../../network/layer.js';
import type { BoundedMap } from '../../bounds/bounded.js';
import type { KnownCause } from '../cause.js';
import { layersOf, rectified, withInputs, withOutputs } from '../changes.js';

/** MobileNet, for one, rectifies after the depthwise convolution; ShuffleNet does not. */
export const reluMisplaced: KnownCause = {
  id: 'relu-misplaced',
  prior: 3,
  *variations(segment) {
    const fix =
      'Rectify where the article does: after bn_gconv_1 and at the end of a unit; record the reference again.';
    for (const layer of segment.layers.filter(isLinear)) {
      yield {
        words: `The reference rectifies what ${layer.name} gives; the article has no relu there`,
        fix,
        change: withOutputs([layer], rectified),
      };
      yield {
        words: `The reference rectifies what ${layer.name} is given (${layer.inputs.join(', ')}); the article has no relu there`,
        fix,
        change: withInputs([layer], rectified),
      };
    }
    for (const layer of layersOf(segment, 'Add')) {
      for (const [term, name] of layer.inputs.entries()) {
        const change = (inputs: readonly BoundedMap[]) => inputs.map((x, i) => (i === term ? rectified(x) : x));
        yield {
          words: `The reference rectifies ${name} before it is added in ${layer.name}; the article rectifies the sum`,
          fix,
          change: { given: new Map([[layer.name, change]]) },
        };
      }
    }
  },
};

/** Layers whose outputs may be negative, and are not rectified next. */
function isLinear({ op, attrs }: Layer): boolean {
  const linear = ['BatchNormalization', 'DepthwiseConv2D', 'Dense', 'Concatenate', 'ChannelShuffle'];
  return linear.includes(op) || (op === 'Conv2D' && attrs.activation === 'linear');
}
