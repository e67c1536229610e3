// The same with Jest's own `expect` (the package `expect`): run against the packed package, it prints what is red.
import { expect } from 'expect';
import { matchers } from 'shuffleport/jest';

declare const process: { readonly env: Record<string, string> };
declare const console: { log(...values: unknown[]): void };
const fixture = (name: string): string => `${process.env.SHUFFLEPORT_FIXTURES}/${name}`;
const WEIGHTS = fixture('k21-g3/weights.h5');

expect.extend(matchers);

await expect(WEIGHTS).toMatchReference(fixture('k21-g3/reference.npz'), { pooling: 'max' });
await expect(WEIGHTS).not.toMatchReference(fixture('k21-g3/reference_lastslice.npz'), { pooling: 'max' });
expect(Float32Array.of(1, 2)).toBeWithinBound([1, 2.001], { relative: 1e-3 });
expect({ output: [1, 2] }).toEqual({ output: expect.toBeWithinBound([1, 2], 0) });
expect([1]).not.toBeWithinBound([2], 0.5);

const red = [
  () => expect(WEIGHTS).toMatchReference(fixture('k21-g3/reference_lastslice.npz'), { pooling: 'max' }),
  async () => expect([1, 2, 4]).toBeWithinBound([1, 2, 3], 0.5),
];
for (const assertion of red) {
  await assertion().then(
    () => console.log('green'),
    (error: Error) => console.log(error.message),
  );
}

/** Compiled, and not run: what the types must refuse. */
export async function refused(): Promise<void> {
  // @ts-expect-error: a bound is missing
  expect([1]).toBeWithinBound([1]);
  // @ts-expect-error: no such pooling
  await expect(WEIGHTS).toMatchReference(WEIGHTS, { pooling: 'min' });
}
