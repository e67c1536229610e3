// When it is said that a reference was made with other weights: nearly every layer with weights is off, no other is.
import { describe, expect, test } from 'vitest';
import { tensor } from '../../../src/core/tensor.js';
import { activation, batchNormalization, conv2d, input, networkOf } from '../../../src/network/symbolic.js';
import { otherWeights } from '../../../src/parity/causes/other-weights.js';
import type { Failure } from '../../../src/parity/judge.js';

const CAUSE = { id: 'bn-epsilon', words: '', fix: '' };

/** Four convolutions, each with a normalisation and a relu after it. */
const network = networkOf(
  [1, 2, 3, 4].reduce(
    (x, i) =>
      activation(
        batchNormalization(conv2d(x, { name: `conv${i}`, filters: 2, kernelSize: [1, 1] }), `bn${i}`),
        'relu',
        `relu${i}`,
      ),
    input([2, 2, 2], 'x'),
  ),
  'n',
);

function causesOf(
  recordedLayers: readonly string[],
  off: readonly string[],
  known: readonly string[] = [],
  check: Failure['check'] = 'own',
) {
  const recorded = new Map(
    recordedLayers.map((layer) => [
      layer,
      { layer, key: layer, shape: [1], read: () => tensor(new Float32Array(1), [1]) },
    ]),
  );
  const failures = off.map((layer) => ({ layer, check }) as Failure);
  const causes = failures.map(({ layer }) => (known.includes(layer) ? CAUSE : null));
  const material = { input: tensor(new Float32Array(8), [1, 2, 2, 2]), recorded, rounding: 0 };
  return new Map(
    [...otherWeights({ network }, material, failures, causes)].map(([{ layer }, cause]) => [layer, cause]),
  );
}

const CONVS = ['conv1', 'conv2', 'conv3', 'conv4'];
const RELUS = ['relu1', 'relu2', 'relu3', 'relu4'];

describe('other weights', () => {
  test('are told of every layer with weights that is off, and how many those are', () => {
    // The relus are given what was not recorded and has weights.
    const found = causesOf([...CONVS, ...RELUS], [...CONVS, 'relu1', 'relu2']);
    expect([...found.keys()]).toEqual([...CONVS, 'relu1', 'relu2']);
    expect(found.get('conv1')).toEqual({
      id: 'weights-other',
      words:
        'The reference was made with other weights: 6 of 8 recorded layers that depend on weights are off, each from its recorded inputs and without a structure, and no layer without weights is.',
      fix: 'Compare with the checkpoint that the reference was recorded from (another epoch, another run), or record it again from this one.',
    });
  });

  test.each<[string, Parameters<typeof causesOf>]>([
    ['fewer than four layers tell', [CONVS.slice(1), CONVS.slice(1)]],
    ['fewer than three quarters are off', [CONVS, CONVS.slice(2)]],
    ['one of them has a cause of its own', [CONVS, CONVS, ['conv2']]],
    ['they fail by another check', [CONVS, CONVS, [], 'free-run']],
    [
      'a layer without weights is off',
      [
        [...CONVS, 'bn1', 'relu1'],
        [...CONVS, 'relu1'],
      ],
    ],
  ])('are not told where %s', (_, given) => expect([...causesOf(...given).keys()]).toEqual([]));

  test('are told where three of four are off', () => {
    expect([...causesOf(CONVS, CONVS.slice(1)).keys()]).toEqual(CONVS.slice(1));
  });
});
