// A load report in words: a line for each thing that is wrong, and what to do about the gravest of it.
import { describe, expect, test } from 'vitest';
import type { LoadReport } from '../../src/network/model.js';
import { LoadError } from '../../src/shufflenet/load-errors.js';
import { advice, describeProblems } from '../../src/shufflenet/load-report.js';

const EMPTY: LoadReport = {
  scheme: 'article',
  loaded: [],
  missing: [],
  unused: [],
  mismatched: [],
  unreadable: [],
  nonFinite: [],
  negativeVariance: [],
  otherLayers: [],
  notes: [],
};

const told = (report: Partial<LoadReport>) => describeProblems({ ...EMPTY, ...report }).map(({ text }) => text);
const adviceOn = (report: Partial<LoadReport>) => advice({ ...EMPTY, ...report });
const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

const missing = (layer: string, more = {}) =>
  ({ layer, role: 'kernel', expectedName: layer, layerPresent: false, ...more }) as const;
const unreadable = (more = {}) =>
  ({ layer: 'fc', role: 'bias', from: 'fc/bias:0', reason: 'It is a link.', ...more }) as const;
const mismatched = (found: number[], expected: number[], permutation?: number[], layer = 'conv1') =>
  ({ layer, role: 'kernel', found, expected, ...(permutation && { permutation }) }) as const;
const unused = (weight: string, more = {}) =>
  ({ layer: 'conv1', weight, shape: [6], ownLayer: true, allowed: false, ...more }) as const;

describe('a line is told of', () => {
  test('nothing, where nothing is wrong', () => expect(told({})).toEqual([]));

  test('a layer that is missing, once, by the name that the file would give it', () => {
    const at = { expectedName: 'net/fc' };
    expect(told({ missing: [missing('fc', at), missing('fc', { ...at, role: 'bias' })] })).toEqual([
      'missing layer net/fc',
    ]);
    expect(told({ missing: [missing('conv1', { nearest: 'conv_1\n' })] })).toEqual([
      'missing layer conv1 (the file has "conv_1\\u000a", which has no other place)',
    ]);
  });

  test('a weight that is missing in a layer that is there', () => {
    expect(told({ missing: [missing('fc', { layerPresent: true })] })).toEqual(['fc has no kernel']);
  });

  test('a weight that cannot be used', () => {
    expect(told({ unreadable: [unreadable()] })).toEqual(['fc/bias:0 cannot be used: It is a link.']);
  });

  test.each([
    [[3, 3, 1, 6], [3, 3, 3, 6], undefined, ''],
    [[10, 120], [120, 10], [1, 0], '; its axes in the order (1, 0) would fit: stored transposed, as PyTorch does'],
    [
      [6, 3, 5, 4],
      [5, 4, 3, 6],
      [2, 3, 1, 0],
      '; its axes in the order (2, 3, 1, 0) would fit: stored OIHW, as PyTorch and Theano do',
    ],
    [[3, 5, 4], [4, 3, 5], [2, 0, 1], '; its axes in the order (2, 0, 1) would fit'],
  ])('a weight of the shape %j in the place of %j', (found, expected, permutation, order) => {
    const shape = (dims: number[]) => `(${dims.join(', ')})`;
    expect(told({ mismatched: [mismatched(found, expected, permutation)] })).toEqual([
      `conv1 kernel is ${shape(found)}, expected ${shape(expected)}${order}`,
    ]);
  });

  test('values that are not numbers', () => {
    const nonFinite = { layer: 'fc', role: 'kernel', nan: 1200, infinite: 0, firstIndex: [3, 4] } as const;
    expect(told({ nonFinite: [nonFinite] })).toEqual(['fc kernel holds 1,200 NaN and 0 infinite, the first at [3, 4]']);
  });

  test('variances below zero', () => {
    const negative = { layer: 'bn', count: 1, firstIndex: [3], firstValue: -0.5 };
    expect(told({ negativeVariance: [negative] })).toEqual([
      'bn moving_variance has 1 negative value, the first -0.5 at [3]',
    ]);
  });

  test('weights without a place, in own layers, unless they are allowed', () => {
    const left = [unused('a'), unused('b', { allowed: true }), unused('c', { ownLayer: false })];
    expect(told({ unused: left })).toEqual(['a (6,) of conv1 has no place in the network']);
  });

  test('each kind, with the layer it is about', () => {
    const report = {
      ...EMPTY,
      missing: [missing('fc'), missing('bn', { layerPresent: true })],
      unreadable: [unreadable({ layer: 'u' })],
      mismatched: [mismatched([1], [2], undefined, 'm')],
      nonFinite: [{ layer: 'n', role: 'kernel', nan: 1, infinite: 0, firstIndex: [0] }] as const,
      negativeVariance: [{ layer: 'v', count: 1, firstIndex: [0], firstValue: -1 }],
      unused: [unused('w', { layer: 'own' })],
    };
    expect(describeProblems(report).map(({ layer }) => layer)).toEqual(['fc', 'bn', 'u', 'm', 'n', 'v', 'own']);
  });
});

describe('of many of a kind the first four are told, then their number', () => {
  test.each([
    ['missing layer', { missing: times(5, (i) => missing(`l${i}`)) }],
    ['missing weight', { missing: times(5, (i) => missing(`l${i}`, { layerPresent: true })) }],
    ['unreadable weight', { unreadable: times(5, () => unreadable()) }],
    ['wrong shape', { mismatched: times(5, () => mismatched([1], [2])) }],
    [
      'tensor with values that are not numbers',
      { nonFinite: times(5, () => ({ layer: 'l', role: 'kernel', nan: 1, infinite: 0, firstIndex: [0] }) as const) },
    ],
    [
      'negative variance',
      { negativeVariance: times(5, () => ({ layer: 'l', count: 1, firstIndex: [0], firstValue: -1 })) },
    ],
    ['unused weight', { unused: times(5, (i) => unused(`w${i}`)) }],
  ])('%s', (noun, report) => {
    const lines = describeProblems({ ...EMPTY, ...report });
    expect(lines).toHaveLength(5);
    expect(lines[4]).toEqual({ layer: '', text: `and 1 more ${noun}` });
  });

  test('of each kind', () => {
    expect(told({ mismatched: times(4, () => mismatched([1], [2])) })).toHaveLength(4);
    expect(told({ mismatched: times(9, () => mismatched([1], [2])) }).at(-1)).toBe(
      'and 5 more of the kind "wrong shape"',
    );
  });
});

describe('the advice', () => {
  const OIHW = mismatched([6, 3, 5, 4], [5, 4, 3, 6], [2, 3, 1, 0]);
  const DENSE = mismatched([10, 120], [120, 10], [1, 0], 'fc');
  const TRANSPOSE = 'transpose them (numpy.transpose with the order above) and save again';

  test('on kernels in one other order is the flag that reads them', () => {
    expect(adviceOn({ mismatched: [OIHW] })).toBe('the convolution kernels are stored OIHW: say --kernel-order oihw');
    expect(adviceOn({ mismatched: [OIHW, DENSE] })).toBe(
      `the convolution kernels are stored OIHW: say --kernel-order oihw; it leaves fc as stored: ${TRANSPOSE}`,
    );
  });

  test('on kernels in no one order is to transpose them', () => {
    expect(adviceOn({ mismatched: [DENSE] })).toBe(`kernels are stored in another axis order: ${TRANSPOSE}`);
  });

  test('on an order that was stated is to leave it out, unless the dense kernel alone is turned', () => {
    const notes = [{ id: 'kernel-order', text: '' }];
    expect(adviceOn({ mismatched: [OIHW], notes })).toBe(
      'the kernels do not fit in the order that was stated: leave --kernel-order out, and the report says which fits',
    );
    expect(adviceOn({ mismatched: [DENSE], notes })).toBe(`kernels are stored in another axis order: ${TRANSPOSE}`);
  });

  const INSPECT =
    '`inspect` lists what is in the file; state the settings of the network if they were inferred wrongly';
  const DIVERGED = 'the training diverged or the file was damaged: take an earlier checkpoint, or the original file';
  const RENAME = 'if "conv_1" is conv1 under another name, rename it in the file';
  const near = missing('conv1', { nearest: 'conv_1' });
  const nan = { layer: 'n', role: 'kernel', nan: 1, infinite: 0, firstIndex: [0] } as const;
  const negative = { layer: 'v', count: 1, firstIndex: [0], firstValue: -1 };

  test.each<[string, Partial<LoadReport>]>([
    ['copy the file', { unreadable: [unreadable(), unreadable({ next: 'copy the file' })], missing: [near] }],
    [RENAME, { missing: [missing('fc'), near], nonFinite: [nan] }],
    [DIVERGED, { nonFinite: [nan], missing: [missing('fc')] }],
    [DIVERGED, { negativeVariance: [negative] }],
    [INSPECT, { missing: [missing('fc')] }],
    [INSPECT, { unreadable: [unreadable()] }],
    [INSPECT, { mismatched: [mismatched([1], [2])] }],
  ])('is the first of what helps: %s', (next, report) => expect(adviceOn(report)).toBe(next));

  test('on weights left over is the flag that allows them', () => {
    const left = [unused('x', { allowed: true }), unused('a'), unused('b'), unused('c', { ownLayer: false })];
    expect(adviceOn({ unused: left })).toBe(
      'if these weights may be left out, name them: --allow-unused "a" and 1 more',
    );
  });
});

test('the error has the report, its lines, and the first layer', () => {
  const report = { ...EMPTY, missing: [missing('fc'), missing('bn', { layerPresent: true })] };
  const error = new LoadError(report, 'ShuffleNet');
  expect([error.tag, error.kind, error.report]).toEqual(['Load', 'file', report]);
  expect(error.explanation).toEqual({
    what: 'The weights do not fit ShuffleNet; nothing was loaded.',
    where: 'fc',
    found: 'missing layer fc\nbn has no kernel',
    expected: 'every weight of the network, once, of the right shape, finite',
    next: '`inspect` lists what is in the file; state the settings of the network if they were inferred wrongly',
  });
});
