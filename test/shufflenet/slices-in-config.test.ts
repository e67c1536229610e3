// Architectures that say themselves which slice a group reads.
import { expect, test } from 'vitest';
import type { ConfigLayer } from '../../src/checkpoint/model-config.js';
import { cropsChannels, slicesInConfig } from '../../src/shufflenet/slices-in-config.js';

const layer = (className: string, config: object): ConfigLayer => ({
  className,
  name: 'x',
  config: config as ConfigLayer['config'],
});
const crop = (cropping: unknown, data_format = 'channels_first') => layer('Cropping2D', { cropping, data_format });

test.each<[string, ConfigLayer[], 'own' | 'last' | undefined]>([
  ['nothing', [], undefined],
  ['convolutions of one group, as every first unit has', [layer('Conv2D', { groups: 1 }), layer('Conv2D', {})], undefined], // biome-ignore format: one line
  ['a convolution of groups', [layer('Conv2D', { groups: 1 }), layer('Conv2D', { groups: 3 })], 'own'],
  ['groups of another class', [layer('Dense', { groups: 3 })], undefined],
  ['the last channels kept', [crop([[0, 0], [8, 0]])], 'last'], // biome-ignore format: one line
  ['channels cut off at both ends', [crop([[0, 0], [8, 8]])], undefined], // biome-ignore format: one line
  ['the first channels kept', [crop([[0, 0], [0, 8]])], undefined], // biome-ignore format: one line
  ['columns cut off', [crop([[0, 0], [8, 0]], 'channels_last')], undefined], // biome-ignore format: one line
  ['a crop that is no pair', [crop(8), crop([8, 0])], undefined],
])('%s: %s', (_, config, slices) => {
  expect(slicesInConfig(config)).toBe(slices);
});

test('a crop of channels is told by its class and by where its channels stand', () => {
  expect(cropsChannels(crop([]))).toBe(true);
  expect(cropsChannels(crop([], 'channels_last'))).toBe(false);
  expect(cropsChannels(layer('Conv2D', { data_format: 'channels_first' }))).toBe(false);
});
