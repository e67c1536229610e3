// The oracle itself, and the one place where a test run says who answered its fresh draws.
import { describe, expect, test } from 'vitest';
import { tensor } from '../../src/core/tensor.js';
import { startOracle } from '../helpers/oracle.js';

const oracle = await startOracle();
console.error(
  oracle === undefined
    ? 'property tests: no Python with numpy; draws come from the committed tables (see fixtures/README.md)'
    : `property tests: fresh draws are answered by ${oracle.name}`,
);

const x = tensor(Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8), [9]);

describe.skipIf(oracle === undefined)('the oracle', () => {
  test("answers the article's example", async () => {
    const shuffled = await oracle!.ask('channel_shuffle', { x, groups: 3 });
    expect(shuffled.shape).toEqual([9]);
    expect([...shuffled.data]).toEqual([0, 3, 6, 1, 4, 7, 2, 5, 8]);
  });

  test('answers each question with its own answer', async () => {
    const groups = [1, 3, 9, 3, 1];
    const seconds = await Promise.all(groups.map((n) => oracle!.ask('channel_shuffle', { x, groups: n })));
    expect(seconds.map(({ data }) => data[1])).toEqual([1, 3, 1, 3, 1]);
  });

  test('says why it cannot answer, and goes on', async () => {
    await expect(oracle!.ask('channel_shuffle', { x, groups: 2 })).rejects.toThrow('AssertionError');
    await expect(oracle!.ask('matmul', { x })).rejects.toThrow('numpy cannot answer matmul');
    expect((await oracle!.ask('relu', { x })).data[8]).toBe(8);
  });
});

test('a named Python that cannot answer is an error, not a reason to do without', async () => {
  await expect(startOracle('./no-such-python')).rejects.toThrow('SHUFFLEPORT_PYTHON=./no-such-python');
  await expect(startOracle(process.execPath)).rejects.toThrow('does not answer');
});

test('none asks for the committed tables', async () => {
  expect(await startOracle('none')).toBeUndefined();
});
