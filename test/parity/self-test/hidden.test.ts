// Why a mistake cannot be seen: the reason of its kind where it holds, and what the numbers say where it does not.
import { describe, expect, test } from 'vitest';
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

/** Layers beside each other, each with an input of its own. */
function several(made: readonly Made[]): Segment {
  const parts = made.map(segment);
  const named = <T>(of: (part: Segment, i: number) => T[]) => parts.flatMap(of);
  const layers = named(({ target }, i) => [{ ...target, name: `layer${i}`, inputs: [`input${i}`] }]);
  const outputs = named(({ outputs: [of] }, i) => [...of!].map(([name, map]) => [`${name}${i}`, map] as const));
  const weights = named(({ model }, i) => [[`layer${i}`, model.weights.get('layer')!] as const]);
  return {
    model: { network: { input: 'input0' }, weights: new Map(weights) },
    layers,
    target: layers.at(-1),
    outputs: [new Map(outputs)],
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

describe('of several layers', () => {
  const shape = [1, 1, 4];
  const shuffle = (groups: number): Made => ({ op: 'ChannelShuffle', attrs: { groups }, given: [1, 2, 3, 4], shape });
  const relu: Made = { op: 'Activation', given: [1, 2, 3, 4], shape };
  const dense = (...values: number[]): Made => ({ op: 'Dense', weights: bias(...values), given: [1], shape: [1] });
  const same = 'it gives the same values, bit for bit';

  test.each<[string, cause: string, words: string, made: Made[]]>([
    ['a bias is zero where the others have none', 'bias-missing', 'the bias is zero', [relu, dense(0)]],
    ['one bias is not', 'bias-missing', same, [dense(0), dense(1)]],
    [
      'the shuffle is its own inverse, whatever else there is',
      'shuffle-inverse',
      'groups · groups = channels, where a shuffle is its own inverse',
      [relu, shuffle(2)],
    ],
    ['one shuffle is not', 'shuffle-inverse', same, [shuffle(2), shuffle(4)]],
    [
      'what the pooling is given has one cell, whatever the others are given',
      'global-pool',
      'its map is 1 x 1, where average and maximum coincide',
      [
        { op: 'Conv2D', given: [1, 2], shape: [1, 2, 1] },
        { op: 'GlobalMaxPooling2D', given: [3], shape: [1, 1, 1] },
      ],
    ],
  ])('%s', (_, cause, words, made) => {
    expect(whyHidden(cause, several(made), true, 0)).toBe(words);
  });
});

test('without a reason of its own, by how much the difference is too small', () => {
  const any = segment({ op: 'Dense', given: [1], shape: [1] });
  expect(whyHidden('bn-epsilon', any, false, 0.2)).toBe(
    'its largest difference is 5.0 times smaller than what float32 may be off by',
  );
  expect(whyHidden(null, any, true, 0)).toBe('it gives the same values, bit for bit');
});
