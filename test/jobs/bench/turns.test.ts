// Rounds in which things are timed, and what is made of their times.
import { expect, test } from 'vitest';
import { median } from '../../../src/core/median.js';
import { spreadOf, takeTurns } from '../../../src/jobs/bench/turns.js';

test('everything has its turn each round, warming up first, and promises are waited for', async () => {
  let time = 0;
  const order: string[] = [];
  const takes = (name: string, milliseconds: number) => ({
    run: () => {
      order.push(name);
      time += milliseconds;
    },
  });
  const slow = {
    run: async () => {
      await Promise.resolve();
      order.push('slow');
      time += 30;
    },
  };
  const times = await takeTurns([takes('a', 1), slow, takes('b', 2)], { warmUp: 1, count: 2, now: () => time });
  expect(order).toEqual(['a', 'slow', 'b', 'a', 'slow', 'b', 'a', 'slow', 'b']);
  expect(times).toEqual([
    [1, 1],
    [30, 30],
    [2, 2],
  ]);
});

test('the median is the one in the middle, by value', () => {
  expect(median([10, 9, 100])).toBe(10);
  expect(median([1, 2, 3, 4])).toBe(3);
});

test('a spread is the least and the median', () => {
  expect(spreadOf([5, 3, 4])).toEqual({ least: 3, median: 4 });
});
