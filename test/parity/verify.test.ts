// A network against recorded outputs: reading them, matching them, judging them.
import { describe, expect, test } from 'vitest';
import { type Tensor, tensor } from '../../src/core/tensor.js';
import { writeNpz } from '../../src/formats/npz.js';
import type { Executor } from '../../src/network/executor.js';
import { activation, concatenate, input, networkOf } from '../../src/network/symbolic.js';
import { matchLayers, readFixture } from '../../src/parity/fixture.js';
import { checkParity, DEFAULT_TOLERANCE } from '../../src/parity/verify.js';

const vector = (...values: number[]) => tensor(Float32Array.from(values), [1, values.length]);

const x = input([2], 'x');
const NETWORK = networkOf(
  activation(concatenate([activation(x, 'relu', 'a/relu'), x], 'a/gconv/concat'), 'softmax', 'end'),
  'n',
);

const COMPUTED: Readonly<Record<string, Tensor>> = {
  'a/relu': vector(1, 2),
  'a/gconv/concat': vector(1, 2, 3, 4),
  end: vector(0.25, 0.25, 0.25, 0.25),
};

/** Hands out `COMPUTED`, and remembers what it was asked. */
function executor() {
  const asked: { input: Tensor; observe: readonly string[] | undefined }[] = [];
  const fake: Executor = {
    name: 'fake 1.0',
    run: async (given, observe) => {
      asked.push({ input: given, observe });
      return new Map(Object.entries(COMPUTED));
    },
  };
  return { asked, fake };
}

const recorded = (arrays: Readonly<Record<string, Tensor>>, given: Tensor = vector(7, 8)) =>
  readFixture(writeNpz([['input', given], ...Object.entries(arrays)]), 'reference.npz');

const check = (arrays: Readonly<Record<string, Tensor>>, options = {}) =>
  checkParity(NETWORK, executor().fake, recorded(arrays), options);

describe('a fixture', () => {
  test('is its input and everything else', () => {
    const fixture = recorded({ end: vector(1), other: vector(2) });
    expect(fixture.where).toBe('reference.npz');
    expect(fixture.input.read()).toEqual(vector(7, 8));
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
      executor: 'fake 1.0',
      tolerance: 1e-5,
      notCompared: ['head'],
    });
    expect(parity.layers.map(({ layer, verdict }) => [layer, verdict])).toEqual([
      ['a/relu', 'pass'],
      ['a/gconv/concat', 'pass'],
      ['end', 'pass'],
    ]);
    expect(parity).not.toHaveProperty('firstFailure');
    expect(DEFAULT_TOLERANCE).toBe(1e-5);
  });

  test('asks for the recorded layers only, on the recorded input', async () => {
    const { asked, fake } = executor();
    await checkParity(NETWORK, fake, recorded({ end: COMPUTED.end!, a__relu: COMPUTED['a/relu']! }));
    expect(asked).toEqual([{ input: vector(7, 8), observe: ['a/relu', 'end'] }]);
  });

  test('fails at the first wrong layer, and says by how much, where, and what was found', async () => {
    const parity = await check({ 'a/relu': vector(1, 2), a__gconv: vector(1, 2, 3, 5), end: vector(0, 0, 0, 1) });
    expect(parity.verdict).toBe('fail');
    expect(parity.layers.map(({ verdict }) => verdict)).toEqual(['pass', 'fail', 'fail']);
    expect(parity.firstFailure).toBe(parity.layers[1]);
    expect(parity.firstFailure).toMatchObject({
      layer: 'a/gconv/concat',
      key: 'a__gconv',
      comparison: { maxAbsError: 1, maxRelError: 0.2, at: [0, 3] },
    });
    const { reason } = parity.firstFailure!;
    for (const part of ['1.00', '0.200', '5.00', '1e-5', '[0, 3]', 'computed 4', 'recorded 5'])
      expect(reason).toContain(part);
  });

  test('allows as much as the tolerance says, relative to the largest value of the layer', async () => {
    const off = { 'a/gconv/concat': vector(1.5, 2, 3, 4) };
    expect((await check(off, { tolerance: 0.125 })).verdict).toBe('pass');
    expect((await check(off, { tolerance: 0.124 })).verdict).toBe('fail');
    expect((await check(off)).tolerance).toBe(DEFAULT_TOLERANCE);
  });

  test('fails where a value is no number, however large the tolerance', async () => {
    expect((await check({ end: vector(0.25, Number.NaN, 0.25, 0.25) }, { tolerance: 1e9 })).verdict).toBe('fail');
  });

  test('fails where an infinity is recorded and another value computed; the same infinity is right', async () => {
    const computing = (...values: number[]): Executor => ({
      name: 'fake',
      run: async () => new Map([['end', vector(...values)]]),
    });
    const expected = recorded({ end: vector(5, Number.POSITIVE_INFINITY) });
    const verdict = async (...values: number[]) =>
      (await checkParity(NETWORK, computing(...values), expected, { tolerance: 1e-3 })).verdict;
    expect(await verdict(1000, 1)).toBe('fail');
    expect(await verdict(5, 1)).toBe('fail');
    expect(await verdict(5, Number.NEGATIVE_INFINITY)).toBe('fail');
    expect(await verdict(1000, Number.POSITIVE_INFINITY)).toBe('fail');
    expect(await verdict(5, Number.POSITIVE_INFINITY)).toBe('pass');
  });

  test('fails on a wrong shape, with both shapes and no errors', async () => {
    const { firstFailure } = await check({ end: vector(0.25, 0.25) });
    expect(firstFailure).toMatchObject({ layer: 'end', verdict: 'fail', shape: [1, 4] });
    expect(firstFailure!.reason).toBe('its output has the shape (1, 4), the reference (1, 2)');
    expect(firstFailure).not.toHaveProperty('comparison');
  });

  test("reads keys as the file's scheme writes names", async () => {
    const options = { encode: (name: string) => name.replaceAll('/', '-') };
    expect((await check({ 'a-relu': vector(1, 2) }, options)).layers).toHaveLength(1);
  });

  test('is refused when nothing is compared', async () => {
    await expect(check({ dense: vector(1), 'x/y': vector(1) })).rejects.toMatchObject({
      tag: 'NothingCompared',
      kind: 'file',
      explanation: { where: 'reference.npz', found: 'dense, x/y' },
    });
  });
});
