// The index of sharded weights: as Keras 3 writes it, malformed, and hostile.
import { describe, expect, test } from 'vitest';
import { parseShardIndex, type ShardIndex } from '../../src/checkpoint/shard-index.js';
import { encodeText } from '../../src/core/bytes.js';
import type { ShuffleportError } from '../../src/core/errors.js';
import { fixtureBytes } from '../helpers/models.js';

const parse = (text: string): ShardIndex => parseShardIndex(encodeText(text), 'x.weights.json');
const parseMap = (map: unknown): ShardIndex => parse(JSON.stringify({ weight_map: map }));

function refusal(text: string): ShuffleportError {
  try {
    parse(text);
  } catch (error) {
    return error as ShuffleportError;
  }
  throw new Error('it was read');
}

const refusedMap = (map: unknown): ShuffleportError => refusal(JSON.stringify({ weight_map: map }));

test("Keras's own: shards in order, a layer in one shard or in several", () => {
  const { shards, places } = parseShardIndex(fixtureBytes('sharded/net.weights.json'), 'net.weights.json');
  expect(shards).toEqual([0, 1, 2, 3].map((i) => `net_0000${i}.weights.h5`));
  expect(places.get('/layers/conv2d/vars')).toEqual(['net_00000.weights.h5']);
  expect(places.get('/layers/dense/vars')).toEqual(['net_00002.weights.h5', 'net_00003.weights.h5']);
  expect(places.get('/optimizer/vars')).toEqual(['net_00003.weights.h5']);
  expect(places.size).toBe(6);
});

test("a model's own variables stand at the root", () => {
  expect(parseMap({ '/vars': 'a.h5' }).shards).toEqual(['a.h5']);
});

describe('a name that does not lead to a file beside the index', () => {
  test.each(['../a.h5', '..', '.', '', '/etc/passwd', 'sub/a.h5', '..\\a.h5', 'C:\\a.h5', 'a\u0000.h5', 'a\n.h5'])(
    '%j is refused',
    (name) => {
      const error = refusedMap({ '/layers/conv2d/vars': ['good.h5', name] });
      expect(error).toMatchObject({
        tag: 'ShardName',
        kind: 'file',
        shard: name,
        explanation: { where: 'x.weights.json' },
      });
    },
  );

  test('is not one that has dots in it', () => {
    expect(parseMap({ '/vars': 'v1..2_00000.weights.h5' }).shards).toEqual(['v1..2_00000.weights.h5']);
  });
});

describe('JSON that is no index', () => {
  test.each(['{}', '[{"weight_map": 1}]', '{"modelTopology": {}}'])('%s', (text) => {
    expect(refusal(text)).toMatchObject({ tag: 'UnknownFormat', explanation: { found: 'a JSON file' } });
  });

  test('and text that is not even JSON', () => {
    expect(refusal('{not JSON')).toMatchObject({ tag: 'UnknownFormat' });
    expect(refusal('{not JSON').explanation.found).toMatch(/^text that begins as JSON does, and is none \(SyntaxError/);
  });
});

describe('an index that Keras would not write', () => {
  test.each([
    [null, 'weight_map: null'],
    [['a.h5'], 'weight_map: ["a.h5"]'],
    [{}, 'no layer in it'],
    [{ '/vars': [] }, 'for "/vars", []'],
    [{ '/vars': 7 }, 'for "/vars", 7'],
    [{ '/vars': ['a.h5', null] }, 'for "/vars", ["a.h5",null]'],
    [{ '/layers/conv2d/vars': { name: 'a.h5' } }, 'for "/layers/conv2d/vars", {"name":"a.h5"}'],
    [{ 'model.embed.weight': 'a.safetensors' }, '"model.embed.weight", which is no path of variables'],
    [{ 'layers/conv2d/vars': 'a.h5' }, '"layers/conv2d/vars", which is no path of variables'],
    [{ '/layers//vars': 'a.h5' }, '"/layers//vars", which is no path of variables'],
  ])('%j', (map, found) => {
    expect(refusedMap(map)).toMatchObject({ tag: 'ShardIndex', kind: 'file', explanation: { found } });
  });

  test('a path longer than any is refused, and cut where it is shown', () => {
    const error = refusedMap({ [`${'/a'.repeat(100_000)}/vars`]: 'a.h5' });
    expect(error.tag).toBe('ShardIndex');
    expect(error.message.length).toBeLessThan(600);
  });

  test('names are made printable', () => {
    expect(refusedMap({ '\u001b[2J': 'a.h5' }).message).not.toContain('\u001b');
    expect(refusedMap({ '/vars': '../\u001b[2J' }).message).not.toContain('\u001b');
  });
});

describe('limits', () => {
  const shards = (count: number) => ({ '/vars': Array.from({ length: count }, (_, i) => `x_${i}.weights.h5`) });

  test('a thousand shards, no more', () => {
    expect(parseMap(shards(1000)).shards).toHaveLength(1000);
    expect(refusedMap(shards(1001))).toMatchObject({ tag: 'FileTooLarge', explanation: { found: '1,001 shards' } });
  });

  test('16 MB of JSON, no more: it is not even decoded', () => {
    const bytes = new Uint8Array(16 * 1024 * 1024 + 1).fill(0x20);
    bytes[0] = 0x7b;
    expect(() => parseShardIndex(bytes, 'x')).toThrow('The JSON file is too large.');
    expect(() => parseShardIndex(bytes.subarray(0, -1), 'x')).toThrow('begins as JSON does');
  });
});
