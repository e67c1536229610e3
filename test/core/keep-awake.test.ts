import { expect, test } from 'vitest';
import { keepingAwake } from '../../src/core/keep-awake.js';

const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

test('the event loop has a timer to wait for until the work is done, or has failed', async () => {
  const before = timers();
  let finish: (value: number) => void = () => undefined;
  const waiting = keepingAwake(new Promise<number>((resolve) => (finish = resolve)));
  expect(timers()).toBe(before + 1);
  finish(7);
  expect(await waiting).toBe(7);
  expect(timers()).toBe(before);
  await expect(keepingAwake(Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(timers()).toBe(before);
});
