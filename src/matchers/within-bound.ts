// `toBeWithinBound`: numbers held against expected ones, each within a bound of its own. Read first: values.ts.
import { UsageError } from '../core/errors.js';
import { formatShape, sameShape, unravel } from '../core/tensor.js';
import { formatCount, plural } from '../core/text.js';
import { type Held, hold, offMask } from '../parity/hold.js';
import { describeOff } from '../parity/where-off.js';
import { shortNumber } from '../report/verify-facts.js';
import { type FlatValues, flatValues, type Values } from './values.js';

/**
 * How far a value may lie from the expected one: a number; `relative`, so many times the expected value's magnitude; or
 * one for each value.
 */
export type Bound = number | { readonly relative: number } | Values;

/** What a matcher answers. */
export interface Judged {
  readonly pass: boolean;
  message(): string;
}

/** Holds `received` against `expected`. Throws a `UsageError` where one is no array of numbers, or the bound is none. */
export function withinBound(received: unknown, expected: unknown, bound: unknown): Judged {
  const [found, right] = [flatValues(received, 'What was received'), flatValues(expected, 'What is expected')];
  const shape = right.shape ?? found.shape ?? [right.values.length];
  const differs = shapesDiffer(found, right);
  if (differs !== undefined) return { pass: false, message: () => differs };
  const bounds = boundsOf(bound, right.values);
  const images = [{ values: found.values, bounds }];
  const held = hold(images, right.values);
  const where = (): string => describeOff(offMask(images, right.values), shape).words;
  return held.off === 0
    ? { pass: true, message: () => allWithin(held, shape) }
    : { pass: false, message: () => someOff(held, shape, shape.length < 2 ? '' : `, ${where()}`) };
}

/** A plain array has any shape that its length allows. */
function shapesDiffer(found: FlatValues, right: FlatValues): string | undefined {
  const [a, b] = [found.shape ?? [found.values.length], right.shape ?? [right.values.length]];
  const known = found.shape !== undefined && right.shape !== undefined;
  if (known ? sameShape(a, b) : found.values.length === right.values.length) return undefined;
  return `expected an array of the shape ${formatShape(b)}, received ${formatShape(a)}`;
}

function boundsOf(bound: unknown, expected: Float64Array): Float64Array {
  if (typeof bound === 'number') return new Float64Array(expected.length).fill(usable(bound));
  if (typeof bound === 'object' && bound !== null && 'relative' in bound && typeof bound.relative === 'number') {
    const share = usable(bound.relative);
    return expected.map((value) => share * Math.abs(value));
  }
  const { values } = flatValues(bound, 'The bound');
  if (values.length === expected.length && values.every((value) => value >= 0)) return values;
  throw new UsageError({
    what: 'The bound does not fit.',
    found: plural(values.length, 'number'),
    expected: `${plural(expected.length, 'number')} from 0 up, one for each value`,
  });
}

function usable(bound: number): number {
  if (bound >= 0) return bound;
  throw new UsageError({ what: 'The bound is no number from 0 up.', found: String(bound) });
}

function someOff({ off, count, worst, budget }: Held, shape: readonly number[], where: string): string {
  const { flat, value, expected, bound } = worst;
  const times = Number.isFinite(budget) ? ` (${shortNumber(budget)} times that)` : '';
  return [
    `expected every value to be within its bound: ${formatCount(off)} of ${plural(count, 'value')} (${percent(off / count)}) are off${where}`,
    `  worst at: [${unravel(flat, shape).join(', ')}]`,
    `  value:    ${value}`,
    `  expected: ${expected}`,
    `  bound:    ${bound}${times}`,
  ].join('\n');
}

function allWithin({ count, worst, budget }: Held, shape: readonly number[]): string {
  const most = budget === 0 ? 'all are equal' : `at most ${percent(budget)} of it is used`;
  const at = budget === 0 ? '' : `, at [${unravel(worst.flat, shape).join(', ')}]`;
  return `expected a value beyond its bound: ${plural(count, 'value')} are within, ${most}${at}`;
}

const percent = (share: number): string => `${shortNumber(100 * share)} %`;
