// The oracle itself: that its answers are numpy's, reach who asked, and that it fails aloud.
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { tensor } from '../../src/core/tensor.js';
import { startOracle } from '../helpers/oracle.js';

const oracle = await startOracle();
afterAll(() => oracle?.close());
afterEach(() => vi.unstubAllEnvs());

const x = tensor(Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8), [9]);

describe.skipIf(oracle === undefined)('the oracle', () => {
  test("answers the article's example", async () => {
    const shuffled = await oracle!.ask('channel_shuffle', { x, groups: 3 });
    expect(shuffled.shape).toEqual([9]);
    expect([...shuffled.data]).toEqual([0, 3, 6, 1, 4, 7, 2, 5, 8]);
  });

  test('passes every bit there and back', async () => {
    const values = [-0, 2 ** -149, 2 ** -126, 1 + 2 ** -23, -(2 ** 127), Number.POSITIVE_INFINITY, Number.NaN, 0.1];
    const sent = tensor(Float32Array.from(values), [2, 1, 4]);
    const back = await oracle!.ask('channel_shuffle', { x: sent, groups: 1 });
    expect(back.shape).toEqual([2, 1, 4]);
    expect([...back.data]).toEqual([...sent.data]); // tells 0 from -0, and finds NaN equal to itself
  });

  test('answers each question with its own answer', async () => {
    const groups = [1, 3, 9, 3, 1];
    const seconds = await Promise.all(groups.map((n) => oracle!.ask('channel_shuffle', { x, groups: n })));
    expect(seconds.map(({ data }) => data[1])).toEqual([1, 3, 1, 3, 1]);
  });

  test('says why it cannot answer, and goes on', async () => {
    await expect(oracle!.ask('channel_shuffle', { x, groups: 2 })).rejects.toThrow('AssertionError');
    await expect(oracle!.ask('matmul', { x })).rejects.toThrow('matmul');
    expect((await oracle!.ask('relu', { x })).data[8]).toBe(8);
  });
});

test.each(['./no-such-python', process.execPath])(
  'a named Python that cannot answer is an error: %s',
  async (python) => {
    vi.stubEnv('SHUFFLEPORT_PYTHON', python);
    await expect(startOracle()).rejects.toThrow(`SHUFFLEPORT_PYTHON=${python}`);
  },
);

test('without any Python there is no oracle, and no error', async () => {
  vi.stubEnv('SHUFFLEPORT_PYTHON', '');
  vi.stubEnv('PATH', '');
  expect(await startOracle()).toBeUndefined();
});

test('the name none asks for the committed tables', async () => {
  vi.stubEnv('SHUFFLEPORT_PYTHON', 'none');
  expect(await startOracle()).toBeUndefined();
});
