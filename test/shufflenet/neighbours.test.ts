// Which settings near a failing one work, held against what Keras built and refused (fixtures/keras).
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { IndivisibleChannelsError, InvalidGroupsError } from '../../src/shufflenet/errors.js';
import { withNeighbours } from '../../src/shufflenet/neighbours.js';
import { DEFAULT_SETTINGS } from '../../src/shufflenet/settings.js';

interface Row {
  groups: number;
  scaleFactor: number;
  bottleneckRatio: number;
  parameters?: number;
}
const tableFile = new URL('../../fixtures/keras/settings-table.json', import.meta.url);
const { rows } = JSON.parse(readFileSync(tableFile, 'utf8')) as { rows: Row[] };

const nextOf = (settings: Pick<Row, 'groups' | 'scaleFactor' | 'bottleneckRatio'>) => {
  const error = new IndivisibleChannelsError('stage3/block1/1x1_gconv_1', 'out', 25, settings.groups);
  const numShuffleUnits = [3, 7, 3];
  return withNeighbours(error, { ...DEFAULT_SETTINGS, ...settings, numShuffleUnits });
};

/** The numbers listed under a name. */
const listed = (text: string, name: string): number[] =>
  new RegExp(`${name} ([\\d., ]+)`).exec(text)?.[1]?.split(', ').map(Number) ?? [];

describe('of settings that Keras refused', () => {
  const failing = rows.filter(({ parameters }) => parameters === undefined);
  const works = (wanted: Row) =>
    rows.some(
      (row) =>
        row.parameters !== undefined &&
        row.groups === wanted.groups &&
        row.scaleFactor === wanted.scaleFactor &&
        row.bottleneckRatio === wanted.bottleneckRatio,
    );
  const values = (key: keyof Row) => [...new Set(rows.map((row) => row[key]!))].sort((a, b) => a - b);

  test('there are some in the table', () => {
    expect(failing.length).toBeGreaterThan(10);
  });

  test.each(failing)('groups $groups, scale $scaleFactor, ratio $bottleneckRatio: those that Keras built', (row) => {
    const { next } = nextOf(row).explanation;
    expect(listed(next!, 'groups')).toEqual(values('groups').filter((groups) => works({ ...row, groups })));
    expect(listed(next!, 'scale factor')).toEqual(
      values('scaleFactor').filter((scaleFactor) => works({ ...row, scaleFactor })),
    );
    expect(listed(next!, 'bottleneck ratio')).toEqual(
      values('bottleneckRatio').filter((bottleneckRatio) => works({ ...row, bottleneckRatio })),
    );
  });
});

test('the error stays what it was, with other advice', () => {
  const error = nextOf({ groups: 2, scaleFactor: 0.25, bottleneckRatio: 0.25 });
  expect(error).toMatchObject({ layer: 'stage3/block1/1x1_gconv_1', side: 'out', channels: 25, groups: 2 });
  expect(error.explanation.next).toMatch(/^with all else as it is, these work: groups /);
});

test('settings that are wrong in another way are not taken for indivisible ones', () => {
  expect(() => nextOf({ groups: 7, scaleFactor: 1, bottleneckRatio: 0.25 })).toThrow(InvalidGroupsError);
});
