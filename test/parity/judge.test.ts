// From errors to verdicts: who is at fault and who only hands on, and the sentence that says so.
import { describe, expect, test } from 'vitest';
import type { Layer, Network } from '../../src/network/layer.js';
import { activation, input, networkOf } from '../../src/network/symbolic.js';
import type { LayerCheck } from '../../src/parity/check-layer.js';
import type { FreeRunError } from '../../src/parity/free-run.js';
import { failuresByBounds, failuresByTolerance } from '../../src/parity/judge.js';
import type { OwnError } from '../../src/parity/own-error.js';

const HISTOGRAM = { equal: 9, edges: [0, 1, 3], counts: [2, 1], beyond: 0 };
const SPOT = { flat: 7, value: 0.25, expected: 0.5, bound: 0.015625 };
const AWAY = { flat: 3, value: -1, expected: 1, bound: 0.5 };

const OWN: OwnError = {
  maxAbsError: 0.25,
  largest: SPOT,
  budget: 16,
  worst: SPOT,
  off: 3,
  count: 12,
  where: { pattern: 'some', words: 'scattered' },
  histogram: HISTOGRAM,
};
const FREE: FreeRunError = {
  ...OWN,
  largest: AWAY,
  worst: AWAY,
  maxAbsError: 2,
  off: 6,
  inherited: 0,
  maxRelError: 0.5,
  scale: 4,
  sigma: 0.1,
};

/** What was found of a layer of shape (1, 2, 2, 3); where it is not off, it agrees. */
function checkOf(
  layer: string,
  { own = {}, freeRun = {} }: { own?: Partial<OwnError>; freeRun?: Partial<FreeRunError> } = {},
): LayerCheck {
  const recorded = { layer, key: `${layer}:key`, shape: [1, 2, 2, 3], read: () => expect.fail('it was read') };
  return {
    recorded,
    shape: [1, 2, 2, 3],
    errors: { own: { ...OWN, off: 0, ...own }, freeRun: { ...FREE, off: 0, ...freeRun } },
  };
}
const shapeless = (layer: string): LayerCheck => ({
  recorded: { ...checkOf(layer).recorded, shape: [1, 4] },
  shape: [1, 2, 2, 3],
});

/** a, b and c in a row; the last one is of the class that is asked for. */
function chain(op: Layer['op'] = 'Activation'): Network {
  const a = activation(input([2, 2, 3], 'a'), 'relu', 'b');
  const network = networkOf(activation(a, 'relu', 'c'), 'n');
  return { ...network, layers: network.layers.map((l) => (l.name === 'c' ? ({ ...l, op } as Layer) : l)) };
}

const off = { own: { off: 3 } };
const astray = { freeRun: { off: 6 } };
const judged = (...checks: LayerCheck[]) => failuresByBounds(chain(), checks).map(({ layer, check }) => [layer, check]);

describe('by bounds, at fault is', () => {
  test('nobody where all agree', () => expect(judged(checkOf('a'), checkOf('b'), checkOf('c'))).toEqual([]));

  test('who is off from recorded inputs, each', () => {
    expect(judged(checkOf('a', off), checkOf('b', astray), checkOf('c', off))).toEqual([
      ['a', 'own'],
      ['c', 'own'],
    ]);
  });

  test('who strays in the free run while nothing before it does', () => {
    expect(judged(checkOf('a'), checkOf('b', astray), checkOf('c', astray))).toEqual([['b', 'free-run']]);
  });

  test('not who inherits through layers that were not recorded', () => {
    expect(judged(checkOf('a', off), checkOf('c', astray))).toEqual([['a', 'own']]);
    expect(judged(checkOf('c', astray))).toEqual([['c', 'free-run']]);
  });

  test('who has another shape, and what follows it only for its own error', () => {
    expect(judged(shapeless('b'), checkOf('c', astray))).toEqual([['b', 'shape']]);
    expect(judged(shapeless('b'), checkOf('c', off))).toEqual([
      ['b', 'shape'],
      ['c', 'own'],
    ]);
  });

  test("told in the network's order, whatever order the checks have", () => {
    expect(judged(checkOf('c', off), checkOf('a', off)).map(([layer]) => layer)).toEqual(['a', 'c']);
  });
});

const UNSEARCHED = { cause: null, causeSearch: null };

describe('a failure tells', () => {
  test('of another shape, both', () => {
    expect(failuresByBounds(chain(), [shapeless('b')])).toEqual([
      {
        layer: 'b',
        key: 'b:key',
        check: 'shape',
        index: null,
        value: null,
        expected: null,
        bound: null,
        share: null,
        where: null,
        histogram: null,
        ...UNSEARCHED,
        reason: 'its output has the shape (1, 2, 2, 3), the reference (1, 4)',
      },
    ]);
  });

  test('of a layer alone, the worst value, what is off and where', () => {
    expect(failuresByBounds(chain(), [checkOf('c', off)])).toEqual([
      {
        layer: 'c',
        key: 'c:key',
        check: 'own',
        index: [0, 1, 0, 1],
        value: 0.25,
        expected: 0.5,
        bound: 0.015625,
        share: 0.25,
        where: { pattern: 'some', words: 'scattered' },
        histogram: HISTOGRAM,
        ...UNSEARCHED,
        reason:
          'from its recorded inputs it gives 0.25 at [0, 1, 0, 1], recorded is 0.5; float32 can be off by 0.0156 there, and this is 16.0 times that; 3 of 12 values are off, scattered',
      },
    ]);
  });

  test.each(['Slice', 'Concatenate', 'ChannelShuffle', 'MaxPooling2D', 'GlobalMaxPooling2D'] as const)(
    'of a %s that it moves values',
    (op) => {
      const exact = checkOf('c', { own: { off: 1, worst: { ...SPOT, bound: 0 } } });
      expect(failuresByBounds(chain(op), [exact])[0]!.reason).toBe(
        'from its recorded inputs it gives 0.25 at [0, 1, 0, 1], recorded is 0.5; it moves values without changing them, so that any difference is a fault; 1 of 12 values are off, scattered',
      );
    },
  );

  test('of another layer without a bound, that float32 is exact there', () => {
    const exact = checkOf('c', { own: { off: 1, worst: { ...SPOT, bound: 0 } } });
    expect(failuresByBounds(chain(), [exact])[0]!.reason).toContain('recorded is 0.5; float32 is exact there; 1 of 12');
  });

  test('of the free run, the worst value there and what rounding explains', () => {
    expect(failuresByBounds(chain(), [checkOf('c', astray)])).toEqual([
      {
        layer: 'c',
        key: 'c:key',
        check: 'free-run',
        index: [0, 0, 1, 0],
        value: -1,
        expected: 1,
        bound: 0.5,
        share: 0.5,
        where: null,
        histogram: HISTOGRAM,
        ...UNSEARCHED,
        reason:
          'run from the input it gives -1 at [0, 0, 1, 0], recorded is 1; rounding explains 0.500 (12 sigma); 6 of 12 values are off, though everything recorded before it agrees',
      },
    ]);
  });
});

describe('by a stated tolerance', () => {
  // The largest error is 2, of a layer whose largest value is 4.
  test.each([
    [0.5, 0],
    [0.49, 1],
  ])('of %d there are %d failures: it is a part of the largest value', (tolerance, count) => {
    expect(failuresByTolerance([checkOf('b')], tolerance)).toHaveLength(count);
  });

  test('a failure tells the largest error and what was allowed', () => {
    expect(failuresByTolerance([checkOf('b', off)], 0.25)).toEqual([
      {
        layer: 'b',
        key: 'b:key',
        check: 'tolerance',
        index: [0, 0, 1, 0],
        value: -1,
        expected: 1,
        bound: 1,
        share: null,
        where: null,
        histogram: null,
        ...UNSEARCHED,
        reason:
          "the largest error is 2.00 (0.500 of the layer's largest value 4.00; allowed 2.5e-1) at [0, 0, 1, 0]: computed -1, recorded 1",
      },
    ]);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('an error of %d passes none, however large', (maxAbsError) => {
    const scale = Number.POSITIVE_INFINITY;
    expect(failuresByTolerance([checkOf('b', { freeRun: { maxAbsError, scale } })], 1e9)).toHaveLength(1);
  });

  test('another shape passes none', () => {
    expect(failuresByTolerance([shapeless('b')], 1e9).map(({ check }) => check)).toEqual(['shape']);
  });
});
