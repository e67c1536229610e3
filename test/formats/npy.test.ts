import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes, encodeText } from '../../src/core/bytes.js';
import { type Tensor, tensor, toFloat64 } from '../../src/core/tensor.js';
import { readNpy, writeNpy } from '../../src/formats/npy.js';
import {
  expectListed,
  expectNoCrash,
  expectPrefixesRefused,
  golden,
  goldenJson,
  type Listed,
  someTensor,
  spread,
  thrownBy,
} from './golden.js';

const expected = goldenJson<Record<string, Listed>>('npy/expected.json');
const read = (bytes: Uint8Array) => readNpy(bytes, 'x.npy');

/** A version 1 file with this header, not padded, and this many bytes of data. */
function file(header: string, dataBytes: number): Uint8Array {
  const text = encodeText(header);
  const start = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length & 0xff, text.length >> 8);
  return concatBytes([start, text, new Uint8Array(dataBytes)]);
}

const header = (descr: string, shape: string) => `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}}\n`;

describe('readNpy', () => {
  test.each(Object.keys(expected))('reads what numpy wrote: %s', (name) => {
    const { tensor: t, dtype } = read(golden(`npy/${name}.npy`));
    expectListed(t, dtype, expected[name]!);
  });

  test('gives a Fortran-ordered array its own strides', () => {
    expect(read(golden('npy/fortran.npy')).tensor.stride).toEqual([1, 2, 6]);
  });

  test('reads every type into the array that holds it exactly', () => {
    const held = (name: string) => read(golden(`npy/${name}.npy`)).tensor.data;
    expect(held('float16')).toBeInstanceOf(Float32Array);
    expect(held('int64')).toBeInstanceOf(Float64Array);
    expect(held('uint64')).toBeInstanceOf(Float64Array);
    expect(held('bool')).toBeInstanceOf(Uint8Array);
    expect(held('uint16-big-endian')).toBeInstanceOf(Uint16Array);
  });

  test('reads headers as Python would: double quotes, spaces, Python 2 long integers, a trailing comma', () => {
    const bytes = file(`{"shape" : ( 2L,3 ), "descr":"<i2",\n 'fortran_order' :False , }`, 12);
    expect(read(bytes).tensor.shape).toEqual([2, 3]);
  });
});

describe('readNpy refuses', () => {
  test('pickled objects, and says that pickle is never run', () => {
    const error = thrownBy(() => read(golden('npy/refused/object.npy')));
    expect(error.tag).toBe('UnsupportedDtype');
    expect(error.message).toContain('a pickle runs code from the file, so it is never run');
  });

  test.each(['structured', 'text', 'bytes', 'complex64', 'datetime'])('elements of another type: %s', (name) => {
    expect(thrownBy(() => read(golden(`npy/refused/${name}.npy`))).tag).toBe('UnsupportedDtype');
  });

  test.each(['int64-inexact', 'uint64-inexact'])('64-bit integers that a double cannot hold: %s', (name) => {
    expect(thrownBy(() => read(golden(`npy/refused/${name}.npy`))).tag).toBe('InexactInteger');
  });

  test('every proper prefix of a file', () => {
    expectPrefixesRefused(golden('npy/rank3.npy'), read);
    expectPrefixesRefused(golden('npy/version3.npy'), read);
  });

  test('bytes after the data, and counts them', () => {
    const error = thrownBy(() => read(concatBytes([golden('npy/rank3.npy'), new Uint8Array(5)])));
    expect(error).toMatchObject({ tag: 'TrailingBytes', found: 229, expected: 224 });
  });

  test('a file that ends early, and counts the bytes', () => {
    const error = thrownBy(() => read(golden('npy/rank3.npy').subarray(0, 200)));
    expect(error).toMatchObject({ tag: 'TruncatedFile', found: 200, expected: 224 });
  });

  test('sizes that no file can have, before allocating anything', () => {
    expect(thrownBy(() => read(file(header("'<f4'", '(4503599627370496, 4503599627370496)'), 0))).tag).toBe(
      'FileLimit',
    );
    expect(thrownBy(() => read(file(header("'<f4'", '(4503599627370496, 8192, 0)'), 0))).tag).toBe('FileLimit');
    expect(thrownBy(() => read(file(header("'<f4'", '(99999999,)'), 4))).tag).toBe('TruncatedFile');
    expect(thrownBy(() => read(file(header("'<f4'", `(${'1,'.repeat(65)})`), 4))).tag).toBe('FileLimit');
  });

  test('a header longer than numpy reads', () => {
    expect(thrownBy(() => read(file(header("'<f4'", '(1,)') + ' '.repeat(10_000), 4))).tag).toBe('FileLimit');
  });

  test.each([
    ['an expression', header("'<f4'", '(1+1,)')],
    ['a call', header("'<f4'", "__import__('os')")],
    ['a negative size', header("'<f4'", '(-1,)')],
    ['a size that is no number', header("'<f4'", "('1',)")],
    ['a size beyond 2^53', header("'<f4'", '(9007199254740993,)')],
    ['no tuple', header("'<f4'", '1')],
    ['one bracketed number', header("'<f4'", '(1)')],
    ['an escape in a string', header("'<f\\x34'", '(1,)')],
    ['no byte order', header("'|f4'", '(1,)')],
    ['a key too few', `{'descr': '<f4', 'shape': (1,)}\n`],
    ['a key too many', `{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': None}\n`],
    ['a key twice', `{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'shape': (1,)}\n`],
    ['an order that is no truth value', `{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}\n`],
    ['text after the dict', `${header("'<f4'", '(1,)')}x`],
    ['no dict', `'<f4'\n`],
    ['brackets without end', '{'.repeat(5000)],
    ['deep brackets', `{'descr': ${'['.repeat(5000)}`],
    ['nothing', ''],
  ])('a header with %s', (_, text) => {
    expect(thrownBy(() => read(file(text, 4))).tag).toBe('MalformedFile');
  });

  test('a version that numpy never wrote', () => {
    const bytes = golden('npy/rank3.npy');
    bytes[6] = 4;
    expect(thrownBy(() => read(bytes)).tag).toBe('MalformedFile');
  });

  test('a file of another format, and shows how it begins', () => {
    const error = thrownBy(() => read(encodeText('<!doctype html>')));
    expect(error.tag).toBe('FormatSignature');
    expect(error.message).toContain('3c 21 64 6f');
  });

  test('what is not an array, whatever bytes were changed, without a crash', () => {
    expectNoCrash(golden('npy/rank3.npy').subarray(0, 224), read);
  });
});

describe('writeNpy', () => {
  const written = Object.keys(expected).filter((name) => !/float16|64$|64-|bool|big|fortran|version/.test(name));

  test.each([...written, 'float64'])('writes what numpy.save writes, byte for byte: %s', (name) => {
    const bytes = golden(`npy/${name}.npy`);
    expect(writeNpy(read(bytes).tensor)).toEqual(bytes);
  });

  test('writes views in row-major order', () => {
    const transposed = read(golden('npy/fortran.npy')).tensor;
    expect(writeNpy(transposed)).toEqual(golden('npy/rank3.npy'));
  });

  test('writes clamped bytes as bytes', () => {
    const t = tensor(Uint8ClampedArray.of(1, 2, 255), [3]);
    expect(writeNpy(t)).toEqual(writeNpy(tensor(Uint8Array.of(1, 2, 255), [3])));
  });

  test('refuses a view that reaches outside its memory', () => {
    const t: Tensor = { data: new Float32Array(3), shape: [2, 2], stride: [2, 1], offset: 0 };
    expect(() => writeNpy(t)).toThrow(RangeError);
    expect(() => writeNpy({ ...t, stride: [-1, 1] })).toThrow(RangeError);
  });

  test('what is written is read again, whatever the type, shape and stride', () => {
    fc.assert(
      fc.property(someTensor, (t) => {
        const again = read(writeNpy(spread(t))).tensor;
        expect(again.shape).toEqual(t.shape);
        expect(again.data.constructor).toBe(t.data.constructor);
        expect(toFloat64(again)).toEqual(toFloat64(t));
      }),
    );
  });
});
