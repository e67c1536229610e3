// What is said of settings that cannot be used: the article's sentence first, and the neighbouring settings which work.
import { describe, expect, test } from 'vitest';
import {
  IndivisibleChannelsError,
  InputSizeError,
  InvalidGroupsError,
  InvalidPoolingError,
  InvalidScaleFactorError,
  InvalidSettingError,
  UnknownInputSizeError,
} from '../../src/shufflenet/errors.js';

test.each([
  [0.3, 'the nearest are 0.25 and 0.5'],
  [1.1, 'the nearest are 1 and 1.25'],
  [2.99, 'the nearest are 2.75 and 3'],
  [0.1, 'the nearest are 0.25 and 0.5'],
  [0, '1 is the unscaled network'],
  [-1, '1 is the unscaled network'],
])('a scale factor of %d: %s', (scaleFactor, next) => {
  const error = new InvalidScaleFactorError(scaleFactor);
  expect([error.tag, error.kind, error.scaleFactor]).toEqual(['InvalidScaleFactor', 'usage', scaleFactor]);
  expect(error.explanation).toEqual({
    what: 'Invalid value for scale_factor. Should be x over 4.',
    found: `${scaleFactor}`,
    expected: 'a positive multiple of 0.25',
    next,
  });
});

test('a number of groups', () => {
  const error = new InvalidGroupsError(5);
  expect([error.tag, error.kind, error.groups]).toEqual(['InvalidGroups', 'usage', 5]);
  expect(error.message).toBe(
    [
      'Invalid number of groups.',
      '  found:    5',
      '  expected: 1, 2, 3, 4 or 8 (the paper, table 1, has output channels for these only)',
      '  next:     take the group count of the trained network; a file of weights tells it, so it may be left out there',
    ].join('\n'),
  );
});

describe('a pooling', () => {
  const DEFAULT = "the article's default is 'max'; its public training script used 'avg'";
  const NAME_ONE = 'the top needs a pooled vector: name a pooling, or leave the top out (includeTop: false)';
  test.each([
    ['min', true, "'max' or 'avg'", DEFAULT],
    [undefined, false, "'max', 'avg', or null for the 4-D output of the last stage", DEFAULT],
    [null, true, "'max' or 'avg'", NAME_ONE],
  ])('%s, with a top: %s', (pooling, includeTop, expected, next) => {
    const error = new InvalidPoolingError(pooling, includeTop);
    expect([error.tag, error.kind]).toEqual(['InvalidPooling', 'usage']);
    const found = String(pooling);
    expect(error.explanation).toEqual({ what: 'Invalid value for pooling.', found, expected, next });
  });
});

describe('an input', () => {
  test('that is too small', () => {
    const error = new InputSizeError([27, null, 3]);
    expect([error.tag, error.kind]).toEqual(['InputSize', 'usage']);
    expect(error.explanation).toEqual({
      what: 'Input size must be at least 28x28; got `input_shape=(27, None, 3)`',
      next: 'resize the input, or pad it',
    });
  });

  test('of unknown size under a top', () => {
    const error = new UnknownInputSizeError([null, null, 3]);
    expect([error.tag, error.kind]).toEqual(['UnknownInputSize', 'usage']);
    expect(error.explanation).toEqual({
      what: 'If `include_top` is True, you should specify a static `input_shape`. Got `input_shape=(None, None, 3)`',
      next: 'give height and width, or leave the top out (includeTop: false)',
    });
  });
});

test.each([
  ['num_shuffle_units', [1.5], '[1.5]'],
  ['classes', undefined, 'undefined'],
])('any other setting: %s', (setting, value, found) => {
  const error = new InvalidSettingError(setting, value, 'a whole number');
  expect([error.tag, error.kind, error.setting]).toEqual(['InvalidSetting', 'usage', setting]);
  expect(error.explanation).toEqual({ what: `Invalid value for ${setting}.`, found, expected: 'a whole number' });
});

test.each([
  ['in', undefined, 'choose another group count or channel number'],
  ['out', 'see table 1', 'see table 1'],
] as const)('channels that do not divide, %s', (side, next, told) => {
  const error = new IndivisibleChannelsError('stage2/block1/1x1_gconv_2', side, 20, 3, next);
  expect([error.tag, error.kind, error.layer]).toEqual(['IndivisibleChannels', 'usage', 'stage2/block1/1x1_gconv_2']);
  expect([error.side, error.channels, error.groups]).toEqual([side, 20, 3]);
  expect(error.explanation).toEqual({
    what: `${side}_channels % groups == 0 does not hold: 20 ${side}put channels do not divide into 3 groups.`,
    where: 'stage2/block1/1x1_gconv_2',
    found: '20 % 3 = 2',
    expected: 'a multiple of 3',
    next: told,
  });
});
