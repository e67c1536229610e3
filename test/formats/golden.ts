// Golden files written by fixtures/generate/formats.py, and what the tests of src/formats and src/image say about them.
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { ShuffleportError } from '../../src/core/errors.js';
import { type Tensor, type TensorData, tensor, toFloat64 } from '../../src/core/tensor.js';

const FOLDER = new URL('../../fixtures/numpy/formats/', import.meta.url);

/** A golden file's bytes. */
export function golden(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(path, FOLDER)));
}

/** What a golden JSON file says. */
export function goldenJson<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, FOLDER), 'utf8')) as T;
}

/** An array as the generator lists it: NaN and infinities as text. */
export interface Listed {
  dtype: string;
  shape: number[];
  values: (number | 'nan' | 'inf' | '-inf')[];
}

const WORDS = { nan: Number.NaN, inf: Number.POSITIVE_INFINITY, '-inf': Number.NEGATIVE_INFINITY };

/** Holds an array against what numpy says it is. `toEqual` tells 0 from -0 and finds NaN equal to itself. */
export function expectListed(t: Tensor, dtype: string, expected: Listed): void {
  expect(dtype).toBe(expected.dtype);
  expect(t.shape).toEqual(expected.shape);
  const values = expected.values.map((value) => (typeof value === 'string' ? WORDS[value] : value));
  expect([...toFloat64(t)]).toEqual(values);
}

/** The error that `act` throws, which must be one of ours. */
export function thrownBy(act: () => unknown): ShuffleportError {
  try {
    act();
  } catch (error) {
    if (error instanceof ShuffleportError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** Holds that no proper prefix of a file is read: each is refused with a tagged error. */
export function expectPrefixesRefused(bytes: Uint8Array, read: (bytes: Uint8Array) => unknown): void {
  for (let length = 0; length < bytes.length; length++) {
    expect(thrownBy(() => read(bytes.slice(0, length))).kind).toBe('file');
  }
}

/** Holds that a file with any bytes changed is read or refused with a tagged error, and nothing else. */
export function expectNoCrash(bytes: Uint8Array, read: (bytes: Uint8Array) => unknown, runs = 300): void {
  const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const changed = bytes.slice();
      for (const [at, byte] of changes) changed[at] = byte;
      try {
        read(changed);
      } catch (error) {
        if (!(error instanceof ShuffleportError)) throw error;
      }
    }),
    { numRuns: runs },
  );
}

const MAKERS: readonly ((values: number[]) => TensorData)[] = [
  (values) => Float32Array.from(values),
  (values) => Float64Array.from(values),
  (values) => Int8Array.from(values),
  (values) => Int16Array.from(values),
  (values) => Int32Array.from(values),
  (values) => Uint8Array.from(values),
  (values) => Uint16Array.from(values),
  (values) => Uint32Array.from(values),
];

/** Row-major tensors of every type a tensor may have, up to rank 4, some without elements. */
export const someTensor: fc.Arbitrary<Tensor> = fc
  .tuple(fc.array(fc.nat(4), { maxLength: 4 }), fc.constantFrom(...MAKERS))
  .chain(([shape, make]) => {
    const size = shape.reduce((product, dim) => product * dim, 1);
    const value = fc.oneof(fc.double(), fc.integer());
    return fc.array(value, { minLength: size, maxLength: size }).map((values) => tensor(make(values), shape));
  });

/** The same tensor as a view with another stride and offset: axes reversed in memory, two elements apart. */
export function spread(t: Tensor): Tensor {
  const stride: number[] = [];
  let step = 2;
  for (const dim of t.shape) {
    stride.push(step);
    step *= dim;
  }
  const data = new (t.data.constructor as new (size: number) => TensorData)(step + 3);
  const visit = (axis: number, from: number, to: number): void => {
    if (axis === t.shape.length) data[to] = t.data[from]!;
    for (let i = 0; i < (t.shape[axis] ?? 0); i++) {
      visit(axis + 1, from + i * t.stride[axis]!, to + i * stride[axis]!);
    }
  };
  visit(0, t.offset, 3);
  return { data, shape: t.shape, stride, offset: 3 };
}
