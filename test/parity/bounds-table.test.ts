// docs/parity.md tells how much of the bounds honest runs use; here they are run again, and the table held against them.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bound, largestShare, mostOf, pointwise, recorded, weights } from './bounds/layers.js';
import { dot, generator, ORDERS, type Order, shuffled, spread } from './float32.js';

const RUNS = 200;

/** The largest share of gamma_n's bound over honest runs with rectified inputs, as after a relu. */
function largestHonest(n: number, order: Order, rounding: number): number {
  const random = generator(n);
  const layer = pointwise(n, 1);
  return mostOf(RUNS, () => {
    const [x, w] = [spread(random, n).map((value) => Math.max(value, 0)), spread(random, n)];
    const at = shuffled(n, random);
    const bounded = bound(layer, [recorded([1, 1, n], x)], weights(layer, { kernel: w }), rounding);
    return largestShare(bounded, [
      dot(
        at.map((i) => x[i]!),
        at.map((i) => w[i]!),
        order,
      ),
    ]);
  });
}

const percent = (share: number): string => `${(share * 100).toPrecision(2)} %`;

const row = (n: number): string => {
  const shares = ORDERS.map((order) => largestHonest(n, order, 2 ** -24));
  return `| ${[n, ...shares.map(percent)].join(' | ')} |`;
};

test('the table of honest runs in docs/parity.md is what they are', () => {
  const text = readFileSync(new URL('../../docs/parity.md', import.meta.url), 'utf8');
  const documented = text.split('\n').filter((line) => /^\| \d+ \|/.test(line));
  expect(documented).toEqual([3, 9, 27, 60, 90, 240, 320, 960].map(row));
});
