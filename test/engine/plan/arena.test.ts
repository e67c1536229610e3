// Where maps lie: never two in one place at one time, and in as little memory as the order of the largest allows.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ALIGNMENT, arena } from '../../../src/engine/plan/arena.js';
import { bytesOf } from '../../../src/engine/plan/layout.js';
import type { Store } from '../../../src/engine/plan/stores.js';
import { map, relu } from './tasks.js';

/** A pixel of so many channels takes a cache line. */
const LINE = ALIGNMENT / 4;

/** Each map made from the one before it, in a chain of its own. */
const oneByOne = (maps: readonly Store[]) =>
  maps.slice(1).map((to, i) => ({ tasks: [relu(maps[i]!, to)], rows: to.height }));

test('maps that are needed at one time lie apart, each at the beginning of a line', () => {
  const size = fc.integer({ min: 1, max: 50 });
  fc.assert(
    fc.property(fc.array(size, { minLength: 2, maxLength: 9 }), fc.nat(8), (channels, staying) => {
      const maps = channels.map((count) => map(1, 1, count));
      const last = maps.length - 1;
      const kept = Math.min(staying, last);
      maps[kept]!.stays = true;
      const { addresses, end } = arena(oneByOne(maps), maps[0]!, 128);
      const begins = maps.map((store) => addresses.get(store)!);
      for (const [i, begin] of begins.entries()) {
        expect(begin % ALIGNMENT).toBe(0);
        expect(begin).toBeGreaterThanOrEqual(128);
        expect(end).toBeGreaterThanOrEqual(begin + bytesOf(maps[i]!));
        for (const [j, other] of begins.entries()) {
          if (j >= i || !(j === i - 1 || i === kept || j === kept)) continue;
          expect(begin >= other + bytesOf(maps[j]!) || other >= begin + bytesOf(maps[i]!)).toBe(true);
        }
      }
    }),
    { seed: 5, numRuns: 60 },
  );
});

test('the largest are placed first: what is smaller fits around them', () => {
  const maps = [1, 2, 3].map((lines) => map(1, lines, LINE));
  const { addresses, end } = arena(oneByOne(maps), maps[0]!, 0);
  expect(maps.map((store) => addresses.get(store)! / ALIGNMENT)).toEqual([0, 3, 0]);
  expect(end).toBe(5 * ALIGNMENT);
});
