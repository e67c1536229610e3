// The matchers for Vitest: to import this module is to have them. For Jest: jest.ts.
import { expect } from 'vitest';
import { matchersWith } from './matchers/matchers.js';
import type { MatchOptions, Reference } from './matchers/reference.js';
import type { Values } from './matchers/values.js';
import type { Bound } from './matchers/within-bound.js';
import { fileSource } from './node/files.js';

/** What importing this module gives to Vitest's `expect`. */
export const matchers = matchersWith(fileSource);

expect.extend(matchers);

declare module 'vitest' {
  /** What both `expect(…)` and `expect` have, from Vitest 3.2 on. */
  // biome-ignore lint/suspicious/noExplicitAny: an interface is added to only by its own parameters
  interface Matchers<T = any> {
    /** Passes where every recorded layer is within its bound; received is a model, a path or a source. To be awaited. */
    toMatchReference(reference: Reference, options?: MatchOptions): Promise<void>;
    /** Passes where no value lies further from the expected one than its bound. */
    toBeWithinBound(expected: Values, bound: Bound): void;
  }
}

export type { MatcherContext, Matchers } from './matchers/matchers.js';
export type { MatchOptions, Reference } from './matchers/reference.js';
export type { ShapedValues, Values } from './matchers/values.js';
export type { Bound, Judged } from './matchers/within-bound.js';
