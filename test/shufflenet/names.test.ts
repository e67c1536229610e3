// Layer names, as the article and its ports write them, and what is read in them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NAMING_SCHEMES, namingScheme, recognise, UNIT_LAYERS } from '../../src/shufflenet/names.js';

const scheme = (id: string) => namingScheme(id)!;
const GROUP = 'stage2/block2/1x1_gconv_1_/g0';

describe('schemes', () => {
  test.each([
    ['article', GROUP],
    ['underscore', 'stage2_block2_1x1_gconv_1__g0'],
    ['single-underscore', 'stage2_block2_1x1_gconv_1_g0'],
    ['dots', 'stage2.block2.1x1_gconv_1_.g0'],
  ])('%s writes %s', (id, written) => {
    expect(scheme(id).encode(GROUP)).toBe(written);
    expect(scheme(id).encode('conv1')).toBe('conv1');
    expect(recognise(written, scheme(id))).toEqual({
      articleName: GROUP,
      place: { base: 'stage2/block2/1x1_gconv_1', kind: '1x1_gconv_1', stage: 2, block: 2, group: 0 },
      prefix: '',
      suffix: '',
    });
    for (const other of NAMING_SCHEMES) if (other.id !== id) expect(recognise(written, other)).toBeUndefined();
  });

  test('are found by their id', () => {
    expect(NAMING_SCHEMES.map(({ id }) => id)).toEqual(['article', 'underscore', 'single-underscore', 'dots']);
    expect(namingScheme('slashes')).toBeUndefined();
    expect(namingScheme('article')).toBe(NAMING_SCHEMES[0]);
  });
});

describe('a name', () => {
  const article = scheme('article');

  test.each(['conv1', 'fc'])('%s has no unit', (name) => {
    expect(recognise(name, article)).toEqual({
      articleName: name,
      place: { base: name, kind: name },
      prefix: '',
      suffix: '',
    });
  });

  test('may stand in an enclosing model, and carry the number TensorFlow gives to a second graph', () => {
    expect(recognise('ShuffleNet_0.25X_g3_br_0.25_111/conv1', article)).toMatchObject({
      articleName: 'conv1',
      prefix: 'ShuffleNet_0.25X_g3_br_0.25_111/',
    });
    expect(recognise('stage2/block1/bn_gconv_1_1', article)).toMatchObject({
      articleName: 'stage2/block1/bn_gconv_1',
      suffix: '_1',
    });
    expect(recognise('conv1_12', article)).toMatchObject({ articleName: 'conv1', suffix: '_12' });
    expect(recognise('net_conv1', scheme('underscore'))).toMatchObject({ articleName: 'conv1', prefix: 'net_' });
  });

  test.each([
    'input_1',
    'myconv1',
    'conv2',
    'stage2/block1',
    'stage2/block1/add',
    'stage2/block1/relu_gconv_1',
    'stage2/block2/1x1_gconv_1/g0_slice',
    'stage2/block2/1x1_gconv_1/concat',
    'stage2/block2/1x1_gconv_1_/g0/kernel',
    'stage02/block1/bn_gconv_1',
    'stage2/block1234/bn_gconv_1',
    'stage2_block1/bn_gconv_1',
    'stage/block/bn_gconv_1',
    '',
  ])('"%s" has no place', (name) => {
    expect(recognise(name, article)).toBeUndefined();
  });

  const places = fc.tuple(
    fc.integer({ min: 2, max: 99 }),
    fc.integer({ min: 1, max: 99 }),
    fc.constantFrom(...UNIT_LAYERS),
    fc.option(fc.integer({ min: 0, max: 7 })),
  );

  test('is read back from every scheme that writes it', () => {
    fc.assert(
      fc.property(places, fc.constantFrom(...NAMING_SCHEMES), ([stage, block, kind, group], written) => {
        const base = `stage${stage}/block${block}/${kind}`;
        const name = group === null ? base : `${base}_/g${group}`;
        expect(recognise(written.encode(name), written)).toMatchObject({
          articleName: name,
          place: { base, kind, stage, block, ...(group !== null && { group }) },
          prefix: '',
          suffix: '',
        });
      }),
    );
  });
});
