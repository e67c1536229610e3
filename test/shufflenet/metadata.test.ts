// Settings inside converted files: written and read back, or left alone when they are not ours.
import { describe, expect, test } from 'vitest';
import { METADATA_VERSION, settingsFromMetadata, settingsRecord } from '../../src/shufflenet/metadata.js';
import { ARTICLE_REVISION, DEFAULT_SETTINGS, type ShuffleNetSettings } from '../../src/shufflenet/settings.js';

const UNUSUAL: ShuffleNetSettings = {
  groups: 8,
  scaleFactor: 1.5,
  bottleneckRatio: 0.5,
  numShuffleUnits: [0, 2],
  classes: 7,
  includeTop: false,
  pooling: null,
  inputShape: [null, 47, 1],
  slices: 'last',
  revision: { convBias: true, firstGconv2Grouped: true, bottleneckFrom: 'out-in' },
};

const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test.each([DEFAULT_SETTINGS, UNUSUAL])('settings come back as they went in', (settings) => {
  expect(settingsRecord(settings)).toEqual({ version: 1, network: 'ShuffleNet v1', settings });
  expect(settingsFromMetadata(throughJson(settingsRecord(settings)))).toEqual(settings);
});

test('a record without a revision is of the article as it stands', () => {
  const { revision: _, ...settings } = DEFAULT_SETTINGS;
  expect(settingsFromMetadata({ ...settingsRecord(DEFAULT_SETTINGS), settings })?.revision).toEqual(ARTICLE_REVISION);
});

describe('what is none of ours', () => {
  const record = settingsRecord(DEFAULT_SETTINGS);
  const changed = (settings: object) => ({ ...record, settings: { ...DEFAULT_SETTINGS, ...settings } });

  test.each([
    [undefined],
    [null],
    ['ShuffleNet v1'],
    [[record]],
    [{}],
    [{ ...record, version: METADATA_VERSION + 1 }],
    [{ ...record, network: 'ShuffleNet v2' }],
    [{ ...record, settings: undefined }],
    [{ ...record, settings: [] }],
    [changed({ groups: 5 })],
    [changed({ groups: 'three' })],
    [changed({ scaleFactor: 0.3 })],
    [changed({ bottleneckRatio: -1 })],
    [changed({ numShuffleUnits: [1.5] })],
    [changed({ classes: 0 })],
    [changed({ pooling: 'min' })],
    [changed({ pooling: null })],
    [changed({ inputShape: [32, 32] })],
    [changed({ inputShape: 'square' })],
    [changed({ inputShape: [27, 32, 3] })],
  ])('%j is left alone', (metadata) => {
    expect(settingsFromMetadata(metadata)).toBeUndefined();
  });
});
