// The 120 networks that were built in Keras from the article's code, against what we build: parameters,
// multiply-adds, and the layer where the article's assertion fails.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { networkMacs, networkParameters } from '../../src/network/cost.js';
import { buildNetwork } from '../../src/shufflenet/build.js';
import { IndivisibleChannelsError } from '../../src/shufflenet/errors.js';
import { DEFAULT_SETTINGS } from '../../src/shufflenet/settings.js';

/** One network of the table; it either built or failed at a layer. */
interface Row {
  groups: number;
  scaleFactor: number;
  bottleneckRatio: number;
  parameters?: number;
  megaMacs?: number;
  failingLayer?: string;
  outChannels?: number;
}

const file = new URL('../../fixtures/keras/settings-table.json', import.meta.url);
const { rows } = JSON.parse(readFileSync(file, 'utf8')) as { rows: Row[] };

const build = ({ groups, scaleFactor, bottleneckRatio }: Row) =>
  buildNetwork({ ...DEFAULT_SETTINGS, groups, scaleFactor, bottleneckRatio });

const title = 'groups $groups, scale factor $scaleFactor, bottleneck ratio $bottleneckRatio';

test('the table has every combination of five group counts, eight scale factors and three ratios', () => {
  const keys = rows.map((row) => `${row.groups} ${row.scaleFactor} ${row.bottleneckRatio}`);
  expect(new Set(keys).size).toBe(5 * 8 * 3);
});

describe('networks that Keras built', () => {
  test.each(rows.filter((row) => row.failingLayer === undefined))(title, (row) => {
    const network = build(row);
    expect(networkParameters(network)).toBe(row.parameters);
    // The table gives millions to one decimal.
    expect(Math.abs(networkMacs(network)! / 1e6 - row.megaMacs!)).toBeLessThanOrEqual(0.05 + 1e-9);
  });
});

describe("networks that the article's assertion refuses", () => {
  test.each(rows.filter((row) => row.failingLayer !== undefined))(title, (row) => {
    const expected = { tag: 'IndivisibleChannels', layer: row.failingLayer, side: 'out', channels: row.outChannels };
    expect(() => build(row)).toThrow(expect.objectContaining(expected));
    expect(() => build(row)).toThrow(IndivisibleChannelsError);
  });
});
