// Names from strangers, numbers for people, and near misses.
import { describe, expect, test } from 'vitest';
import {
  editDistance,
  formatBytes,
  formatCount,
  globExpression,
  listSome,
  nearest,
  plural,
  printable,
} from '../../src/core/text.js';

describe('a name from a file', () => {
  test('is printed as it is when it is plain, in any script', () => {
    expect(printable('stage2/block1/relu_out')).toBe('stage2/block1/relu_out');
    expect(printable('Gewichte größer 重み')).toBe('Gewichte größer 重み');
  });

  test.each([
    ['an escape sequence of a terminal', '\u001b[2J', '\\u001b[2J'],
    ['a bell and a null', '\u0007\u0000', '\\u0007\\u0000'],
    ['a new line', 'a\nb\r', 'a\\u000ab\\u000d'],
    ['the one-byte form of an escape sequence', '\u009b31m', '\\u009b31m'],
    ['delete', '\u007f', '\\u007f'],
    ['a right-to-left override', 'safe\u202egnp.exe', 'safe\\u202egnp.exe'],
    ['bidirectional isolates', '\u2066x\u2069', '\\u2066x\\u2069'],
    ['the Arabic letter mark', '\u061c', '\\u061c'],
    ['a zero-width space', 'conv\u200b1', 'conv\\u200b1'],
    ['a line separator', '\u2028', '\\u2028'],
    ['a byte order mark', '\ufeffconv1', '\\ufeffconv1'],
  ])('has %s escaped', (_, name, shown) => {
    expect(printable(name)).toBe(shown);
  });

  test('is cut in the middle when it is long, so that both ends are seen', () => {
    const shown = printable(`begin${'x'.repeat(100_000)}end`);
    expect(shown).toHaveLength(120);
    expect(shown).toMatch(/^beginx+…x+end$/);
  });

  test('of exactly 120 characters is whole', () => {
    expect(printable('n'.repeat(120))).toBe('n'.repeat(120));
    expect(printable('n'.repeat(121))).toHaveLength(120);
  });

  test('stays short when every character is escaped', () => {
    expect(printable('\u0000'.repeat(100))).toHaveLength(120);
  });
});

test.each([
  [0, '0 layers'],
  [1, '1 layer'],
  [12345, '12,345 layers'],
])('%i of a noun is "%s"', (count, text) => {
  expect(plural(count, 'layer')).toBe(text);
});

test('a noun may have its own plural', () => {
  expect(plural(1, 'match', 'matches')).toBe('1 match');
  expect(plural(2, 'match', 'matches')).toBe('2 matches');
});

test.each([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [28258, '28,258'],
  [1234567890, '1,234,567,890'],
])('%i is printed %s', (count, text) => {
  expect(formatCount(count)).toBe(text);
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [526_760, '526.8 kB'],
  [8_712_345, '8.7 MB'],
  [3e9, '3.0 GB'],
  [2.5e12, '2.5 TB'],
  [4e15, '4000.0 TB'],
])('%i bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test('a long list is cut, and says by how much', () => {
  expect(listSome(['a', 'b'])).toBe('a, b');
  expect(listSome(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c, d, e');
  expect(listSome(['a', 'b', 'c', 'd', 'e', 'f', 'g'])).toBe('a, b, c, d, e and 2 more');
  expect(listSome(['a', 'b', 'c'], 2)).toBe('a, b and 1 more');
});

test.each([
  ['kitten', 'sitting', 3],
  ['saturday', 'sunday', 3],
  ['', 'abc', 3],
  ['abc', '', 3],
  ['same', 'same', 0],
])('from "%s" to "%s" it takes %i edits', (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
});

describe('the nearest name', () => {
  test('is the one with the fewest edits', () => {
    expect(nearest('bn_gconv_1', ['bn_dwconv_1', 'bn_gconv_l', 'conv1'])).toBe('bn_gconv_l');
  });

  test('is none when all are further than a third of its length', () => {
    expect(nearest('conv1', ['dense', 'fc', 'a_long_name_with_conv1_in_it'])).toBeUndefined();
    expect(nearest('abcdef', ['abcd'])).toBe('abcd');
    expect(nearest('abcdef', ['abc'])).toBeUndefined();
  });
});

describe('a glob', () => {
  test.each([
    ['stage2/*', 'stage2/block1/bn_gconv_1', true],
    ['stage2/*', 'stage3/block1/bn_gconv_1', false],
    ['stage?', 'stage2', true],
    ['stage?', 'stage', false],
    ['stage?', 'stage2/block1', false],
    ['*/kernel:0', 'a/b/kernel:0', true],
    ['a.c', 'abc', false],
    ['a(b)[c]{1}+^$|\\', 'a(b)[c]{1}+^$|\\', true],
    ['*', 'with\nnew line', true],
    ['', '', true],
    ['', 'x', false],
  ])('"%s" over "%s": %s', (glob, name, matches) => {
    expect(globExpression(glob).test(name)).toBe(matches);
  });
});
