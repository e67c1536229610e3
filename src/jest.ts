// The matchers for Jest, under `node --experimental-vm-modules`: `expect.extend(matchers)`. For Vitest: vitest.ts.
// Its types only: they are added to below, which needs them to be there.
import type {} from 'expect';
import { matchersWith } from './matchers/matchers.js';
import type { MatchOptions, Reference } from './matchers/reference.js';
import type { Values } from './matchers/values.js';
import type { Bound } from './matchers/within-bound.js';
import { fileSource } from './node/files.js';

/** For `expect.extend`. */
export const matchers = matchersWith(fileSource);

// The types of `import { expect } from '@jest/globals'`, and of the package `expect`.
declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> {
    /** Passes where every recorded layer is within its bound; received is a model, a path or a source. To be awaited. */
    toMatchReference(reference: Reference, options?: MatchOptions): Promise<void>;
    /** Passes where no value lies further from the expected one than its bound. */
    toBeWithinBound(expected: Values, bound: Bound): R;
  }
  interface AsymmetricMatchers {
    /** An array of which no value lies further from the expected one than its bound. */
    toBeWithinBound(expected: Values, bound: Bound): void;
  }
}

// The types of the global `expect`, as @types/jest has them.
declare global {
  namespace jest {
    interface Matchers<R, T> {
      /** As above. */
      toMatchReference(reference: Reference, options?: MatchOptions): Promise<void>;
      /** As above. */
      toBeWithinBound(expected: Values, bound: Bound): R;
    }
  }
}

export type { MatcherContext, Matchers } from './matchers/matchers.js';
export type { MatchOptions, Reference } from './matchers/reference.js';
export type { ShapedValues, Values } from './matchers/values.js';
export type { Bound, Judged } from './matchers/within-bound.js';
