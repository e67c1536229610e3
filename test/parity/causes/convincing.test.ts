// When a change that keeps its bounds is believed: values that went through several layers must be met closely.
import { describe, expect, test } from 'vitest';
import type { Layer } from '../../../src/network/layer.js';
import { type BoundedMap, exact } from '../../../src/parity/bounds/bounded.js';
import { isConvincing, isDeep } from '../../../src/parity/causes/convincing.js';
import { FLOAT16 } from '../../../src/parity/number-formats.js';
import type { Segment } from '../../../src/parity/segment.js';

interface Drawn {
  readonly name: string;
  readonly op: Layer['op'];
  readonly inputs: readonly string[];
  readonly attrs?: object;
}

const layersOf = (drawn: readonly Drawn[]) => drawn.map((layer) => ({ attrs: {}, ...layer })) as unknown as Layer[];

describe('a segment is deep', () => {
  const deep = (...drawn: Drawn[]) => {
    const layers = layersOf(drawn);
    return isDeep({ layers, target: layers.at(-1)! } as unknown as Segment);
  };
  const conv = (name: string, ...inputs: string[]): Drawn => ({ name, op: 'Conv2D', inputs });
  const moving = (name: string, ...inputs: string[]): Drawn => ({ name, op: 'Concatenate', inputs });
  const active = (activation: string, name: string, ...inputs: string[]): Drawn => ({
    name,
    op: 'Activation',
    attrs: { activation },
    inputs,
  });

  test('when values go through two layers that round', () => {
    expect(deep(conv('a', 'x'))).toBe(false);
    expect(deep(conv('a', 'x'), conv('b', 'a'))).toBe(true);
    expect(deep(conv('a', 'x'), conv('b', 'x'), moving('c', 'a', 'b'))).toBe(false);
    expect(deep(conv('a', 'x'), conv('b', 'x'), conv('c', 'a'), moving('d', 'b', 'c'))).toBe(true);
  });

  test('not for what only moves them, or rectifies', () => {
    expect(deep(conv('a', 'x'), moving('b', 'a'), active('relu', 'c', 'b'))).toBe(false);
    expect(deep(conv('a', 'x'), active('softmax', 'b', 'a'))).toBe(true);
  });

  test.each([
    'DepthwiseConv2D',
    'Dense',
    'BatchNormalization',
    'Add',
    'AveragePooling2D',
    'GlobalAveragePooling2D',
  ] as const)('%s rounds', (op) => {
    expect(deep(conv('a', 'x'), { name: 'b', op, inputs: ['a'] })).toBe(true);
  });

  test.each(['MaxPooling2D', 'GlobalMaxPooling2D', 'Slice', 'ChannelShuffle', 'Concatenate'] as const)(
    '%s does not',
    (op) => {
      expect(deep(conv('a', 'x'), { name: 'b', op, inputs: ['a'] })).toBe(false);
    },
  );
});

const map = (values: readonly number[]): BoundedMap =>
  exact({ data: Float64Array.from(values), shape: [values.length] });

/** One image of a layer that gives `before`, where `recorded` was recorded. */
function segment(
  before: readonly number[],
  recorded: readonly number[],
  more: object = {},
  op: Drawn['op'] = 'Dense',
): Segment {
  const [target] = layersOf([{ name: 't', op, inputs: ['x'], attrs: { activation: 'softmax' } }]);
  return {
    layers: [target],
    target,
    outputs: [new Map([['t', map(before)]])],
    recording: { shape: [1, recorded.length], values: Float64Array.from(recorded) },
    ...more,
  } as unknown as Segment;
}

describe('a change is convincing', () => {
  const recorded = [1, 2, 3, 4];
  const off = recorded.map((v) => v + 1);
  const leaving = (part: number) => [map(recorded.map((v) => v + part))];

  test('when it leaves a thousandth of the difference at most', () => {
    expect(isConvincing(segment(off, recorded), leaving(0.00099))).toBe(true);
    expect(isConvincing(segment(off, recorded), leaving(0.00101))).toBe(false);
  });

  test('by root mean square: one value may be further off where the others are not', () => {
    const one = (by: number) => [map([1, 2, 3, 4 + by])];
    expect(isConvincing(segment(off, recorded), one(0.00199))).toBe(true);
    expect(isConvincing(segment(off, recorded), one(0.00201))).toBe(false);
  });

  test('measured by the recorded values where the sizes differ', () => {
    // Their root mean square is the root of 7.5.
    const other = segment([1, 2, 3], recorded);
    expect(isConvincing(other, leaving(0.00273))).toBe(true);
    expect(isConvincing(other, leaving(0.00275))).toBe(false);
  });

  test('not on fewer than four values that are not zero', () => {
    const few = [0, 2, 3, 4];
    expect(isConvincing(segment(off, few), [map(few)])).toBe(false);
  });

  test('where it is about coarser numbers: within 16 of their roundings', () => {
    const coarse = { times: 1, relative: 2 ** -11 };
    const limit = 16 * 2 ** -11 * Math.sqrt(7.5);
    expect(isConvincing(segment(off, recorded), leaving(0.999 * limit), coarse)).toBe(true);
    expect(isConvincing(segment(off, recorded), leaving(1.001 * limit), coarse)).toBe(false);
    const stored = { stored: new Map([['t', { kernel: FLOAT16 }]]) };
    expect(isConvincing(segment(off, recorded, stored), leaving(0.999 * limit))).toBe(true);
    expect(isConvincing(segment(off, recorded, stored), leaving(1.001 * limit))).toBe(false);
  });
});

describe('of probabilities', () => {
  const recorded = [1e-9, 1e-6, 0.1, 0.5, 0.3];
  const twice = recorded.map((p) => 2 * p);
  const times = (factor: number) => [map(recorded.map((p) => factor * p))];

  test('the logarithms are compared, so that small ones count', () => {
    // Twice all is off by log 2.
    expect(isConvincing(segment(twice, recorded, {}, 'Activation'), times(2 ** 0.00099))).toBe(true);
    expect(isConvincing(segment(twice, recorded, {}, 'Activation'), times(2 ** 0.00101))).toBe(false);
    const wrongWhereSmall = [map([3e-9, 1e-6, 0.1, 0.5, 0.3])];
    expect(isConvincing(segment(twice, recorded, {}, 'Activation'), wrongWhereSmall)).toBe(false);
    expect(isConvincing(segment(twice, recorded), wrongWhereSmall)).toBe(true);
  });

  test('those that are nearly 0 or 1 tell nothing', () => {
    const sure = [1 - 2 ** -21, 2 ** -126, 0.1, 0.2, 0.3];
    expect(isConvincing(segment(twice, sure, {}, 'Activation'), [map(sure)])).toBe(false);
    const unsure = [1 - 2 ** -19, 2 ** -126, 0.1, 0.2, 0.3];
    expect(isConvincing(segment(twice, unsure, {}, 'Activation'), [map(unsure)])).toBe(true);
  });

  test('what is recorded outside 0 to 1 is none', () => {
    const logits = [-1, 2, 3, 4, 5];
    const off = logits.map((v) => v + 1);
    expect(isConvincing(segment(off, logits, {}, 'Activation'), [map(logits.map((v) => v + 0.00099))])).toBe(true);
  });
});
