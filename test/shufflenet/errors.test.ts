// Messages that name the neighbouring settings which work.
import { expect, test } from 'vitest';
import { InvalidScaleFactorError } from '../../src/shufflenet/errors.js';

test.each([
  [0.3, 'the nearest are 0.25 and 0.5'],
  [1.1, 'the nearest are 1 and 1.25'],
  [2.99, 'the nearest are 2.75 and 3'],
  [0.1, 'the nearest are 0.25 and 0.5'],
  [0, '1 is the unscaled network'],
  [-1, '1 is the unscaled network'],
])('a scale factor of %d: %s', (scaleFactor, next) => {
  const error = new InvalidScaleFactorError(scaleFactor);
  expect([error.tag, error.scaleFactor, error.explanation.found]).toEqual(['InvalidScaleFactor', scaleFactor, `${scaleFactor}`]); // biome-ignore format: one line
  expect(error.explanation.next).toBe(next);
});
