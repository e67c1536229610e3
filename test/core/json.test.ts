// JSON from strangers: read as it is, unless it is nested so deep that what copies it would run out of stack.
import { describe, expect, test } from 'vitest';
import { MAX_JSON_DEPTH, parseJson } from '../../src/core/json.js';

const lists = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const objects = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

describe('parsed', () => {
  test('is what JSON.parse gives, of any kind', () => {
    for (const text of ['null', '3', '"a"', '[1,[2,{"b":null}],[]]', '{"a":{"b":[true]}}']) {
      expect(parseJson(text)).toEqual(JSON.parse(text));
    }
    expect(() => parseJson('{')).toThrow(SyntaxError);
  });

  test('may be nested as deep as models are, and no deeper', () => {
    expect(parseJson(lists(MAX_JSON_DEPTH))).toEqual(JSON.parse(lists(MAX_JSON_DEPTH)));
    for (const make of [lists, objects]) {
      expect(() => parseJson(make(MAX_JSON_DEPTH + 2))).toThrow('it is nested more than 512 levels deep');
      expect(() => parseJson(make(200_000))).toThrow(SyntaxError);
    }
  });

  test('is copied and written again without running out of stack', () => {
    for (const make of [lists, objects]) {
      const value = parseJson(make(MAX_JSON_DEPTH));
      expect(JSON.stringify(structuredClone(value))).toBe(make(MAX_JSON_DEPTH));
    }
  });
});
