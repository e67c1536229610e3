// The matchers as `expect.extend` of Vitest and of Jest takes them. Read first: within-bound.ts, reference.ts.
import { type MatchOptions, matchReference, type OpenFile } from './reference.js';
import { type Judged, withinBound } from './within-bound.js';

/** What of a matcher's `this` is read: whether it was called after `.not`. */
export interface MatcherContext {
  readonly isNot?: boolean;
}

/** Both matchers. (A type and no interface, so that it may stand where any names of matchers do.) */
export type Matchers = {
  toMatchReference(
    this: MatcherContext,
    received: unknown,
    reference: unknown,
    options?: MatchOptions,
  ): Promise<Judged>;
  toBeWithinBound(this: MatcherContext, received: unknown, expected: unknown, bound: unknown): Judged;
};

/** The matchers, with files opened by `open`. */
export function matchersWith(open: OpenFile): Matchers {
  return {
    async toMatchReference(received, reference, options = {}) {
      const { verdict, text } = await matchReference(received, reference, options, open);
      // What is undecided neither matches nor fails to: both ways are red, and the text says what to state.
      const pass = verdict === 'undecided' ? this.isNot === true : verdict === 'pass';
      const unwanted = verdict === 'pass' ? 'expected the reference not to be matched\n' : '';
      return { pass, message: () => `${unwanted}${text}` };
    },
    toBeWithinBound: (received, expected, bound) => withinBound(received, expected, bound),
  };
}
