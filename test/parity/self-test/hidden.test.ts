// Why a mistake cannot be seen: the reason of its kind where it holds, and what the numbers say where it does not.
import { expect, test } from 'vitest';
import { tensor } from '../../../src/core/tensor.js';
import type { Layer } from '../../../src/network/layer.js';
import type { LayerWeights } from '../../../src/network/model.js';
import { exact } from '../../../src/parity/bounds/bounded.js';
import type { Segment } from '../../../src/parity/segment.js';
import { whyHidden } from '../../../src/parity/self-test/hidden.js';

interface Made {
  readonly op: Layer['op'];
  readonly attrs?: object;
  readonly weights?: LayerWeights;
  /** What the layer is given, and what it gives: `(height, width, channels)`. */
  readonly given: readonly number[];
  readonly shape: readonly number[];
  readonly gives?: readonly number[];
}

/** A segment of one layer that reads the network's input. */
function segment({ op, attrs = {}, weights = {}, given, shape, gives = given }: Made): Segment {
  const layer = { op, attrs, name: 'layer', inputs: ['input'], weights: {}, outputShape: shape } as unknown as Layer;
  const map = (values: readonly number[]) => exact({ data: Float64Array.from(values), shape });
  return {
    model: { network: { input: 'input' }, weights: new Map([['layer', weights]]) },
    layers: [layer],
    target: layer,
    outputs: [
      new Map([
        ['input', map(given)],
        ['layer', map(gives)],
      ]),
    ],
  } as unknown as Segment;
}

const bias = (...values: number[]) => ({ bias: tensor(Float32Array.from(values), [values.length]) });

test.each<[cause: string, words: RegExp, hidden: Made, shown: Made]>([
  [
    'max-pool-pads-zeros',
    /after a relu/,
    { op: 'MaxPooling2D', given: [0, 1], shape: [1, 2, 1] },
    { op: 'MaxPooling2D', given: [-1, 1], shape: [1, 2, 1] },
  ],
  [
    'global-pool',
    /1 x 1, where average and maximum coincide/,
    { op: 'GlobalMaxPooling2D', given: [3, 4], shape: [1, 1, 2] },
    { op: 'GlobalAveragePooling2D', given: [3, 4], shape: [2, 1, 1] },
  ],
  [
    'relu6',
    /no value is above 6/,
    { op: 'Activation', given: [6, 0], shape: [1, 1, 2] },
    { op: 'Activation', given: [6.5, 0], shape: [1, 1, 2] },
  ],
  [
    'relu-missing',
    /no value is below zero/,
    { op: 'Activation', given: [6, 0], shape: [1, 1, 2] },
    { op: 'Activation', given: [-1, 0], shape: [1, 1, 2] },
  ],
  [
    'relu-misplaced',
    /no value there is below zero/,
    { op: 'Dense', given: [-1], gives: [1], shape: [1] },
    { op: 'Dense', given: [1], gives: [-1], shape: [1] },
  ],
  [
    'kernel-flipped',
    /middle of the kernel/,
    { op: 'DepthwiseConv2D', given: [3, 4], shape: [1, 1, 2] },
    { op: 'DepthwiseConv2D', given: [3, 4], shape: [1, 2, 1] },
  ],
  [
    'input-bgr',
    /grey/,
    { op: 'Conv2D', given: [1, 1, 1, 2, 2, 2], shape: [1, 2, 3] },
    { op: 'Conv2D', given: [1, 1, 1, 2, 2, 3], shape: [1, 2, 3] },
  ],
  [
    'bias-missing',
    /the bias is zero/,
    { op: 'Dense', weights: bias(0, 0), given: [1], shape: [1] },
    { op: 'Dense', weights: bias(0, 1), given: [1], shape: [1] },
  ],
  [
    'shuffle-inverse',
    /its own inverse/,
    { op: 'ChannelShuffle', attrs: { groups: 2 }, given: [1, 2, 3, 4], shape: [1, 1, 4] },
    { op: 'ChannelShuffle', attrs: { groups: 3 }, given: [1, 2, 3, 4, 5, 6], shape: [1, 1, 6] },
  ],
])('%s: %s', (cause, words, hidden, shown) => {
  expect(whyHidden(cause, segment(hidden), true, 0)).toMatch(words);
  expect(whyHidden(cause, segment(shown), true, 0)).toBe('it gives the same values, bit for bit');
});

test('without a reason of its own, by how much the difference is too small', () => {
  const any = segment({ op: 'Dense', given: [1], shape: [1] });
  expect(whyHidden('bn-epsilon', any, false, 0.2)).toBe(
    'its largest difference is 5.0 times smaller than what float32 may be off by',
  );
  expect(whyHidden(null, any, true, 0)).toBe('it gives the same values, bit for bit');
});
