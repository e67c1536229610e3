// Which operations become one, and which stay.
import { describe, expect, test } from 'vitest';
import { fuse } from '../../../src/engine/plan/fuse.js';
import { type Operation, operationsOf } from '../../../src/engine/plan/operations.js';
import { withoutValues } from '../../../src/export/unfolded.js';
import {
  activation,
  add,
  batchNormalization,
  concatenate,
  conv2d,
  input,
  maxPooling2d,
  networkOf,
  type SymbolicTensor,
  shuffleChannels,
} from '../../../src/network/symbolic.js';

const x = input([4, 4, 6], 'x');
const conv = (name: string, from = x): SymbolicTensor => conv2d(from, { name, filters: 6, kernelSize: [1, 1] });
const relu = (from: SymbolicTensor, name = 'relu'): SymbolicTensor => activation(from, 'relu', name);
const pool = (name: string): SymbolicTensor =>
  maxPooling2d(x, { name, poolSize: [3, 3], strides: [1, 1], padding: 'same' });

/** What is left of a network. */
function fused(output: SymbolicTensor, ...keep: string[]): Operation[] {
  const network = networkOf(output, 'n');
  const operations = operationsOf(withoutValues(network), { height: 4, width: 4, channels: 6 }, { fold: true });
  return fuse(operations, new Set([...keep, network.output])).slice(1);
}

/** `relu?kind name(inputs)`, with the residual last, and `'` where the value is no layer's. */
const told = ({ name, work, relu: cut, inputs, layer }: Operation): string => {
  const residual = work.kind === 'convolution' && work.residual !== undefined ? `, +${work.residual}` : '';
  return `${cut ? 'relu ' : ''}${work.kind} ${name}${layer ? '' : "'"}(${inputs.join(', ')}${residual})`;
};

const lines = (output: SymbolicTensor, ...keep: string[]): string[] => fused(output, ...keep).map(told);

describe('a relu', () => {
  test.each<[string, SymbolicTensor, string]>([
    ['convolution', conv('a'), 'relu convolution relu(x)'],
    ['pooling', pool('a'), 'relu pool relu(x)'],
    ['sum', add([x, x], 'a'), 'relu add relu(x, x)'],
  ])('is the end of a %s', (_, from, expected) => {
    expect(lines(relu(from))).toEqual([expected]);
  });

  test('stays where its input is kept, taken elsewhere, or a view', () => {
    const a = conv('a');
    expect(lines(relu(a), 'a')).toEqual(['convolution a(x)', 'relu relu(a)']);
    expect(lines(concatenate([relu(a), a], 'both')).slice(0, 2)).toEqual(['convolution a(x)', 'relu relu(a)']);
    expect(lines(relu(shuffleChannels(x, 2, 's')))).toEqual(['channels s(x)', 'relu relu(s)']);
  });

  test("of what is joined becomes its parts', whose values are then no layer's", () => {
    expect(lines(relu(concatenate([conv('a'), pool('b')], 'both')))).toEqual([
      "relu convolution a'(x)",
      "relu pool b'(x)",
      'concat relu(a, b)',
    ]);
  });

  test('of what is joined stays where a part is kept, taken elsewhere, or cannot end in one', () => {
    const [a, b] = [conv('a'), pool('b')];
    expect(lines(relu(concatenate([a, b], 'both')), 'b')).toContain('relu relu(both)');
    expect(lines(add([relu(concatenate([a, b], 'both')), concatenate([a, pool('c')], 'more')], 'sum'))).toContain(
      'relu relu(both)',
    );
    expect(lines(relu(concatenate([a, shuffleChannels(x, 2, 's')], 'both')))).toContain('relu relu(both)');
  });
});

describe('an addition', () => {
  test("becomes a convolution's, whichever side that is on, with the relu after it", () => {
    const expected = ['pool b(x)', 'relu convolution relu(x, +b)'];
    expect(lines(relu(add([conv('a'), pool('b')], 'sum')))).toEqual(expected);
    expect(lines(relu(add([pool('b'), conv('a')], 'sum')))).toEqual(expected);
  });

  test('of two convolutions is taken by one', () => {
    expect(lines(add([conv('a'), conv('b')], 'sum'))).toEqual(['convolution b(x)', 'convolution sum(x, +b)']);
  });

  test('of a convolution that has one already makes another', () => {
    const first = add([conv('a'), pool('b')], 'first');
    expect(lines(add([first, pool('c')], 'second')).at(-1)).toBe('add second(first, c)');
  });

  const a = conv('a');
  test.each<[string, SymbolicTensor, string[]]>([
    ['of a convolution to itself', add([a, a], 'sum'), []],
    ['of one that is kept', add([conv('a'), pool('b')], 'sum'), ['a']],
    ['of one that ends in a relu', add([relu(conv('a')), pool('b')], 'sum'), []],
    ['of no convolution', add([pool('a'), pool('b')], 'sum'), []],
    ['of one whose batch norm ends in a relu', add([relu(batchNormalization(conv('a'), 'bn')), pool('b')], 'sum'), []],
  ])('%s stays', (_, output, keep) => {
    expect(lines(output, ...keep).at(-1)).toMatch(/^add sum\(/);
  });
});
