// Slices, convolutions and a concat, seen as the one grouped convolution they are.
import { describe, expect, test } from 'vitest';
import { groupConvolutions } from '../../src/network/groups.js';
import {
  activation,
  concatenate,
  conv2d,
  input,
  networkOf,
  type SymbolicTensor,
  sliceChannels,
} from '../../src/network/symbolic.js';

const x = input([4, 4, 6], 'x');

const convolved = (from: SymbolicTensor, name: string): SymbolicTensor =>
  conv2d(from, { name, filters: 2, kernelSize: [1, 1] });

const group = (from: SymbolicTensor, i: number): SymbolicTensor =>
  convolved(sliceChannels(from, i * 2, i * 2 + 2, `unit/gconv/g${i}_slice`), `unit/gconv_/g${i}`);

const found = (output: SymbolicTensor) => groupConvolutions(networkOf(output, 'n'));

describe('a grouped convolution', () => {
  const joined = concatenate([group(x, 0), group(x, 1), group(x, 2)], 'unit/gconv/concat');
  const network = networkOf(activation(joined, 'relu', 'relu'), 'n');

  test('is found with its input, its concat and its groups in order', () => {
    const [whole, ...others] = groupConvolutions(network);
    expect(others).toEqual([]);
    expect(whole).toMatchObject({ name: 'unit/gconv', input: 'x', concat: { name: 'unit/gconv/concat' } });
    expect(whole!.groups.map(({ slice, conv }) => [slice.name, slice.attrs.begin, conv.name])).toEqual([
      ['unit/gconv/g0_slice', 0, 'unit/gconv_/g0'],
      ['unit/gconv/g1_slice', 2, 'unit/gconv_/g1'],
      ['unit/gconv/g2_slice', 4, 'unit/gconv_/g2'],
    ]);
  });
});

describe('a concat is none', () => {
  test('when it joins other layers than convolutions', () => {
    expect(found(concatenate([x, activation(x, 'relu', 'r')], 'concat'))).toEqual([]);
  });

  test('when a part of it is no convolution', () => {
    expect(found(concatenate([group(x, 0), activation(x, 'relu', 'r')], 'concat'))).toEqual([]);
  });

  test('when the convolutions read whole maps', () => {
    expect(found(concatenate([convolved(x, 'a'), convolved(x, 'b')], 'concat'))).toEqual([]);
  });

  test('when the slices are of different maps', () => {
    const y = activation(x, 'relu', 'y');
    expect(found(concatenate([group(x, 0), group(y, 1)], 'concat'))).toEqual([]);
  });
});
