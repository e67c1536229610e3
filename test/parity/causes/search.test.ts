// The search itself: what it spends, what it looks at first, and what it makes of other ways to fail.
import { describe, expect, test } from 'vitest';
import { tensor } from '../../../src/core/tensor.js';
import { evaluator } from '../../../src/evaluator/evaluator.js';
import { conv2d, input, networkOf } from '../../../src/network/symbolic.js';
import { UNIT_ROUNDOFF } from '../../../src/parity/bounds/bounded.js';
import { explainFailures } from '../../../src/parity/causes/explain.js';
import { judgementOf, shareUsed } from '../../../src/parity/causes/fit.js';
import { KNOWN_CAUSES } from '../../../src/parity/causes/registry.js';
import { matchLayers } from '../../../src/parity/fixture.js';
import { segmentOf } from '../../../src/parity/segment.js';
import { checkParity } from '../../../src/parity/verify.js';
import { noise } from '../../helpers/models.js';
import { channels, convolve, largest, type Mistake, overall, picture, recordWith, rectify } from './naive.js';
import { fixtureOf, IMAGES, planted, smallModel } from './plant.js';

const SMALL = smallModel();
const pooledByMax: Mistake = (layer, [x]) => (layer.name === 'global_pool' ? overall(x!, largest) : undefined);

describe('a high map', () => {
  const x = input([72, 40, 3], 'x');
  const network = networkOf(
    conv2d(x, { name: 'conv1', filters: 4, kernelSize: [3, 3], strides: [2, 2], activation: 'relu' }),
    'n',
  );
  const kernel = noise([3, 3, 3, 4], 3);
  const model = { network, weights: new Map([['conv1', { kernel }]]) };
  const { data } = noise([72, 40, 3], 5);
  const image = picture(72, 40, 3, (r, s, c) => data[(r * 40 + s) * 3 + c]!);
  const segmentWith = (change: (x: typeof image) => typeof image) => {
    const out = rectify(convolve(change(image), [...kernel.data], 3, 4, 2));
    const fixture = fixtureOf(new Map([['conv1', tensor(Float32Array.from(out.v), [1, 36, 20, 4])]]), [image]);
    const { layers } = matchLayers(fixture, network, (name) => name);
    const recorded = new Map(layers.map((layer) => [layer.layer, layer]));
    return segmentOf(model, { input: fixture.input.read(), recorded, rounding: UNIT_ROUNDOFF }, 'conv1');
  };
  const bgr = KNOWN_CAUSES.find(({ id }) => id === 'input-bgr')!;
  const spent = (segment: ReturnType<typeof segmentOf>) => {
    const meter = { left: 1e9 };
    const [variation] = bgr.variations(segment);
    const share = shareUsed(segment, variation!, judgementOf(segment, false), meter);
    return { share, work: 1e9 - meter.left };
  };

  test('is left after its first rows by a wrong guess, and gone through by the right one', () => {
    const right = spent(segmentWith((given) => channels(given, (c) => 2 - c)));
    const wrong = spent(segmentWith((given) => channels(given, (c) => (c + 1) % 3)));
    expect(right.share).toBeLessThan(1);
    expect(wrong.share).toBeUndefined();
    expect(wrong.work * 4).toBeLessThan(right.work);
  });
});

describe('work', () => {
  test('runs out: with none to spend, nothing is found', async () => {
    const { network } = SMALL;
    const outputs = await evaluator(SMALL).run(tensor(Float32Array.from(IMAGES[0]!.v), [1, 28, 28, 3]), [
      'conv1',
      'fc',
    ]);
    const wrong = tensor(
      Float32Array.from(outputs.get('fc')!.data, (v) => v + 1),
      [1, 7],
    );
    const fixture = fixtureOf(
      new Map([
        ['conv1', outputs.get('conv1')!],
        ['fc', wrong],
      ]),
      [IMAGES[0]!],
    );
    const { failures } = await checkParity(SMALL, fixture);
    const { layers } = matchLayers(fixture, network, (name) => name);
    const recorded = new Map(layers.map((layer) => [layer.layer, layer]));
    const material = { input: fixture.input.read(), recorded, rounding: UNIT_ROUNDOFF };
    const all = KNOWN_CAUSES.length;
    const unreached = { state: 'stopped', tried: 0, of: all };
    expect(explainFailures(SMALL, material, failures, 0)).toEqual(
      failures.map((f) => ({ ...f, cause: null, causeSearch: unreached })),
    );
    // Nothing is begun with nothing to spend; with next to nothing, the first causes are tried, and it is said how many.
    const [few] = explainFailures(SMALL, material, failures, 1e-7);
    expect(few).toMatchObject({ cause: null, causeSearch: { state: 'stopped', of: all } });
    expect(few!.causeSearch!.tried).toBeGreaterThan(0);
    expect(few!.causeSearch!.tried).toBeLessThan(all);
    expect(failures.map(({ cause, causeSearch }) => [cause, causeSearch])).toEqual([
      [null, { state: 'complete', tried: all, of: all }],
    ]);
  });

  test('goes first to what is met most often', async () => {
    const name = 'stage2/block2/1x1_gconv_2/concat';
    const late: Mistake = (layer, [x]) =>
      /1x1_gconv_2\/g\d_slice/.test(layer.name) ? channels(x!, (c) => (x!.c / 3) * 2 + c, x!.c / 3) : undefined;
    const arrays = [...recordWith(SMALL, IMAGES, late)].filter(([key]) => key === name || key.endsWith('bn_dwconv_1'));
    const fixture = fixtureOf(new Map(arrays));
    const { failures } = await checkParity(SMALL, fixture);
    const { layers } = matchLayers(fixture, SMALL.network, (key) => key);
    const recorded = new Map(layers.map((layer) => [layer.layer, layer]));
    const material = { input: fixture.input.read(), recorded, rounding: UNIT_ROUNDOFF };
    const unexplained = failures.map((failure) => ({ ...failure, cause: null }));
    // Enough for a few tries.
    const [first] = explainFailures(SMALL, material, unexplained, 1e-4);
    expect(first).toMatchObject({ layer: name, cause: { id: 'slices-last' } });
  });

  test('is spent the same way every time', async () => {
    expect(await planted(SMALL, pooledByMax)).toEqual(await planted(SMALL, pooledByMax));
  });
});

test('what fails by a stated tolerance for what it inherits has no cause of its own', async () => {
  const recorded = recordWith(SMALL, IMAGES, pooledByMax);
  recorded.delete(SMALL.network.input);
  const { failures } = await checkParity(SMALL, fixtureOf(recorded), { tolerance: 1e-5 });
  expect(failures.map(({ layer, cause }) => [layer, cause?.id])).toEqual([
    ['global_pool', 'global-pool'],
    ['fc', undefined],
    ['softmax', undefined],
  ]);
  expect(failures.map(({ causeSearch }) => causeSearch?.state)).toEqual(['complete', undefined, undefined]);
});

test('of two that fit, the other is told where it is met nearly as often', async () => {
  // With two groups, slices in reverse and slices exchanged are one thing.
  const model = smallModel({ groups: 2, numShuffleUnits: [1] });
  const reversed: Mistake = ({ name }, [x]) => {
    const group = /g(\d)_slice$/.exec(name)?.[1];
    return group === undefined ? undefined : channels(x!, (c) => (1 - Number(group)) * (x!.c / 2) + c, x!.c / 2);
  };
  const [first] = await planted(model, reversed, { only: (name) => !name.includes('_slice') });
  expect(first!.cause!.id).toBe('slices-reversed');
  expect(first!.cause!.words).toMatch(/; or, which explains it as well: in the reference the groups 0 and 1 read/);
});
