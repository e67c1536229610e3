// A network against recorded outputs: reading and matching them, each layer alone, the free run, and who is to blame.
import { describe, expect, test } from 'vitest';
import { sizeOf, type Tensor, tensor } from '../../src/core/tensor.js';
import { evaluator } from '../../src/evaluator/evaluator.js';
import { writeNpz } from '../../src/formats/npz.js';
import type { Executor } from '../../src/network/executor.js';
import type { LayerWeights } from '../../src/network/model.js';
import { activation, add, concatenate, conv2d, input, networkOf } from '../../src/network/symbolic.js';
import { matchLayers, readFixture } from '../../src/parity/fixture.js';
import { checkAlternatives, checkParity, type Parity, type ParityOptions } from '../../src/parity/verify.js';
import { fixtureBytes, loadFixture, loadReference } from '../helpers/models.js';

const map = (...values: number[]) => tensor(Float32Array.from(values), [1, 1, 1, values.length]);
const vector = (...values: number[]) => tensor(Float32Array.from(values), [1, values.length]);

const x = input([1, 1, 2], 'x');
const NETWORK = networkOf(
  activation(concatenate([activation(x, 'relu', 'a/relu'), x], 'a/gconv/concat'), 'softmax', 'end'),
  'n',
);
const TOY = { network: NETWORK, weights: new Map<string, LayerWeights>() };

/** What it gives for (1, 2). */
const COMPUTED: Readonly<Record<string, Tensor>> = {
  'a/relu': map(1, 2),
  'a/gconv/concat': map(1, 2, 1, 2),
  end: map(0.13447071068499755, 0.36552928931500245, 0.13447071068499755, 0.36552928931500245),
};

const recorded = (arrays: Readonly<Record<string, Tensor>>, given: Tensor = map(1, 2)) =>
  readFixture(writeNpz([['input', given], ...Object.entries(arrays)]), 'reference.npz');

const check = (arrays: Readonly<Record<string, Tensor>>, options: ParityOptions = {}, given?: Tensor) =>
  checkParity(TOY, recorded(arrays, given), options);

describe('a fixture', () => {
  test('is its input and everything else', () => {
    const fixture = recorded({ end: vector(1), other: vector(2) });
    expect(fixture.where).toBe('reference.npz');
    expect(fixture.input.read()).toEqual(map(1, 2));
    expect(fixture.outputs.map(({ key }) => key)).toEqual(['end', 'other']);
  });

  test('without an input is refused, and what it holds is told', () => {
    expect(() => readFixture(writeNpz([['x', vector(1)]]), 'reference.npz')).toThrow(
      expect.objectContaining({
        tag: 'MissingInput',
        kind: 'file',
        explanation: expect.objectContaining({ where: 'reference.npz', found: 'x' }),
      }),
    );
  });
});

describe('recorded layers are matched', () => {
  const names = (arrays: Readonly<Record<string, Tensor>>, encode = (name: string) => name) => {
    const { layers, notCompared } = matchLayers(recorded(arrays), NETWORK, encode);
    return { layers: layers.map(({ layer, key }) => [layer, key]), notCompared };
  };

  test("in the network's order, whatever the file's", () => {
    expect(names({ end: vector(1), 'a/relu': vector(1) }).layers).toEqual([
      ['a/relu', 'a/relu'],
      ['end', 'end'],
    ]);
  });

  test.each(['a/gconv/concat', 'a/gconv', 'a__gconv', 'a__gconv__concat', 'a/gconv_concat', 'a.gconv.concat'])(
    'under the key %s',
    (key) => {
      expect(names({ [key]: vector(1) }, (name) => name.replaceAll('/', '.')).layers).toEqual([
        ['a/gconv/concat', key],
      ]);
    },
  );

  test('and what matches none is listed', () => {
    expect(names({ end: vector(1), 'b/relu': vector(1), End: vector(2) }).notCompared).toEqual(['b/relu', 'End']);
  });

  test('with their shapes, and their values when asked', () => {
    const [layer] = matchLayers(recorded({ end: vector(1, 2) }), NETWORK, (name) => name).layers;
    expect(layer!.shape).toEqual([1, 2]);
    expect(layer!.read()).toEqual(vector(1, 2));
  });

  test('but not when two keys mean one layer', () => {
    expect(() => names({ 'a/gconv': vector(1), a__gconv__concat: vector(1) })).toThrow(
      expect.objectContaining({
        tag: 'AmbiguousKey',
        kind: 'file',
        explanation: expect.objectContaining({ found: expect.stringMatching(/"a\/gconv".* for a\/gconv\/concat$/) }),
      }),
    );
  });
});

describe('parity', () => {
  test('passes when every recorded layer agrees', async () => {
    const parity = await check({ ...COMPUTED, head: vector(1) });
    expect(parity).toMatchObject({
      verdict: 'pass',
      executor: 'evaluator',
      tolerance: null,
      failures: [],
      notCompared: ['head'],
    });
    expect(parity.layers.map(({ layer, verdict }) => [layer, verdict])).toEqual([
      ['a/relu', 'pass'],
      ['a/gconv/concat', 'pass'],
      ['end', 'pass'],
    ]);
    expect(parity).not.toHaveProperty('firstFailure');
  });

  test('fails where the input was recorded twice, and otherwise', async () => {
    const { failures } = await check({ ...COMPUTED, x: map(1, 3) });
    expect(failures).toMatchObject([{ layer: 'x', check: 'own', value: 2, expected: 3, bound: 0, cause: null }]);
  });

  test('fails where a layer is wrong alone; what is right from the wrong values it was given passes', async () => {
    const parity = await check({ ...COMPUTED, 'a/relu': map(1, 2.5), 'a/gconv/concat': map(1, 2.5, 1, 2) });
    expect(parity.verdict).toBe('fail');
    expect(parity.layers.map(({ verdict }) => verdict)).toEqual(['fail', 'pass', 'fail']);
    expect(parity.failures.map(({ layer }) => layer)).toEqual(['a/relu', 'end']);
    expect(parity.firstFailure).toBe(parity.failures[0]);
    expect(parity.firstFailure).toMatchObject({
      layer: 'a/relu',
      key: 'a/relu',
      check: 'own',
      index: [0, 0, 0, 1],
      value: 2,
      expected: 2.5,
      bound: 0,
      share: 0.5,
      where: { pattern: 'one' },
      cause: null,
    });
    const [, concat] = parity.layers;
    expect(concat!.errors).toMatchObject({
      own: { maxAbsError: 0, off: 0 },
      freeRun: { maxAbsError: 0.5, inherited: 0.5 },
    });
  });

  test('says of layers that only move values that they are exact, of others how far off they are', async () => {
    const moved = await check({ 'a/relu': map(1, 2), a__gconv: map(1, 2, 1.5, 2.5) });
    expect(moved.firstFailure!.reason).toBe(
      'from its recorded inputs it gives 1 at [0, 0, 0, 2], recorded is 1.5; it moves values without changing them, so that any difference is a fault; 2 of 4 values are off, only in what comes from x',
    );
    const relu = await check({ 'a/relu': map(1, 2.5) });
    expect(relu.firstFailure!.reason).toContain('; float32 is exact there; ');
    const end = await check({ ...COMPUTED, end: map(0.125, 0.375, 0.125, 0.375) });
    expect(end.firstFailure!.reason).toMatch(
      /float32 can be off by \d.*e-\d+ there, and this is \d.* times that; 4 of 4/,
    );
  });

  test('blames a layer only for values beyond its bound', async () => {
    const near = (by: number) =>
      check({
        end: tensor(
          Float64Array.from(COMPUTED.end!.data, (v) => v + by),
          [1, 1, 1, 4],
        ),
      });
    const { bound } = (await near(0)).layers[0]!.errors!.own.worst;
    expect(bound).toBeGreaterThan(0);
    expect((await near(0.9 * bound)).verdict).toBe('pass');
    expect((await near(1.1 * bound)).verdict).toBe('fail');
  });

  test('fails where a value is no number', async () => {
    const parity = await check({ ...COMPUTED, 'a/relu': map(1, Number.NaN) });
    expect(parity.firstFailure).toMatchObject({ layer: 'a/relu', index: [0, 0, 0, 1], expected: Number.NaN });
  });

  test('fails on a wrong shape, with both shapes and no errors, and goes on without it', async () => {
    const parity = await check({ ...COMPUTED, 'a/gconv': map(1, 2, 1), 'a/gconv/concat': vector(1) }).catch(() => null);
    expect(parity).toBeNull();
    const { layers, failures } = await check({ a__gconv: vector(1, 2, 1, 2), end: COMPUTED.end! });
    expect(failures).toEqual([
      {
        layer: 'a/gconv/concat',
        key: 'a__gconv',
        check: 'shape',
        index: null,
        value: null,
        expected: null,
        bound: null,
        share: null,
        where: null,
        histogram: null,
        cause: null,
        causeSearch: expect.objectContaining({ state: 'complete' }),
        reason: 'its output has the shape (1, 1, 1, 4), the reference (1, 4)',
      },
    ]);
    expect(layers[0]).toMatchObject({ verdict: 'fail', shape: [1, 1, 1, 4] });
    expect(layers[0]).not.toHaveProperty('errors');
    expect(layers[1]!.verdict).toBe('pass');
  });

  test("reads keys as the file's scheme writes names", async () => {
    const options = { encode: (name: string) => name.replaceAll('/', '-') };
    expect((await check({ 'a-relu': map(1, 2) }, options)).layers).toHaveLength(1);
  });

  test('is refused when nothing is compared', async () => {
    await expect(check({ dense: vector(1), 'x/y': vector(1) })).rejects.toMatchObject({
      tag: 'NothingCompared',
      kind: 'file',
      explanation: { where: 'reference.npz', found: 'dense, x/y' },
    });
  });

  test('is refused an input that the network does not take', async () => {
    await expect(check(COMPUTED, {}, map(1, 2, 3))).rejects.toMatchObject({ tag: 'InputShape' });
  });

  test('notes an input that hides mistakes', async () => {
    expect((await check(COMPUTED)).notes.map(({ id }) => id)).toContain('weak-input');
  });
});

describe('a tolerance that is stated', () => {
  const off = { ...COMPUTED, 'a/gconv/concat': map(1.25, 2, 1, 2) };

  test('decides in place of the bounds, relative to the largest value of the layer', async () => {
    expect(await check(off, { tolerance: 0.126 })).toMatchObject({ verdict: 'pass', tolerance: 0.126 });
    const failed = await check(off, { tolerance: 0.124 });
    expect(failed).toMatchObject({ verdict: 'fail', tolerance: 0.124 });
    expect(failed.firstFailure).toMatchObject({
      layer: 'a/gconv/concat',
      check: 'tolerance',
      index: [0, 0, 0, 0],
      value: 1,
      expected: 1.25,
      bound: 0.248,
      share: null,
      reason:
        "the largest error is 0.250 (0.125 of the layer's largest value 2.00; allowed 1.24e-1) at [0, 0, 0, 0]: computed 1, recorded 1.25",
    });
  });

  test('leaves the own errors as they are', async () => {
    const { layers } = await check(off, { tolerance: 1 });
    expect(layers[1]!.errors!.own).toMatchObject({ off: 1, budget: Number.POSITIVE_INFINITY });
  });

  test('blames every layer that is off in the free run, whatever it inherits', async () => {
    const { failures } = await check(
      { ...COMPUTED, 'a/relu': map(1, 3), 'a/gconv/concat': map(1, 3, 1, 2) },
      { tolerance: 1e-3 },
    );
    expect(failures.map(({ layer }) => layer)).toEqual(['a/relu', 'a/gconv/concat']);
  });

  test('passes no value that is no number, and no shape', async () => {
    const none = { end: map(0.13, Number.NaN, 0.13, 0.36) };
    expect((await check(none, { tolerance: 1e9 })).verdict).toBe('fail');
    expect((await check({ end: vector(1) }, { tolerance: 1e9 })).firstFailure!.check).toBe('shape');
  });

  test('of layers that are zero throughout lets no other value pass', async () => {
    const zeros = { 'a/relu': map(0, 0) };
    expect((await check(zeros, { tolerance: 1e-3 }, map(-1, -2))).verdict).toBe('pass');
    expect((await check(zeros, { tolerance: 1e-3 }, map(-1, 1e-9))).verdict).toBe('fail');
  });
});

/** conv -> relu, twice, and a shortcut: 3 x 3 maps of 4 channels. */
function chain() {
  const start = input([3, 3, 4], 'x');
  const conv = (from: typeof start, name: string) =>
    conv2d(from, { name, filters: 4, kernelSize: [1, 1], useBias: false });
  const first = activation(conv(start, 'conv_1'), 'relu', 'relu_1');
  const network = networkOf(add([conv(first, 'conv_2'), first], 'add'), 'chain');
  const kernel = (seed: number) =>
    tensor(
      Float32Array.from({ length: 16 }, (_, i) => Math.fround(Math.sin(seed + i * 1.7))),
      [1, 1, 4, 4],
    );
  const weights = new Map<string, LayerWeights>([
    ['conv_1', { kernel: kernel(1) }],
    ['conv_2', { kernel: kernel(2) }],
  ]);
  const given = tensor(
    Float32Array.from({ length: 36 }, (_, i) => Math.fround(Math.cos(i * i))),
    [1, 3, 3, 4],
  );
  return { model: { network, weights }, given };
}

/** `depth` times conv -> relu. */
function deep(depth: number): typeof CHAIN {
  let last = input([3, 3, 4], 'x');
  const weights = new Map<string, LayerWeights>();
  for (let i = 0; i < depth; i++) {
    const data = Float32Array.from({ length: 16 }, (_, k) => Math.fround(Math.sin(i + k * 1.7)));
    weights.set(`conv_${i}`, { kernel: tensor(data, [1, 1, 4, 4]) });
    last = conv2d(last, { name: `conv_${i}`, filters: 4, kernelSize: [1, 1], useBias: false });
    last = activation(last, 'relu', `relu_${i}`);
  }
  return { network: networkOf(last, 'deep'), weights };
}

const { model: CHAIN, given: GIVEN } = chain();
const NAMES = ['conv_1', 'relu_1', 'conv_2', 'add'];

/** What another network of the same layers, say with one weight changed, gives for the same input. */
async function outputsOf(model: typeof CHAIN, names: readonly string[] = NAMES): Promise<Record<string, Tensor>> {
  return Object.fromEntries(await evaluator(model).run(GIVEN, names));
}

const changedKernel = (layer: string, at: number, by: number): typeof CHAIN => {
  const weights = new Map(CHAIN.weights);
  const kernel = CHAIN.weights.get(layer)!.kernel!;
  const data = Float32Array.from(kernel.data);
  data[at]! += by;
  weights.set(layer, { kernel: tensor(data, kernel.shape) });
  return { ...CHAIN, weights };
};

const checkChain = (arrays: Record<string, Tensor>, options: ParityOptions = {}) =>
  checkParity(CHAIN, recorded(arrays, GIVEN), options);

describe('a weight that is changed', () => {
  test('is found at its layer and nowhere else, in its output channel', async () => {
    // Kernel (1, 1, 4, 4): position 6 is input channel 1, output channel 2.
    const parity = await checkChain(await outputsOf(changedKernel('conv_2', 6, 1e-5)));
    expect(parity.failures.map(({ layer }) => layer)).toEqual(['conv_2']);
    expect(parity.firstFailure!.where!.words).toBe('only in channel 2 (of 4)');
  });

  test('is found at its layer when what follows inherits it', async () => {
    const parity = await checkChain(await outputsOf(changedKernel('conv_1', 6, 1e-3)));
    expect(parity.failures.map(({ layer }) => layer)).toEqual(['conv_1']);
    const last = parity.layers.at(-1)!;
    expect(last.verdict).toBe('pass');
    expect(last.errors!.freeRun.off).toBeGreaterThan(0);
    expect(last.errors!.freeRun.inherited).toBeCloseTo(last.errors!.freeRun.maxAbsError, 5);
    expect(last.errors!.own.maxAbsError).toBeLessThan(1e-6);
  });

  test('is found at the end of the segment where its layer was not recorded', async () => {
    const { add: sum, relu_1 } = await outputsOf(changedKernel('conv_2', 6, 1e-3));
    const parity = await checkChain({ relu_1: relu_1!, add: sum! });
    expect(parity.failures.map(({ layer }) => layer)).toEqual(['add']);
  });

  test('too small for a bound over many layers is found by the free run, where it is first seen', async () => {
    const long = deep(12);
    const right = (await evaluator(long, { output: 'float64' }).run(GIVEN, ['relu_11'])).get('relu_11')!;
    const at = right.data.findIndex((value) => value > 0.1);
    const shifted = (by: number) =>
      checkParity(
        long,
        recorded(
          {
            relu_11: tensor(
              Float64Array.from(right.data, (v, i) => (i === at ? v + by : v)),
              right.shape,
            ),
          },
          GIVEN,
        ),
      );
    const parity = await shifted(0.5 * (await boundAt(long, right, at)));
    expect(parity.layers[0]!.errors!.own.off).toBe(0);
    expect(parity.failures).toMatchObject([{ layer: 'relu_11', check: 'free-run', where: null, share: 1 / 36 }]);
    expect(parity.firstFailure!.reason).toMatch(/^run from the input it gives .*12 sigma/);
    expect((await shifted(0)).verdict).toBe('pass');
  });

  /** The bound of the whole of `model` at one value: what is used of it, when the recorded value is wrong by 1. */
  async function boundAt(model: typeof CHAIN, right: Tensor, at: number): Promise<number> {
    const wrong = tensor(
      Float64Array.from(right.data, (v, i) => (i === at ? v + 1 : v)),
      right.shape,
    );
    return (await checkParity(model, recorded({ relu_11: wrong }, GIVEN))).layers[0]!.errors!.own.worst.bound;
  }
});

describe('another executor', () => {
  const named = (run: Executor['run']): Executor => ({ name: 'fake 1.0', run });

  test('is run on the recorded input, for the recorded layers, and held against them', async () => {
    const asked: unknown[] = [];
    const right = await outputsOf(CHAIN);
    const executor = named(async (given, observe) => {
      asked.push(given, observe);
      return new Map(Object.entries(right));
    });
    const parity = await checkChain({ add: right.add!, relu_1: right.relu_1! }, { executor });
    expect(asked).toEqual([GIVEN, ['relu_1', 'add']]);
    expect(parity).toMatchObject({ verdict: 'pass', executor: 'fake 1.0' });
  });

  test('that strays fails, though every layer alone is right', async () => {
    const right = await outputsOf(CHAIN);
    const wrong = await outputsOf(changedKernel('conv_1', 6, 1e-3));
    const executor = named(async () => new Map(Object.entries(wrong)));
    const parity = await checkChain(right, { executor });
    expect(parity.failures).toMatchObject([{ layer: 'conv_1', check: 'free-run' }]);
    expect(parity.layers.every(({ errors }) => errors!.own.off === 0)).toBe(true);
  });

  test('that sums behind a folded bias may be off by 12 sigma of as many roundings as it has terms', async () => {
    const right = await outputsOf(CHAIN);
    // 41 units of roundoff of each value: 12 sqrt(12 / 3) are 24 of them, 12 sqrt(48 / 3) are 48.
    const strayed = new Map(
      Object.entries(right).map(([name, t]) => [
        name,
        tensor(
          t.data.map((x) => x * (1 + 41 * 2 ** -24)),
          t.shape,
        ),
      ]),
    );
    const verdictOf = async (biasedTerms: number) => {
      const executor = { ...named(async () => strayed), biasedTerms };
      return (await checkChain({ add: right.add! }, { executor })).layers[0]!.errors!.freeRun.budget;
    };
    const [none, few, many] = [await verdictOf(0), await verdictOf(12), await verdictOf(48)];
    expect(none).toBeGreaterThan(few);
    expect(few).toBeGreaterThan(many);
    expect(many).toBeLessThan(1);
  });

  test('that has not all of the layers is held against those it has, and the others are told', async () => {
    const right = await outputsOf(CHAIN);
    const executor = { ...named(async () => new Map(Object.entries(right))), layers: new Set(['add']) };
    const parity = await checkChain(right, { executor });
    expect(parity.layers.map(({ layer }) => layer)).toEqual(['add']);
    expect(parity.notes).toContainEqual({
      id: 'not-in-export',
      text: 'Not compared, since fake 1.0 runs a model without them: conv_1, relu_1, conv_2.',
    });
    const all = { ...executor, layers: new Set(NAMES) };
    expect((await checkChain(right, { executor: all })).notes.map(({ id }) => id)).not.toContain('not-in-export');
    const none = { ...executor, layers: new Set(['x']) };
    await expect(checkChain({ add: right.add! }, { executor: none })).rejects.toMatchObject({
      tag: 'NothingCompared',
      explanation: { found: 'add' },
    });
  });

  test('that gives another shape fails with it', async () => {
    const executor = named(async () => new Map([['add', vector(1, 2)]]));
    const right = await outputsOf(CHAIN);
    const { firstFailure } = await checkChain({ add: right.add! }, { executor });
    expect(firstFailure!.reason).toBe('its output has the shape (1, 2), the reference (1, 3, 3, 4)');
  });

  test('is allowed the errors of two float32 runs', async () => {
    const right = await outputsOf(CHAIN);
    const limitOf = async (options: ParityOptions) => (await checkChain({ add: right.add! }, options)).layers[0]!;
    const alone = (await limitOf({})).errors!.freeRun;
    const two = (await limitOf({ executor: named(async () => new Map(Object.entries(right))) })).errors!.freeRun;
    expect(two.sigma / alone.sigma).toBeCloseTo(Math.SQRT2, 6);
  });
});

describe('on what Keras recorded', () => {
  const REFERENCE = 'k21-g3/reference.npz';
  const model = loadFixture('k21-g3/weights.h5', { pooling: 'max' });
  const fixture = (arrays: Iterable<readonly [string, Tensor]>) => readFixture(writeNpz(arrays), 'changed.npz');
  const honest = async (): Promise<Parity> => checkParity(await model, readFixture(fixtureBytes(REFERENCE), REFERENCE));

  test('every layer keeps its bound, and those that move values are equal bit for bit', async () => {
    const { verdict, layers } = await honest();
    expect(verdict).toBe('pass');
    expect(layers).toHaveLength(68);
    for (const { layer, errors } of layers) {
      const moves = /maxpool1|relu|shuffle|\d\/concat|global_pool/.test(layer) && !/gconv/.test(layer);
      expect([layer, errors!.own.budget === 0]).toEqual([layer, moves || errors!.own.maxAbsError === 0]);
    }
    // What was measured of real Keras: half an ulp at additions, up to 0.6 of a convolution's bound.
    const most = Math.max(...layers.map(({ errors }) => errors!.own.budget));
    expect(most).toBeGreaterThan(0.3);
    expect(most).toBeLessThan(0.7);
    const free = Math.max(...layers.map(({ errors }) => errors!.freeRun.budget));
    expect(free).toBeGreaterThan(0.05);
    expect(free).toBeLessThan(0.7);
  });

  test('one value moved by three of its bounds is found, at its layer and its place, in layers of every class', async () => {
    const { layers } = await honest();
    const arrays = loadReference(REFERENCE);
    // Every third: units have ten layers, so that each class has its turn.
    for (const { layer, key, errors } of layers.filter((_, i) => i % 3 === 0)) {
      const { flat, bound } = errors!.own.worst;
      const right = arrays.get(key)!;
      const data = Float32Array.from(right.data);
      const step = Math.max(3 * bound, Math.abs(data[flat]!) * 2 ** -22, 2 ** -60);
      data[flat]! += data[flat]! >= errors!.own.worst.value ? step : -step;
      const wrong = new Map(arrays).set(key, tensor(data, right.shape));
      const [parity] = checkAlternatives([await model], fixture(wrong));
      expect(parity!.failures).toMatchObject([{ layer, check: 'own', where: { pattern: 'one' } }]);
      const [image, ...place] = parity!.firstFailure!.index!;
      const size = sizeOf(right.shape.slice(1));
      expect(flat % size).toBe(place.reduce((at, index, axis) => at * right.shape[axis + 1]! + index, 0));
      expect(image).toBe(Math.floor(flat / size));
    }
  });

  test('alternatives share what they have in common, and each is judged as if it were alone', async () => {
    const odd = readFixture(fixtureBytes('k21-g3-odd/reference.npz'), 'odd');
    const models = await Promise.all(
      (['max', 'avg'] as const).map((pooling) => loadFixture('k21-g3-odd/weights.h5', { pooling })),
    );
    const [max, avg] = checkAlternatives(models, odd);
    expect([max!.failures.map(({ layer }) => layer), avg!.verdict]).toEqual([['global_pool'], 'pass']);
    const alone = await checkParity(models[0]!, odd);
    expect(max).toEqual(alone);
  });
});
