// How a program's steps are parted among threads, and what can be no part of one.
import { describe, expect, test } from 'vitest';
import { programOf } from '../../src/engine/program.js';
import { withoutValues } from '../../src/export/unfolded.js';
import {
  activation,
  conv2d,
  dense,
  depthwiseConv2d,
  globalPooling2d,
  input,
  networkOf,
  type SymbolicTensor,
} from '../../src/network/symbolic.js';

function program(output: SymbolicTensor, threads: number) {
  const how = { features: { fma: false, barriers: true }, fold: true, keep: new Set<string>(), threads };
  return programOf(withoutValues(networkOf(output, 'n')), { height: 3, width: 5, channels: 8 }, how);
}

/** The tasks of a network, and in how many parts each is. */
const parted = (output: SymbolicTensor, threads: number) =>
  program(output, threads).steps.map(({ jobs, parts }) => [jobs.at(-1)!.task.name, parts.length]);

const x = input([3, 5, 8], 'x');
const point = conv2d(x, { name: 'point', filters: 8, kernelSize: [1, 1] });
const window = depthwiseConv2d(point, { name: 'window', kernelSize: [3, 3], padding: 'same' });
const classes = dense(globalPooling2d(window, 'max', 'pool'), 10, 'fc');

describe('a step', () => {
  test('is in two parts for each thread, or in as many as there are pixels, rows, vectors of channels', () => {
    expect(parted(classes, 2)).toEqual([
      ['point', 4],
      ['window', 3],
      ['pool', 2],
      ['fc', 3],
    ]);
    expect(parted(classes, 9)[0]).toEqual(['point', 15]);
  });

  test('is whole for one thread', () => {
    expect(parted(classes, 1).map(([, parts]) => parts)).toEqual([1, 1, 1, 1]);
  });

  test('of one pixel computes other channels in each part, from weights of their own', () => {
    const { steps, constants } = program(classes, 2);
    const calls = steps.at(-1)!.parts.flat();
    const addresses = calls.map(({ args }) => args[1]);
    expect(new Set(addresses).size).toBe(3);
    expect(constants.map(({ address }) => address)).toEqual(expect.arrayContaining(addresses));
  });

  test('has one kernel for all of its parts that are alike', () => {
    const kernels = program(classes, 2)
      .steps[0]!.parts.flat()
      .map(({ kernel }) => kernel);
    expect(new Set(kernels).size).toBe(1);
  });
});

test('nothing may take what a softmax gives', () => {
  const after = activation(activation(classes, 'softmax', 'softmax'), 'relu', 'after');
  expect(() => program(after, 1)).toThrow(
    'The engine cannot run this layer.\n  where:    after\n  found:    what takes a softmax',
  );
});
