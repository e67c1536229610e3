// The input that is made where none is given.
import { expect, test } from 'vitest';
import { UsageError } from '../../src/core/errors.js';
import { noise } from '../../src/jobs/noise.js';

test("is one picture of the network's size, or the article's, the same every time", () => {
  expect(noise([2, 3, 3]).shape).toEqual([1, 2, 3, 3]);
  expect(noise([null, null, 3]).shape).toEqual([1, 224, 224, 3]);
  // By hand: 1015568748 and 1586005467, over 2^31, less 1.
  expect([...noise([1, 2, 1]).data]).toEqual([-0.5270889401435852, -0.2614586651325226]);
});

test('is refused where no memory would hold it', () => {
  expect(() => noise([99_999_999, 99_999_999, 3])).toThrow(UsageError);
  expect(() => noise([7072, 7072, 3])).toThrow('at most 50000000 pixels');
});
