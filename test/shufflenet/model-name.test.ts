// The article's `"ShuffleNet_%.2gX_g%d_br_%.2g_%s"`; expected numbers are what Python's % operator prints.
import { expect, test } from 'vitest';
import { general, modelName } from '../../src/shufflenet/model-name.js';
import { DEFAULT_SETTINGS } from '../../src/shufflenet/settings.js';

test.each([
  [{}, 'ShuffleNet_1X_g1_br_0.25_373'],
  [{ groups: 3, scaleFactor: 0.25 }, 'ShuffleNet_0.25X_g3_br_0.25_373'],
  [{ groups: 8, scaleFactor: 1.5, bottleneckRatio: 1 }, 'ShuffleNet_1.5X_g8_br_1_373'],
  [{ scaleFactor: 1.25, bottleneckRatio: 0.125 }, 'ShuffleNet_1.2X_g1_br_0.12_373'],
  [{ numShuffleUnits: [1, 0, 10] }, 'ShuffleNet_1X_g1_br_0.25_1010'],
  [{ numShuffleUnits: [] }, 'ShuffleNet_1X_g1_br_0.25_'],
])('%j is %s', (settings, name) => {
  expect(modelName({ ...DEFAULT_SETTINGS, ...settings })).toBe(name);
});

// python3 -c "for v in [...]: print(v, '%.2g' % v)"
test.each([
  [0, '0'],
  [0.5, '0.5'],
  [1, '1'],
  [1.25, '1.2'],
  [1.75, '1.8'],
  [2.25, '2.2'],
  [2.75, '2.8'],
  [0.125, '0.12'],
  [0.375, '0.38'],
  [1 / 3, '0.33'],
  [2 / 3, '0.67'],
  [0.1, '0.1'],
  [1.05, '1.1'],
  [1.15, '1.1'],
  [9.95, '9.9'],
  [9.96, '10'],
  [10, '10'],
  [12.5, '12'],
  [13.5, '14'],
  [99.4, '99'],
  [99.5, '1e+02'],
  [100, '1e+02'],
  [123456, '1.2e+05'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [0.000099999, '0.0001'],
  [-1.25, '-1.2'],
  [1e22, '1e+22'],
])('%f is %s', (value, text) => {
  expect(general(value)).toBe(text);
});
