// A user's Vitest suite, run against the packed package (test/package.test.ts). Half of its tests are meant to be red.
import { bytesSource, loadModel, type Model, tensor } from 'shuffleport';
import { fileSource } from 'shuffleport/node';
import { type Bound, matchers } from 'shuffleport/vitest';
import { expect, test } from 'vitest';

declare const process: { readonly env: Record<string, string> };
const fixture = (name: string): string => `${process.env.SHUFFLEPORT_FIXTURES}/${name}`;
const WEIGHTS = fixture('k21-g3/weights.h5');
const RIGHT = fixture('k21-g3/reference.npz');
const WRONG = fixture('k21-g3/reference_lastslice.npz');

test('green: a file', async () => {
  await expect(WEIGHTS).toMatchReference(RIGHT, { pooling: 'max' });
});

test('green: a model', async () => {
  const model: Model = await loadModel(await fileSource(WEIGHTS), { pooling: 'max' });
  await expect(model).toMatchReference(RIGHT);
  await expect(model).not.toMatchReference(WRONG);
});

test('green: arrays', () => {
  const bound: Bound = { relative: 1e-3 };
  expect(Float32Array.of(1, 2)).toBeWithinBound([1, 2.001], bound);
  expect({ output: [1, 2] }).toEqual({ output: expect.toBeWithinBound(tensor(Float32Array.of(1, 2), [2]), 0) });
  expect(Object.keys(matchers)).toEqual(['toMatchReference', 'toBeWithinBound']);
});

test('red: a file', async () => {
  await expect(WEIGHTS).toMatchReference(WRONG, { pooling: 'max' });
});

test('red: arrays', () => {
  expect([1, 2, 4]).toBeWithinBound([1, 2, 3], 0.5);
});

/** Compiled, and not run: what the types must refuse. */
export async function refused(): Promise<void> {
  // @ts-expect-error: a bound is missing
  expect([1]).toBeWithinBound([1]);
  // @ts-expect-error: no such pooling
  await expect(WEIGHTS).toMatchReference(RIGHT, { pooling: 'min' });
  // @ts-expect-error: a number is no reference
  await expect(bytesSource('a', new Uint8Array())).toMatchReference(1);
}
