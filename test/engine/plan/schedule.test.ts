// Which tasks run together, and how many rows at a time.
import { describe, expect, test } from 'vitest';
import type { Window } from '../../../src/engine/plan/operations.js';
import type { Task } from '../../../src/engine/plan/places.js';
import { inputRows, schedule } from '../../../src/engine/plan/schedule.js';
import { whole } from '../../../src/engine/plan/stores.js';
import { globalPool, map, pool, relu } from './tasks.js';

const WINDOW: Window = { size: [3, 3], strides: [2, 2], padding: 'same' };

/** A kilobyte a row: this map is too large to be written before it is read, by as much as a row. */
const [INPUT, LARGE, SMALL, POOLED] = [map(257, 16, 16), map(257, 16, 16), map(256, 16, 16), map(129, 8, 16)];

const chainsOf = (tasks: readonly Task[]) => schedule(tasks).map(({ tasks }) => tasks.map(({ name }) => name));

describe('a large map', () => {
  test('is read some rows after it is written', () => {
    const [chain, ...others] = schedule([relu(INPUT, LARGE), pool(LARGE, POOLED, WINDOW)]);
    expect(others).toEqual([]);
    expect(chain!.tasks.map(({ name }) => name)).toEqual(['relu', 'pool']);
    // Rows of the output, by as many kilobytes of the map as are to lie in the cache: 96 of 257.
    expect(chain!.rows).toBe(Math.floor((96 / 257) * 129));
  });

  test.each<[string, readonly Task[]]>([
    ['is all needed at once', [relu(INPUT, LARGE), globalPool(LARGE, map(1, 1, 16))]],
    ['is read twice', [relu(INPUT, LARGE), pool(LARGE, POOLED, WINDOW), pool(LARGE, map(129, 8, 16), WINDOW)]],
    ['is added, too', [relu(INPUT, LARGE), { ...relu(LARGE, INPUT), residual: whole(LARGE) }]],
    ['is not what the next task reads', [relu(INPUT, LARGE), pool(INPUT, POOLED, WINDOW), relu(LARGE, INPUT)]],
    ['is not that large', [relu(INPUT, SMALL), pool(SMALL, map(128, 8, 16), WINDOW)]],
  ])('is written first where it %s', (_, tasks) => {
    expect(chainsOf(tasks)).toEqual(tasks.map(({ name }) => [name]));
  });

  test('is written first where it stays, or is a part of another', () => {
    const [kept, part] = [map(257, 16, 16), map(257, 16, 16)];
    kept.stays = true;
    part.within = { store: map(257, 16, 32), from: 0 };
    for (const store of [kept, part]) {
      expect(chainsOf([relu(INPUT, store), pool(store, POOLED, WINDOW)])).toEqual([['relu'], ['pool']]);
    }
  });
});

test('a task alone computes all of its rows in one turn', () => {
  expect(schedule([pool(LARGE, POOLED, WINDOW)])[0]!.rows).toBe(129);
});

describe('the rows of the input that rows of the output need', () => {
  test('are those under the window, as far as there are any', () => {
    const task = pool(LARGE, POOLED, WINDOW);
    expect(inputRows(task, 0, 1)).toEqual([0, 2]);
    expect(inputRows(task, 1, 3)).toEqual([1, 6]);
    expect(inputRows(task, 128, 129)).toEqual([255, 257]);
  });

  test('are the same, or all of them', () => {
    expect(inputRows(relu(INPUT, LARGE), 3, 5)).toEqual([3, 5]);
    expect(inputRows(globalPool(LARGE, map(1, 1, 16)), 0, 1)).toEqual([0, 257]);
  });
});
