import { expect, test } from 'vitest';
import { keepingAwake } from '../../src/core/keep-awake.js';
import { runningTimers } from '../helpers/timers.js';

test('the event loop has a timer to wait for until the work is done, or has failed', async () => {
  const before = runningTimers();
  let finish: (value: number) => void = () => undefined;
  const waiting = keepingAwake(new Promise<number>((resolve) => (finish = resolve)));
  expect(runningTimers()).toBe(before + 1);
  finish(7);
  expect(await waiting).toBe(7);
  expect(runningTimers()).toBe(before);
  await expect(keepingAwake(Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(runningTimers()).toBe(before);
});
