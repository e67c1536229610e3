// Checkpoints in float16 and bfloat16: references made with the weights before they were rounded pass and are named;
// a fault beside the rounding fails with its cause. References come from naive.ts, which rounds nothing.
import { describe, expect, test } from 'vitest';
import { type Tensor, tensor } from '../../src/core/tensor.js';
import { nearestOf } from '../../src/parity/causes/rounding.js';
import { BFLOAT16, FLOAT16, type Format } from '../../src/parity/number-formats.js';
import type { StoredFormats } from '../../src/parity/stored.js';
import { type Checked, checkParity, type Parity, type ParityOptions } from '../../src/parity/verify.js';
import { depthwise, each, type Mistake, normalise, recordWith } from './causes/naive.js';
import { damaged, fixtureOf, IMAGES, smallModel } from './causes/plant.js';

const TRUTH = smallModel({ numShuffleUnits: [1] });
const UNIT = 'stage2/block2';
const none: Mistake = () => undefined;

/** The model as a file would have it that stores some weights in `format`. */
function stored(format: Format, ofRole: (role: string) => boolean = () => true, truth = TRUTH) {
  const weights = [...truth.weights].map(([layer, own]) => {
    const rounded = Object.entries(own).map(([role, t]) =>
      ofRole(role)
        ? [
            role,
            tensor(
              t.data.map((w) => nearestOf(format, w)),
              t.shape,
            ),
          ]
        : [role, t],
    );
    return [layer, Object.fromEntries(rounded)] as const;
  });
  const formats: StoredFormats = new Map(
    [...truth.weights].map(([layer, own]) => [
      layer,
      Object.fromEntries(Object.keys(own).flatMap((role) => (ofRole(role) ? [[role, format]] : []))),
    ]),
  );
  return { model: { ...truth, weights: new Map(weights) } as Checked, formats };
}

const UNIT_ENDS = (name: string): boolean => /^conv1$|relu_out$|global_pool|^fc$/.test(name);

const recordings = new Map<Mistake, Map<Checked, ReadonlyMap<string, Tensor>>>();

/** What `truth` gives with a mistake; made once, since formats are nothing to it. */
function recording(truth: Checked, mistake: Mistake): ReadonlyMap<string, Tensor> {
  const byModel = recordings.get(mistake) ?? new Map<Checked, ReadonlyMap<string, Tensor>>();
  const made = byModel.get(truth) ?? recordWith(truth, IMAGES, mistake);
  recordings.set(mistake, byModel.set(truth, made));
  return made;
}

/** Held against what the unrounded network, or one with a mistake, gives. */
function against(
  { model, formats }: ReturnType<typeof stored>,
  { truth = TRUTH, mistake = none, only = (name: string) => !name.endsWith('_slice') } = {},
  options: ParityOptions = {},
): Promise<Parity> {
  const arrays = [...recording(truth, mistake)].filter(([name]) => name !== truth.network.input && only(name));
  return checkParity(model, fixtureOf(new Map(arrays)), { stored: formats, ...options });
}

const exchanged = {
  ...TRUTH,
  weights: new Map(TRUTH.weights)
    .set(`${UNIT}/1x1_gconv_1_/g0`, TRUTH.weights.get(`${UNIT}/1x1_gconv_1_/g1`)!)
    .set(`${UNIT}/1x1_gconv_1_/g1`, TRUTH.weights.get(`${UNIT}/1x1_gconv_1_/g0`)!),
};
const flipped: Mistake = (layer, [x], { depthwise_kernel: kernel }) =>
  layer.name === `${UNIT}/1x1_dwconv_1`
    ? depthwise(
        x!,
        kernel!.map((_, i) => kernel![(8 - Math.floor(i / x!.c)) * x!.c + (i % x!.c)]!),
        1,
      )
    : undefined;
const unnormalised: Mistake = ({ name }, [x]) => (name === `${UNIT}/bn_dwconv_1` ? x : undefined);

const noisy: Mistake = ({ name }, [x], { depthwise_kernel: kernel }) =>
  name === `${UNIT}/1x1_dwconv_1`
    ? each(depthwise(x!, kernel!, 1), (v) => v * (1 + 0.2 * Math.sin(v * 1e6)))
    : undefined;

describe.each([FLOAT16, BFLOAT16])('a checkpoint in $name', (format) => {
  test('passes against its unrounded weights, by name, and not as it is stored', async () => {
    const parity = await against(stored(format));
    expect(parity).toMatchObject({ verdict: 'pass', failures: [], unroundedWeights: { formats: [format.name] } });
    const { layers } = parity.unroundedWeights!;
    expect(layers).toContain('conv1');
    expect(layers.every((layer) => /conv|bn_|fc|concat/.test(layer))).toBe(true);
    expect(layers.length).toBeGreaterThan(10);
    const text = `The reference used unrounded weights: the checkpoint stores ${format.name}. With the weights as stored ${layers.length} of ${parity.layers.length} layers are off by more than float32 explains, and by no more than that rounding of their weights does; it is part of the bounds here.`;
    expect(parity.notes[0]).toEqual({ id: 'unrounded-weights', text });
    // Honest, and not by much: where one weight makes a value its rounding may be all there is to it.
    const most = Math.max(...parity.layers.map(({ errors }) => errors!.own.budget));
    expect(most).toBeGreaterThan(0.5);
    expect(most).toBeLessThanOrEqual(1);
    const free = Math.max(...parity.layers.map(({ errors }) => errors!.freeRun.budget));
    expect(free).toBeGreaterThan(0.01);
    expect(free).toBeLessThan(0.6);
    const asStored = await against(stored(format), {}, { stored: new Map() });
    expect(asStored.verdict).toBe('fail');
    expect(asStored.failures.map(({ layer }) => layer)).toEqual(layers);
  });

  test('passes where only the ends of units, or only the logits, were recorded', async () => {
    const ends = await against(stored(format), { only: UNIT_ENDS });
    expect(ends).toMatchObject({ verdict: 'pass', unroundedWeights: { layers: expect.arrayContaining(['fc']) } });
    const logits = await against(stored(format), { only: (name) => name === 'fc' });
    expect(logits).toMatchObject({ verdict: 'pass', unroundedWeights: { layers: ['fc'] } });
  });

  test('passes against its own rounded weights without a word of it', async () => {
    const { model, formats } = stored(format);
    const parity = await against({ model, formats }, { truth: model });
    expect(parity.verdict).toBe('pass');
    expect(parity).not.toHaveProperty('unroundedWeights');
    expect(parity.notes).toEqual([]);
  });

  test.each([
    ['exchanged kernels', { truth: exchanged }, 'group-kernels-exchanged', `${UNIT}/1x1_gconv_1_/g0`],
    ['flipped kernels', { mistake: flipped }, 'kernel-flipped', `${UNIT}/1x1_dwconv_1`],
    ['a missing normalisation', { mistake: unnormalised }, 'bn-missing', `${UNIT}/bn_dwconv_1`],
  ])('fails for %s beside the rounding, there and with its cause', async (_, fault, cause, layer) => {
    const all = await against(stored(format), fault);
    expect(all).toMatchObject({ verdict: 'fail', firstFailure: { layer, cause: { id: cause } } });
    expect(all.failures.length).toBeLessThan(3);
    expect(all.unroundedWeights!.layers).not.toContain(layer);
    const ends = await against(stored(format), { ...fault, only: UNIT_ENDS });
    expect(ends).toMatchObject({ verdict: 'fail', firstFailure: { layer: `${UNIT}/relu_out`, cause: { id: cause } } });
  });

  test('fails for what no cause describes, and names none', async () => {
    const parity = await against(stored(format), { mistake: noisy });
    expect(parity.failures.map(({ layer, cause }) => [layer, cause])).toEqual([[`${UNIT}/1x1_dwconv_1`, null]]);
  });
});

test('only weights that are stored so are allowed for', async () => {
  // Batch normalisations stay in float32, as Keras keeps them under a mixed-precision policy.
  const kernels = stored(FLOAT16, (role) => role.endsWith('kernel'));
  const parity = await against(kernels);
  expect(parity.verdict).toBe('pass');
  expect(parity.unroundedWeights!.layers.some((layer) => layer.includes('/bn_'))).toBe(false);
  const loose: Mistake = (layer, [x], weights) =>
    layer.name === `${UNIT}/bn_dwconv_1` ? normalise(x!, weights, 1.002e-3) : undefined;
  const failing = await against(kernels, { mistake: loose });
  expect(failing.failures.map(({ layer }) => layer)).toEqual([`${UNIT}/bn_dwconv_1`]);
});

test('both formats are named where a checkpoint stores some weights in either', async () => {
  const isNorm = (role: string): boolean => !role.endsWith('kernel') && role !== 'bias';
  const kernels = stored(FLOAT16, (role) => !isNorm(role));
  const { model, formats } = stored(BFLOAT16, isNorm, kernels.model);
  const both = new Map([...formats].map(([layer, own]) => [layer, { ...kernels.formats.get(layer), ...own }]));
  const parity = await against({ model, formats: both });
  expect(parity.unroundedWeights!.formats).toEqual(['float16', 'bfloat16']);
  expect(parity.notes[0]!.text).toContain(': the checkpoint stores float16 and bfloat16. With');
});

test('a weight that rounds to another number is a fault', async () => {
  const { model, formats } = stored(FLOAT16);
  const kernel = TRUTH.weights.get('conv1')!.kernel!.data;
  const moved = (units: number) =>
    damaged(TRUTH, 'conv1', (weights) => {
      weights.kernel![37] =
        nearestOf(FLOAT16, kernel[37]!) + units * 2 ** (Math.floor(Math.log2(Math.abs(kernel[37]!))) - 10);
    });
  expect((await against({ model, formats }, { truth: moved(0.49) })).verdict).toBe('pass');
  const failing = await against({ model, formats }, { truth: moved(64) });
  expect(failing).toMatchObject({ verdict: 'fail', firstFailure: { layer: 'conv1' } });
  expect(failing.failures).toHaveLength(1);
});

test('a stated tolerance decides by the weights as they are stored', async () => {
  const parity = await against(stored(FLOAT16), {}, { tolerance: 1e-7 });
  expect(parity.verdict).toBe('fail');
  expect(parity).not.toHaveProperty('unroundedWeights');
});
