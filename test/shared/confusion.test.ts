// Known mistakes and unknown faults planted in random networks, recorded by a program of its own: what is called what.
// docs/parity.md has all that is called something else. Here beside the shared files for its length, not for its input.
import { expect, test } from 'vitest';
import { type Planted, selfTest } from '../../src/parity/self-test.js';
import type { ShuffleNetSettings } from '../../src/shufflenet/settings.js';
import { honest, smallModel } from '../parity/causes/plant.js';
import { documented } from './written-table.js';

const SHAPES: readonly Partial<ShuffleNetSettings>[] = [
  { groups: 3 },
  { groups: 3, numShuffleUnits: [2], pooling: 'max' },
  { groups: 3, slices: 'last', numShuffleUnits: [1] },
  { groups: 8, numShuffleUnits: [1] },
  { groups: 2, numShuffleUnits: [1], pooling: 'max' },
  { groups: 1 },
];

/** Two networks of each shape: other weights, other places. */
const NETWORKS = [1, 2].flatMap((seed) => SHAPES.map((settings) => ({ settings, seed })));

const NOBODY = 'no known cause';
const idOf = (cause: string | null): string => (cause === null ? 'a fault that no cause describes' : `\`${cause}\``);

/** What is off the diagonal, a row a cell: planted, called, how often. */
function rowsOf(planted: readonly Planted[]): string[][] {
  const shown = planted.filter(({ outcome }) => outcome !== 'hidden' && outcome !== 'missed');
  const cells = new Map<string, number>();
  for (const { cause, named, outcome } of shown.filter((plant) => plant.cause !== plant.named)) {
    const key = [idOf(cause), named === null ? NOBODY : idOf(named), outcome === 'equal' ? 'yes' : 'no'].join('|');
    cells.set(key, (cells.get(key) ?? 0) + 1);
  }
  const all = (id: string): number => shown.filter(({ cause }) => idOf(cause) === id).length;
  return [...cells].toSorted().map(([key, count]) => {
    const [id, named, equal] = key.split('|') as [string, string, string];
    return [id, named, `${count} of ${all(id)}`, equal];
  });
}

test('all but a few are called what they are, and no fault is given a cause it does not have', {
  timeout: 900_000,
}, async () => {
  const planted: Planted[] = [];
  for (const { settings, seed } of NETWORKS) {
    const model = smallModel(settings, `${seed}`);
    const found = await selfTest(model, honest(model), { seed });
    expect(found.falseAlarms).toEqual([]);
    planted.push(...found.planted);
  }
  const counted = (outcomes: readonly Planted['outcome'][], known = true): number =>
    planted.filter(({ cause, outcome }) => (cause !== null) === known && outcomes.includes(outcome)).length;
  const caught = counted(['named', 'equal', 'misnamed']);
  expect(counted(['missed']) + counted(['missed', 'misnamed'], false)).toBe(0);
  expect(counted(['named', 'equal']) / caught).toBeGreaterThanOrEqual(0.95);
  const { written, measured } = documented(
    'confusion',
    [
      { title: 'planted' },
      { title: 'called' },
      { title: 'how often', align: 'right' },
      { title: 'the same values there' },
    ],
    [
      ...rowsOf(planted),
      ['all known causes', 'what they are', `${counted(['named'])} of ${caught}`, ''],
      [
        'all faults that no cause describes',
        NOBODY,
        `${counted(['named'], false)} of ${counted(['named', 'misnamed'], false)}`,
        '',
      ],
    ],
  );
  expect(written).toBe(measured);
});
