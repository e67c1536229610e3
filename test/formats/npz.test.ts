import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeText, viewOf } from '../../src/core/bytes.js';
import { toFloat64 } from '../../src/core/tensor.js';
import { readNpz, writeNpz } from '../../src/formats/npz.js';
import { writeZip } from '../../src/formats/zip-write.js';
import {
  expectListed,
  expectNoCrash,
  expectPrefixesRefused,
  golden,
  goldenJson,
  type Listed,
  someTensor,
  thrownBy,
} from './golden.js';

const read = (bytes: Uint8Array) => readNpz(bytes, 'x.npz');
const readAll = (bytes: Uint8Array) => read(bytes).map((entry) => entry.read());

describe('readNpz', () => {
  const expected = goldenJson<Record<string, Listed>>('npz/expected.json');

  test.each(['savez', 'savez_compressed'])('reads what numpy.%s wrote', (name) => {
    const entries = read(golden(`npz/${name}.npz`));
    expect(entries.map((entry) => entry.key).sort()).toEqual(Object.keys(expected).sort());
    for (const entry of entries) {
      expect(entry.shape).toEqual(expected[entry.key]!.shape);
      expectListed(entry.read(), entry.dtype, expected[entry.key]!);
    }
  });

  test('reads values on demand: damage in one array leaves the others readable', () => {
    const bytes = golden('npz/little.npz');
    bytes[bytes.indexOf(0x93) + 128]! ^= 1;
    const [first, second] = read(bytes);
    expect(thrownBy(() => first!.read()).tag).toBe('Checksum');
    expect([...toFloat64(second!.read())]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('refuses a member that is no array, and names it', () => {
    const error = thrownBy(() => read(writeZip([{ name: 'metadata.json', bytes: encodeText('{}') }])));
    expect(error.tag).toBe('MalformedFile');
    expect(error.message).toContain('x.npz, member "metadata.json"');
  });

  test('refuses an array larger than its member, before reading values', () => {
    const bytes = golden('npz/little.npz');
    const text = encodeText('(2,)');
    const at = bytes.findIndex((_, i) => text.every((byte, j) => bytes[i + j] === byte));
    bytes[at + 1] = 0x39;
    expect(thrownBy(() => read(bytes)).tag).toBe('TruncatedFile');
  });

  test('refuses every proper prefix of a file', () => {
    expectPrefixesRefused(golden('npz/little.npz'), readAll);
  });

  test('reads or refuses a file with any bytes changed, without a crash', () => {
    expectNoCrash(golden('npz/little.npz'), readAll);
    expectNoCrash(golden('npz/savez_compressed.npz'), readAll);
  });
});

describe('writeNpz', () => {
  test('writes what numpy.savez writes, byte for byte', () => {
    const bytes = golden('npz/little.npz');
    expect(writeNpz(read(bytes).map((entry) => [entry.key, entry.read()]))).toEqual(bytes);
  });

  test('marks names beyond ASCII as UTF-8, as numpy.savez does', () => {
    const entry = read(golden('npz/savez.npz')).find(({ key }) => key === 'größe')!;
    expect(viewOf(writeNpz([[entry.key, entry.read()]])).getUint16(6, true)).toBe(0x0800);
  });

  test('what is written is read again', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'grapheme', minLength: 1 }), someTensor, { maxKeys: 4 }),
        (arrays) => {
          const again = read(writeNpz(Object.entries(arrays))).map((entry) => [entry.key, toFloat64(entry.read())]);
          expect(again).toEqual(Object.entries(arrays).map(([key, t]) => [key, toFloat64(t)]));
        },
      ),
      { numRuns: 50 },
    );
  });
});
