// `verify`: a Keras file against what Keras recorded, whole, renamed, changed and incomplete.
import { describe, expect, test } from 'vitest';
import { bytesSource } from '../../src/checkpoint/source.js';
import { tensor, toFloat64 } from '../../src/core/tensor.js';
import { writeZip } from '../../src/formats/zip-write.js';
import { convert } from '../../src/jobs/convert.js';
import { verify } from '../../src/jobs/verify.js';
import { KNOWN_CAUSES } from '../../src/parity/causes/registry.js';
import { nearestOf } from '../../src/parity/causes/rounding.js';
import { FLOAT16 } from '../../src/parity/number-formats.js';
import { loadReference } from '../helpers/models.js';
import { asArrays, changed, floats, keras, npz, referenceWith, weightsOf } from './material.js';

const G3 = await asArrays('k21-g3/weights.h5');
const G3_REFERENCE = keras('k21-g3/reference.npz');
/** 33 x 47 with average pooling: the last map has more than one cell, so the poolings differ. */
const ODD = await asArrays('k21-g3-odd/weights.h5');
const ODD_REFERENCE = keras('k21-g3-odd/reference.npz');

/** The first two classes as Keras's logits have them. */
function firstClasses(name: string) {
  const { data, shape } = loadReference(name).get('fc')!;
  const classes = shape[1]!;
  return Array.from({ length: shape[0]! }, (_, image) => {
    const logits = Array.from(data.subarray(image * classes, (image + 1) * classes), Number);
    const [top, runnerUp] = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]!) as [number, number];
    return {
      top,
      runnerUp,
      margin: expect.closeTo(logits[top]! - logits[runnerUp]!, 4),
      sigma: expect.toSatisfy((sigma: number) => sigma > 1e-9 && sigma < 1e-4),
      certain: true,
      recorded: top,
      agrees: true,
    };
  });
}

/** Only some layers, so that the test is short. */
const only = (name: string, ...keys: string[]) =>
  referenceWith(name, (key, array) => (keys.includes(key) ? [key, array] : undefined));

describe('a network that Keras wrote', () => {
  test.each([
    ['k21-g3/weights.h5', 'k21-g3/reference.npz'],
    ['k21-g8/weights.h5', 'k21-g8/reference.npz'],
    ['k215-g3/weights.h5', 'k215-g3/reference.npz'],
  ])('passes, layer by layer: %s', async (file, reference) => {
    const result = await verify(keras(file), keras(reference), { pooling: 'max' });
    expect(result).toMatchObject({
      source: { name: file },
      reference: { name: reference },
      verdict: 'pass',
      executor: 'evaluator',
      tolerance: null,
      pooling: { decision: 'max', source: 'flag' },
      firstFailure: null,
      sources: [],
      notCompared: [],
      otherLayers: [],
      notes: [],
    });
    expect(result.layers).toHaveLength(68);
    expect(result.topOne).toEqual({ layer: 'fc', images: firstClasses(reference) });
    expect(result.layers.every(({ verdict, maxRelError }) => verdict === 'pass' && maxRelError! <= 3e-6)).toBe(true);
    for (const { own, inherited, maxAbsError } of result.layers) {
      expect(own!.budget).toBeLessThanOrEqual(1);
      expect(inherited!.budget).toBeLessThanOrEqual(1);
      // What the free run is off by is the layer's own error and what it inherits.
      expect(maxAbsError!).toBeLessThanOrEqual(own!.maxAbsError + inherited!.maxAbsError);
    }
    expect(Math.max(...result.layers.map(({ own }) => own!.budget))).toBeGreaterThan(0.3);
  });

  test('fails against the same network with the last slices, unless told to read them', async () => {
    const reference = keras('k21-g3/reference_lastslice.npz');
    const own = await verify(G3, reference, { pooling: 'max' });
    expect(own).toMatchObject({ verdict: 'fail', firstFailure: { layer: 'stage2/block2/1x1_gconv_1/concat' } });
    // The convolutions whose groups read other slices, and nothing else: 10 of 68 layers.
    expect(own.sources).toHaveLength(10);
    expect(own.sources.every((layer) => /1x1_gconv_[12]\/concat$/.test(layer))).toBe(true);
    expect(own.config.slices).toBe('own');
    const last = await verify(G3, reference, { pooling: 'max', slices: 'last' });
    expect(last).toMatchObject({ verdict: 'pass', config: { slices: 'last' } });
  });

  test('is held to the tolerance that is stated', async () => {
    const recorded = only('k21-g3/reference.npz', 'conv1');
    const result = await verify(G3, recorded, { pooling: 'max', tolerance: 1e-12 });
    expect(result).toMatchObject({
      verdict: 'fail',
      tolerance: 1e-12,
      firstFailure: { layer: 'conv1', check: 'tolerance' },
    });
    // The bounds are told all the same.
    expect(result.layers[0]!.own).toMatchObject({ off: 0 });
  });

  test('runs at the size of the reference, whatever size its architecture states', async () => {
    const full = keras('k21-g3-full/model_noopt.h5');
    const result = await verify(full, only('k21-g3-odd/reference.npz', 'conv1'));
    expect(result.layers[0]).toMatchObject({ layer: 'conv1', shape: [2, 17, 24, 6], verdict: 'fail' });
    expect(result.config.inputShape).toEqual([33, 47, 3]);
  });

  test('is refused an input of another size than the one that is stated', async () => {
    const stated = { pooling: 'max', inputShape: [64, 64, 3] } as const;
    await expect(verify(G3, G3_REFERENCE, stated)).rejects.toMatchObject({ tag: 'InputShape' });
  });
});

describe('pooling', () => {
  test('that nobody states is found out: the one that fits', async () => {
    const result = await verify(ODD, ODD_REFERENCE);
    expect(result).toMatchObject({
      verdict: 'pass',
      pooling: { decision: 'avg', source: 'reference' },
      config: { pooling: 'avg', inputShape: [33, 47, 3] },
    });
    expect(result.layers).toHaveLength(68);
  });

  test('that is stated wrongly fails, at the pool', async () => {
    const result = await verify(ODD, only('k21-g3-odd/reference.npz', 'global_pool', 'fc'), { pooling: 'max' });
    expect(result).toMatchObject({
      verdict: 'fail',
      pooling: { decision: 'max', source: 'flag' },
      firstFailure: { layer: 'global_pool' },
    });
  });

  test('is undecided when both fit: at 32 x 32 the last map has one cell', async () => {
    const result = await verify(G3, only('k21-g3/reference.npz', 'conv1', 'softmax'));
    expect(result).toMatchObject({ verdict: 'undecided', pooling: { decision: null, source: 'none' } });
    expect(result.layers.map(({ verdict }) => verdict)).toEqual(['pass', 'pass']);
  });

  test('is found out from the reference all the same when neither fits: no decision, and a failure', async () => {
    const wrong = referenceWith('k21-g3-odd/reference.npz', (key, array) => {
      if (key === 'conv1') return [key, changed(array, 5, 99)];
      return key === 'global_pool' ? [key, array] : undefined;
    });
    const result = await verify(ODD, wrong);
    expect(result).toMatchObject({
      verdict: 'fail',
      pooling: { decision: null, source: 'none' },
      firstFailure: {
        layer: 'conv1',
        key: 'conv1',
        check: 'own',
        index: [0, 0, 0, 5],
        expected: 99,
        share: 1 / 4896,
        where: { pattern: 'one', words: 'at one value only' },
        histogram: { beyond: 1 },
        cause: null,
      },
    });
    // Of the two, the one with fewer layers at fault is shown: what was pooled follows from what conv1 ought to be.
    expect(result.config.pooling).toBe('avg');
    expect(result.layers.map(({ layer, verdict }) => [layer, verdict])).toEqual([
      ['conv1', 'fail'],
      ['global_pool', 'pass'],
    ]);
  });

  test("is told by a full model's architecture", async () => {
    const recorded = only('k21-g3-full/reference.npz', 'softmax');
    const result = await verify(keras('k21-g3-full/model_noopt.h5'), recorded);
    expect(result).toMatchObject({ verdict: 'pass', pooling: { decision: 'max', source: 'config' } });
  });

  test('is told by a converted file', async () => {
    const { files } = await convert(ODD, { to: 'npz', pooling: 'avg' });
    const recorded = only('k21-g3-odd/reference.npz', 'softmax');
    const result = await verify(bytesSource('converted.npz', files[0]!.bytes), recorded);
    expect(result).toMatchObject({ verdict: 'pass', pooling: { decision: 'avg', source: 'metadata' } });
  });
});

describe('without a top', () => {
  test('the pool is the end, and what lies beyond is named', async () => {
    const result = await verify(ODD, ODD_REFERENCE, { includeTop: false });
    expect(result).toMatchObject({
      verdict: 'pass',
      pooling: { decision: 'avg', source: 'reference' },
      config: { includeTop: false },
      notCompared: ['fc', 'softmax'],
      otherLayers: ['fc'],
    });
    expect(result.layers.at(-1)!.layer).toBe('global_pool');
    expect(result.topOne).toBeNull();
  });

  test('and without a recorded pool there is none to decide', async () => {
    const result = await verify(ODD, only('k21-g3-odd/reference.npz', 'conv1'), { includeTop: false });
    expect(result).toMatchObject({ verdict: 'pass', pooling: { decision: null, source: 'none' } });
    expect(result.config.pooling).toBeNull();
  });
});

describe('recorded keys', () => {
  const unit = 'stage2/block2/1x1_gconv_1';
  const CONCAT = `${unit}/concat`;
  test.each([
    CONCAT,
    unit,
    `${unit}_concat`,
    'stage2__block2__1x1_gconv_1__concat',
    'stage2__block2__1x1_gconv_1',
    'stage2__block2__1x1_gconv_1_concat',
  ])("may name a grouped convolution's output %s", async (key) => {
    const renamed = referenceWith('k21-g3/reference.npz', (name, array) =>
      name === CONCAT ? [key, array] : undefined,
    );
    const result = await verify(G3, renamed, { pooling: 'max' });
    expect(result.layers).toMatchObject([{ layer: CONCAT, key, verdict: 'pass' }]);
    expect(result.notCompared).toEqual([]);
  });

  test('may be written as the file writes its names', async () => {
    const weights = [...(await weightsOf('k21-g3/weights.h5'))].map(([key, value]) => {
      const [role] = key.split('/').slice(-1);
      return [`${key.slice(0, -role!.length - 1).replaceAll('/', '_')}/${role}`, value] as const;
    });
    const renamed = referenceWith('k21-g3/reference.npz', (key, array) =>
      key === 'stage2/block1/add' || key === 'stage2/block2/add' ? [key.replaceAll('/', '_'), array] : undefined,
    );
    const result = await verify(npz(weights, 'underscore.npz'), renamed, { pooling: 'max' });
    expect(result.layers).toMatchObject([{ layer: 'stage2/block2/add', key: 'stage2_block2_add', verdict: 'pass' }]);
  });

  test('that name no layer are listed as not compared', async () => {
    const extra = referenceWith('k21-g3/reference.npz', (key, array) => {
      if (key === 'conv1') return [key, array];
      return key === 'fc' ? ['head/dense', array] : undefined;
    });
    expect((await verify(G3, extra, { pooling: 'max' })).notCompared).toEqual(['head/dense']);
  });

  test('that name no layer, all of them, are an error', async () => {
    const strange = referenceWith('k21-g3/reference.npz', (key, array) => [`model/${key}`, array]);
    await expect(verify(G3, strange, { pooling: 'max' })).rejects.toMatchObject({
      tag: 'NothingCompared',
      kind: 'file',
    });
  });

  test('that mean one layer twice are an error', async () => {
    const [conv1, input] = ['conv1', 'input'].map((key) => loadReference('k21-g3/reference.npz').get(key)!);
    const add = floats([1], [1]);
    const twice = npz([
      ['input', input!],
      ['conv1', conv1!],
      ['stage2/block2/add', add],
      ['stage2__block2__add', add],
    ]);
    await expect(verify(G3, twice, { pooling: 'max' })).rejects.toMatchObject({ tag: 'AmbiguousKey', kind: 'file' });
  });

  test('of images with the channels first are told apart from small ones', async () => {
    const nchw = npz([
      ['input', tensor(new Float32Array(3 * 32 * 32), [1, 3, 32, 32])],
      ['conv1', tensor(new Float32Array(16 * 16 * 6), [1, 6, 16, 16])],
    ]);
    await expect(verify(G3, nchw, { pooling: 'max' })).rejects.toMatchObject({
      tag: 'InputShape',
      explanation: { found: '(1, 3, 32, 32)', next: expect.stringContaining('NCHW input must be transposed to NHWC') },
    });
  });

  test('without an input are an error', async () => {
    const none = npz([['conv1', floats([1], [1])]], 'r.npz');
    await expect(verify(G3, none, { pooling: 'max' })).rejects.toMatchObject({
      tag: 'MissingInput',
      explanation: { where: 'r.npz' },
    });
  });
});

test('a layer tells its own error, where it is worst, and what it inherits', async () => {
  const moved = referenceWith('k21-g3/reference.npz', (key, array) => {
    if (key === 'stage4/block2/add') return [key, changed(array, 250, 50)];
    return key === 'stage4/block2/relu_out' || key === 'stage4/block2/bn_gconv_2' || key === 'stage4/block1/relu_out'
      ? [key, array]
      : undefined;
  });
  const { layers, sources } = await verify(G3, moved, { pooling: 'max' });
  expect(sources).toEqual(['stage4/block2/add']);
  const [, , add, relu] = layers;
  expect(add).toMatchObject({ verdict: 'fail', own: { index: [1, 0, 0, 10], expected: 50, off: 1, count: 480 } });
  expect(add!.own!.maxAbsError).toBeCloseTo(50 - add!.own!.value, 10);
  expect(add!.own!.budget).toBeCloseTo(add!.own!.maxAbsError / add!.own!.bound, 0);
  // From the wrong value that was recorded it would give 50, but what it did give follows from the right one.
  expect(relu).toMatchObject({ verdict: 'pass', own: { off: 0 } });
  expect(relu!.inherited!.maxAbsError).toBeCloseTo(add!.own!.maxAbsError, 4);
  expect(relu!.inherited!.sigma).toBeGreaterThan(0);
});

test('an input that hides mistakes is noted beside what loading noted', async () => {
  const { notes } = await verify(
    G3,
    npz([
      ['input', tensor(new Float32Array(32 * 32 * 3).fill(1), [1, 32, 32, 3])],
      ['conv1', tensor(new Float32Array(16 * 16 * 6), [1, 16, 16, 6])],
    ]),
    { pooling: 'max' },
  );
  expect(notes.map(({ id }) => id)).toEqual(['weak-input', 'weak-input']);
});

test('a recorded output of another shape fails, without errors', async () => {
  const reshaped = referenceWith('k21-g3/reference.npz', (key, array) =>
    key === 'softmax' ? [key, tensor(array.data, [10, 2])] : undefined,
  );
  const result = await verify(G3, reshaped, { pooling: 'max' });
  expect(result.verdict).toBe('fail');
  const reason = 'its output has the shape (2, 10), the reference (10, 2)';
  expect(result.firstFailure).toEqual({
    layer: 'softmax',
    key: 'softmax',
    check: 'shape',
    index: null,
    value: null,
    expected: null,
    bound: null,
    share: null,
    where: null,
    histogram: null,
    cause: null,
    causeSearch: { state: 'complete', tried: KNOWN_CAUSES.length, of: KNOWN_CAUSES.length },
    reason,
  });
  const errors = { maxAbsError: null, maxRelError: null, own: null, inherited: null };
  expect(result.layers).toEqual([
    { layer: 'softmax', key: 'softmax', verdict: 'fail', shape: [2, 10], ...errors, reason },
  ]);
});

test('weights that may be left over are let through by name', async () => {
  const weights = await weightsOf('k21-g3/weights.h5');
  weights.set('conv1/bias', floats([6], Array(6).fill(0)));
  const recorded = only('k21-g3/reference.npz', 'conv1');
  const source = npz(weights);
  await expect(verify(source, recorded, { pooling: 'max' })).rejects.toMatchObject({
    tag: 'Load',
    kind: 'file',
    report: { unused: [{ weight: 'conv1/bias', ownLayer: true, allowed: false }] },
  });
  const allowed = { pooling: 'max', allowUnused: ['conv1/b*'] } as const;
  expect((await verify(source, recorded, allowed)).verdict).toBe('pass');
});

describe('a file in float16', () => {
  /** What Keras wrote, stored with half the digits. */
  const halved = async (name: string) =>
    bytesSource(
      'half.npz',
      writeZip(
        [...(await weightsOf(name))].map(([key, t]) => ({
          name: `${key}.npy`,
          bytes: float16Npy(toFloat64(t), t.shape),
        })),
      ),
    );

  test('passes against the network before it was rounded, which is said', async () => {
    const result = await verify(await halved('k21-g3/weights.h5'), G3_REFERENCE, { pooling: 'max' });
    expect(result).toMatchObject({ verdict: 'pass', sources: [], unroundedWeights: { formats: ['float16'] } });
    expect(result.unroundedWeights!.layers.length).toBeGreaterThan(30);
    expect(result.notes.map(({ id }) => id)).toContain('unrounded-weights');
    expect(result.layers.every(({ own }) => own!.off === 0)).toBe(true);
  });

  test('has its pooling found out all the same, or left open where both fit', async () => {
    const recorded = only('k21-g3/reference.npz', 'conv1', 'global_pool', 'fc');
    const result = await verify(await halved('k21-g3/weights.h5'), recorded, {});
    // A last map of one cell: both poolings fit equally well with the rounding, too.
    expect(result).toMatchObject({
      verdict: 'undecided',
      unroundedWeights: { layers: ['conv1', 'global_pool'] },
    });
    const odd = only('k21-g3-odd/reference.npz', 'conv1', 'stage4/block2/relu_out', 'global_pool', 'fc');
    expect(await verify(await halved('k21-g3-odd/weights.h5'), odd, {})).toMatchObject({
      verdict: 'pass',
      pooling: { decision: 'avg', source: 'reference' },
    });
  });
});

/** An array as numpy writes float16: header version 1, little-endian. */
function float16Npy(values: Float64Array, shape: readonly number[]): Uint8Array {
  const text = `{'descr': '<f2', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const header = text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11);
  const bytes = new Uint8Array(10 + header.length + 1 + 2 * values.length);
  bytes.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, (header.length + 1) & 255, (header.length + 1) >> 8]);
  bytes.set(new TextEncoder().encode(`${header}\n`), 10);
  const view = new DataView(bytes.buffer, 11 + header.length);
  values.forEach((value, i) => {
    view.setUint16(2 * i, float16Bits(value), true);
  });
  return bytes;
}

/** Of numbers that are normal in float16 or zero; smaller ones become multiples of its least. */
function float16Bits(value: number): number {
  const sign = value < 0 ? 0x8000 : 0;
  const rounded = Math.abs(nearestOf(FLOAT16, value));
  if (rounded < 2 ** -14) return sign | (rounded * 2 ** 24);
  const exponent = Math.floor(Math.log2(rounded));
  return sign | ((exponent + 15) << 10) | ((rounded / 2 ** exponent - 1) * 1024);
}
