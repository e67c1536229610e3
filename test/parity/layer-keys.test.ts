// The keys under which people record a layer.
import { expect, test } from 'vitest';
import { keysOf } from '../../src/parity/layer-keys.js';

const asIs = (name: string): string => name;
const underscores = (name: string): string => name.replaceAll('/', '_');

test('a plain name has one key', () => {
  expect([...keysOf('conv1', asIs)]).toEqual(['conv1']);
});

test('slashes may be written as they are, as two underscores, or as the file writes them', () => {
  expect([...keysOf('stage2/block1/add', underscores)].sort()).toEqual([
    'stage2/block1/add',
    'stage2__block1__add',
    'stage2_block1_add',
  ]);
});

test("a grouped convolution's output goes by its concat or by the whole's own name", () => {
  expect([...keysOf('stage2/block2/1x1_gconv_1/concat', underscores)].sort()).toEqual([
    'stage2/block2/1x1_gconv_1',
    'stage2/block2/1x1_gconv_1/concat',
    'stage2/block2/1x1_gconv_1_concat',
    'stage2__block2__1x1_gconv_1',
    'stage2__block2__1x1_gconv_1__concat',
    'stage2__block2__1x1_gconv_1_concat',
    'stage2_block2_1x1_gconv_1',
    'stage2_block2_1x1_gconv_1_concat',
  ]);
});
