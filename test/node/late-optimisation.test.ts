// Flags belong to the whole process, and the tests share one: here they are kept in a stand-in for V8. That V8 keeps them
// so is seen in processes of their own, here and in test/e2e.
import { spawnSync } from 'node:child_process';
import { expect, test, vi } from 'vitest';
import { optimisedLate, USUAL_BUDGETS } from '../../src/node/late-optimisation.js';

const v8 = vi.hoisted(() => ({ flags: '' }));
vi.mock('node:v8', () => ({
  cachedDataVersionTag: () => v8.flags,
  setFlagsFromString: (flags: string) => {
    v8.flags = flags;
  },
}));

const flagsOf = (budget: number): string => `--wasm-tiering-budget=${budget}`;

test.each(USUAL_BUDGETS)(
  'from a budget of %i the flag is set while something is loaded, then set back',
  async (usual) => {
    v8.flags = flagsOf(usual);
    expect(await optimisedLate(async () => v8.flags)).toBe(flagsOf(100_000_000));
    expect(v8.flags).toBe(flagsOf(usual));
    await expect(optimisedLate(() => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
    expect(v8.flags).toBe(flagsOf(usual));
  },
);

test('a budget of somebody else is not known, so it could not be set back', async () => {
  v8.flags = flagsOf(5);
  expect(await optimisedLate(async () => v8.flags)).not.toBe(flagsOf(100_000_000));
});

test('the budget of this V8 is one of the usual', () => {
  const code = `
    import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';
    const before = cachedDataVersionTag();
    for (const budget of [${USUAL_BUDGETS}, 5]) {
      setFlagsFromString('--wasm-tiering-budget=' + budget);
      console.log(cachedDataVersionTag() === before);
    }`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
  expect(stdout.trim().split('\n').sort()).toEqual(['false', 'false', 'true']);
});
