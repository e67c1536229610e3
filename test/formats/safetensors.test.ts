import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes, encodeText, viewOf } from '../../src/core/bytes.js';
import { tensor, toFloat64 } from '../../src/core/tensor.js';
import { readSafetensors } from '../../src/formats/safetensors.js';
import { writeSafetensors } from '../../src/formats/safetensors-write.js';
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

const read = (bytes: Uint8Array) => readSafetensors(bytes, 'x.safetensors');
const readAll = (bytes: Uint8Array) => read(bytes).tensors.map((entry) => entry.read());

/** A file with this header and this many bytes of data. */
function file(header: string | Uint8Array, dataBytes = 0): Uint8Array {
  const text = typeof header === 'string' ? encodeText(header) : header;
  const length = new Uint8Array(8);
  viewOf(length).setBigUint64(0, BigInt(text.length), true);
  return concatBytes([length, text, new Uint8Array(dataBytes)]);
}

const info = (dtype: string, shape: string, offsets: string) =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;

describe('readSafetensors', () => {
  test('reads every type the official library wrote', () => {
    const expected = goldenJson<Record<string, Listed>>('safetensors/every-type.json');
    const { metadata, tensors } = read(golden('safetensors/every-type.safetensors'));
    expect(metadata).toEqual(Object.assign(Object.create(null), { format: 'np' }));
    expect(tensors.map((entry) => entry.name).sort()).toEqual(Object.keys(expected).sort());
    for (const entry of tensors) {
      expectListed(entry.read(), entry.dtype, expected[entry.name]!);
      expectListed(entry.view(), entry.dtype, expected[entry.name]!);
    }
  });

  test('reads bfloat16', () => {
    const [entry] = read(golden('safetensors/bfloat16.safetensors')).tensors;
    const expected = goldenJson<Listed>('safetensors/bfloat16.json');
    expectListed(entry!.read(), entry!.dtype, { ...expected, dtype: 'bfloat16' });
  });

  test('shows float32 where it lies, if it lies aligned, and copies it if not', () => {
    const whole = writeSafetensors(new Map([['a', tensor(Float32Array.of(1, 2), [2])]]));
    const [entry] = read(whole).tensors;
    expect(entry!.view().data.buffer).toBe(whole.buffer);
    expect(entry!.read().data.buffer).not.toBe(whole.buffer);
    const shifted = new Uint8Array(whole.length + 1);
    shifted.set(whole, 1);
    expect(read(shifted.subarray(1)).tensors[0]!.view()).toEqual(entry!.read());
  });

  test('reads a file without tensors', () => {
    expect(read(golden('safetensors/empty.safetensors')).tensors).toEqual([]);
  });

  test('gives names no meaning', () => {
    const header = `{"__metadata__":{"__proto__":"x"},"__proto__":${info('U8', '[1]', '[0,1]')},"constructor":${info('U8', '[0]', '[1,1]')}}`;
    const { metadata, tensors } = read(file(header, 1));
    expect(Object.keys(metadata)).toEqual(['__proto__']);
    expect(tensors.map((entry) => entry.name)).toEqual(['__proto__', 'constructor']);
    expect(({} as { dtype?: unknown }).dtype).toBeUndefined();
  });

  test('reads escapes in names, and blanks between tokens', () => {
    const header = `{ "a\\u00e9\\n" : ${info('F32', '[ ]', '[0, 4]')}\n} `;
    expect(read(file(header, 4)).tensors.map((entry) => entry.name)).toEqual(['aé\n']);
  });

  test('orders tensors by their data, not by the header', () => {
    const header = `{"b":${info('U8', '[2]', '[1,3]')},"a":${info('U8', '[1]', '[0,1]')}}`;
    expect(read(file(header, 3)).tensors.map((entry) => entry.name)).toEqual(['a', 'b']);
  });
});

describe('readSafetensors refuses', () => {
  const one = (dtype: string, shape: string, offsets: string) => `{"a":${info(dtype, shape, offsets)}}`;
  test.each([
    ['a gap before the first tensor', one('U8', '[1]', '[1,2]'), 2, 'TensorExtent'],
    [
      'a gap between tensors',
      `{"a":${info('U8', '[1]', '[0,1]')},"b":${info('U8', '[1]', '[2,3]')}}`,
      3,
      'TensorExtent',
    ],
    [
      'tensors that overlap',
      `{"a":${info('U8', '[2]', '[0,2]')},"b":${info('U8', '[2]', '[1,3]')}}`,
      3,
      'TensorExtent',
    ],
    [
      'two tensors on the same bytes',
      `{"a":${info('U8', '[2]', '[0,2]')},"b":${info('U8', '[2]', '[0,2]')}}`,
      2,
      'TensorExtent',
    ],
    ['a tensor of another size than its shape', one('F32', '[2]', '[0,4]'), 4, 'TensorExtent'],
    ['offsets in the wrong order', one('U8', '[0]', '[1,0]'), 0, 'TensorExtent'],
    ['data beyond the file', one('U8', '[9]', '[0,9]'), 8, 'TruncatedFile'],
    ['bytes after the last tensor', one('U8', '[1]', '[0,1]'), 2, 'TrailingBytes'],
    ['a size beyond counting', one('U8', '[4503599627370496,4503599627370496,0]', '[0,0]'), 0, 'FileLimit'],
    ['too many dimensions', one('U8', `[${Array(65).fill(1).join(',')}]`, '[0,1]'), 1, 'FileLimit'],
    ['a name twice', `{"a":${info('U8', '[1]', '[0,1]')},"\\u0061":${info('U8', '[1]', '[0,1]')}}`, 1, 'DuplicateName'],
    [
      'a key of a tensor twice',
      '{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}',
      1,
      'DuplicateName',
    ],
    ['a type of 8-bit float', one('F8_E4M3', '[1]', '[0,1]'), 1, 'UnsupportedDtype'],
    ['a type named like a property', one('constructor', '[1]', '[0,1]'), 1, 'UnsupportedDtype'],
    ['no type', '{"a":{"shape":[1],"data_offsets":[0,1]}}', 1, 'MalformedFile'],
    ['no shape', '{"a":{"dtype":"U8","data_offsets":[0,1]}}', 1, 'MalformedFile'],
    ['a negative size', one('U8', '[-1]', '[0,1]'), 1, 'MalformedFile'],
    ['a size with a fraction', one('U8', '[1.0]', '[0,1]'), 1, 'MalformedFile'],
    ['a size with an exponent', one('U8', '[1e0]', '[0,1]'), 1, 'MalformedFile'],
    ['a size beyond 2^53', one('U8', '[9007199254740993]', '[0,1]'), 1, 'MalformedFile'],
    ['one offset', one('U8', '[1]', '[0]'), 1, 'MalformedFile'],
    ['three offsets', one('U8', '[1]', '[0,1,1]'), 1, 'MalformedFile'],
    ['a tensor that is no object', '{"a":[1]}', 0, 'MalformedFile'],
    ['metadata that is no object', '{"__metadata__":"x"}', 0, 'MalformedFile'],
    ['metadata that is no text', '{"__metadata__":{"a":1}}', 0, 'MalformedFile'],
    ['text after the object', '{} {}', 0, 'MalformedFile'],
    ['a trailing comma', '{"a":[1,]}', 0, 'MalformedFile'],
    ['deep brackets', `{"a":${'['.repeat(100_000)}`, 0, 'MalformedFile'],
    ['a control character in a name', '{"a\n":[]}', 0, 'MalformedFile'],
    ['a header cut off', '{"a":', 0, 'MalformedFile'],
    ['a header that is no object', '["a"]', 0, 'FormatSignature'],
  ])('%s', (_, header, dataBytes, tag) => {
    expect(thrownBy(() => read(file(header, dataBytes))).tag).toBe(tag);
  });

  test('a header that is not UTF-8', () => {
    expect(thrownBy(() => read(file(Uint8Array.of(0x7b, 0xff, 0x7d)))).tag).toBe('MalformedFile');
  });

  test('a header longer than the official reader allows, or than the file', () => {
    const bytes = file('{}');
    viewOf(bytes).setBigUint64(0, 100_000_001n, true);
    expect(thrownBy(() => read(bytes)).tag).toBe('FileLimit');
    viewOf(bytes).setBigUint64(0, 3n, true);
    expect(thrownBy(() => read(bytes)).tag).toBe('TruncatedFile');
  });

  test('every proper prefix of a file', () => {
    expectPrefixesRefused(golden('safetensors/written.safetensors'), read);
  });

  test('what is no file of tensors, whatever bytes were changed, without a crash', () => {
    expectNoCrash(golden('safetensors/written.safetensors'), readAll);
  });

  test('names that would move the cursor, in messages', () => {
    const error = thrownBy(() => read(file(`{"\\u001b[2J":${info('U8', '[2]', '[0,1]')}}`, 1)));
    expect(error.message).toContain('tensor "\\u001b[2J"');
  });
});

describe('writeSafetensors', () => {
  test('writes what the official library writes, byte for byte, in whatever order the tensors come', () => {
    const bytes = golden('safetensors/written.safetensors');
    const { metadata, tensors } = read(bytes);
    const pairs = tensors.map((entry) => [entry.name, entry.read()] as const);
    expect(writeSafetensors(pairs, metadata)).toEqual(bytes);
    expect(writeSafetensors(pairs.reverse(), metadata)).toEqual(bytes);
  });

  test('writes a file without tensors as the official library does', () => {
    expect(writeSafetensors([])).toEqual(golden('safetensors/empty.safetensors'));
  });

  test('writes metadata in the order of its keys, so that the same content makes the same bytes', () => {
    const text = (metadata: Record<string, string>) =>
      String.fromCharCode(...writeSafetensors([], metadata).subarray(8));
    expect(text({ b: '2', a: '"' })).toBe('{"__metadata__":{"a":"\\"","b":"2"}}'.padEnd(40));
    expect(text({ a: '"', b: '2' })).toBe(text({ b: '2', a: '"' }));
  });

  test('refuses two tensors of one name, and the name of the metadata', () => {
    const t = tensor(new Float32Array(1), [1]);
    expect(() =>
      writeSafetensors([
        ['a', t],
        ['a', t],
      ]),
    ).toThrow(RangeError);
    expect(() => writeSafetensors([['__metadata__', t]])).toThrow(RangeError);
  });

  test('what is written is read again', () => {
    const names = fc.dictionary(fc.string({ unit: 'grapheme' }), someTensor, { maxKeys: 4 });
    fc.assert(
      fc.property(names, fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }), (tensors, metadata) => {
        const again = read(writeSafetensors(Object.entries(tensors), metadata));
        expect({ ...again.metadata }).toEqual({ ...metadata });
        expect(new Map(again.tensors.map((entry) => [entry.name, toFloat64(entry.read())]))).toEqual(
          new Map(Object.entries(tensors).map(([name, t]) => [name, toFloat64(t)])),
        );
      }),
      { numRuns: 50 },
    );
  });
});
