// What has to be copied, and is said to be: where values do not lie as those who read them need it. Values are the evaluator's.
import { describe, expect, test } from 'vitest';
import {
  add,
  concatenate,
  conv2d,
  input,
  maxPooling2d,
  networkOf,
  type SymbolicTensor,
  shuffleChannels,
  sliceChannels,
} from '../../../src/network/symbolic.js';
import { noise } from '../../helpers/models.js';
import { expectAlike } from '../alike.js';
import { weightsOf } from '../topologies.js';

const x = input([5, 5, 6], 'x');

const conv = (name: string, from = x, side = 1): SymbolicTensor =>
  conv2d(from, { name, filters: 6, kernelSize: [side, side], padding: 'same' });

const pool = (name: string, from = x): SymbolicTensor =>
  maxPooling2d(from, { name, poolSize: [3, 3], strides: [1, 1], padding: 'same' });

/** What the engine notes about a network whose values are right. */
function notesOf(output: SymbolicTensor, ...observe: string[]): Promise<readonly string[]> {
  const network = networkOf(output, 'n');
  return expectAlike({ network, weights: weightsOf(network) }, noise([1, 5, 5, 6], 3), { observe });
}

describe('nothing is copied', () => {
  const [a, b] = [conv('a'), conv('b')];
  test.each<[string, SymbolicTensor]>([
    ['by a shuffle before a convolution', conv('end', shuffleChannels(conv('a'), 3, 's'))],
    ['by a slice before a convolution', conv('end', sliceChannels(conv('a'), 2, 5, 's'))],
    ['by an addition', add([a, b], 'end')],
    ['by a concatenation, and one of that', concatenate([concatenate([a, b], 'two'), conv('c')], 'end')],
    ['by windows over the input, of whatever sizes', add([conv('a', x, 5), conv('b', x, 3)], 'end')],
    ['by windows over the input, the largest last', add([conv('a', x, 3), conv('b', x, 5)], 'end')],
  ])('%s', async (_, output) => {
    expect(await notesOf(output)).toEqual([]);
  });
});

describe('its input is copied', () => {
  const a = conv('a');
  test.each<[string, SymbolicTensor, string[]]>([
    ['for a window over what was computed', conv('end', a, 3), ['end']],
    ['for a pooling of the input, which has no vectors', pool('end'), ['end']],
    ['for a pooling of some channels', pool('end', sliceChannels(a, 1, 4, 's')), ['end']],
    ['for what is added in another order', add([conv('b'), shuffleChannels(a, 2, 's')], 'end'), ['end']],
    ['for what is added as a part', add([conv('b'), sliceChannels(concatenate([a, conv('c')], 'two'), 3, 9, 's')], 'end'), ['end']], // biome-ignore format: one line
    ['for a part that is joined twice', concatenate([a, a], 'end'), ['end']],
    ['for parts in another order', concatenate([shuffleChannels(a, 2, 's'), conv('b')], 'end'), ['end']],
    ['for the input as a part', concatenate([x, a], 'end'), ['end']],
    ['for maps that would have to be cut in two ways', add([concatenate([a, conv('b')], 'ab'), concatenate([conv('b2'), a], 'ba')], 'end'), ['ba']], // biome-ignore format: one line
  ])('%s', async (_, output, layers) => {
    expect(await notesOf(output)).toEqual(layers.map((name) => `${name}: its input is copied`));
  });
});

test('a part that is to be seen is there after the run, and so is what it is joined into', async () => {
  let last: SymbolicTensor = concatenate([conv('a'), conv('b')], 'both');
  for (const name of ['c', 'd', 'e', 'f']) last = conv(name, last);
  expect(await notesOf(last, 'a')).toEqual([]);
});
