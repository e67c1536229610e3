// Calls of a chain: every row that is needed is there before it is read, and none is computed twice.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Job } from '../../../src/engine/lower/job.js';
import { chainCalls } from '../../../src/engine/plan/bands.js';
import type { Task } from '../../../src/engine/plan/places.js';
import { inputRows } from '../../../src/engine/plan/schedule.js';
import { outputSize } from '../../../src/network/padding.js';
import { map, pool } from './tasks.js';

const anyWindow = fc.record({
  size: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.constant(1)),
  strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.constant(1)),
  padding: fc.constantFrom('same' as const, 'valid' as const),
});

/** Poolings one after the other, of maps that have a row at least. */
const anyTasks: fc.Arbitrary<Task[]> = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.array(anyWindow, { minLength: 1, maxLength: 3 }))
  .map(([height, windows]) => {
    const tasks: Task[] = [];
    let from = map(height, 1, 4);
    for (const window of windows) {
      const rows = outputSize(from.height, window.size[0], window.strides[0], window.padding)!;
      if (rows < 1) continue;
      const to = map(rows, 1, 4);
      tasks.push(pool(from, to, window));
      from = to;
    }
    return tasks;
  })
  .filter((tasks) => tasks.length > 0);

/** A call of any of these jobs says which rows it computes. */
const jobOf = (task: Task): Job => ({
  task,
  units: task.output.store.height,
  calls: (from, to) => [{ kernel: undefined as never, args: [from, to] }],
});

test('any part of any chain', () => {
  fc.assert(
    fc.property(anyTasks, fc.integer({ min: 1, max: 9 }), fc.nat(), fc.nat(), (tasks, rows, a, b) => {
      const height = tasks.at(-1)!.output.store.height;
      const from = a % height;
      const to = from + 1 + (b % (height - from));
      const done = tasks.map(() => new Set<number>());
      for (const { job, args } of chainCalls({ rows }, tasks.map(jobOf), from, to)) {
        const [first, end] = args as readonly [number, number];
        expect(end).toBeGreaterThan(first);
        const [needed, last] = inputRows(tasks[job]!, first, end);
        for (let y = needed; job > 0 && y < last; y++) expect(done[job - 1]!.has(y)).toBe(true);
        for (let y = first; y < end; y++) {
          expect(done[job]!.has(y)).toBe(false);
          done[job]!.add(y);
        }
      }
      expect([...done.at(-1)!]).toEqual(Array.from({ length: to - from }, (_, i) => from + i));
    }),
    { seed: 4, numRuns: 200 },
  );
});

test('a band of the last output at a time, and of what it needs', () => {
  const [input, middle, output] = [map(8, 1, 4), map(8, 1, 4), map(4, 1, 4)];
  const [same, half] = [
    { size: [3, 1], strides: [1, 1], padding: 'same' },
    { size: [2, 1], strides: [2, 1], padding: 'valid' },
  ] as const;
  const jobs = [pool(input, middle, same), pool(middle, output, half)].map(jobOf);
  expect(chainCalls({ rows: 2 }, jobs, 0, 4).map(({ job, args }) => [job, ...args])).toEqual([
    [0, 0, 4],
    [1, 0, 2],
    [0, 4, 8],
    [1, 2, 4],
  ]);
});
