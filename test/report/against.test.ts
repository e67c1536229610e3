// What --against says on a terminal.
import { expect, test } from 'vitest';
import { againstText } from '../../src/report/against.js';
import type { Moved } from '../../src/results/certificate.js';

const setting = (what: string): Moved => ({ kind: 'setting', what, before: '1', after: '2' });

test('an earlier verification that holds is one line', () => {
  expect(againstText({ name: 'old.json', holds: true, moved: [] })).toBe('against old.json: still holds');
});

test('one that does not names what moved: hashes by their first digits, layers by their numbers', () => {
  const moved: Moved[] = [
    { kind: 'hash', what: 'reference', before: 'a'.repeat(64), after: '-' },
    { kind: 'layer', what: 'fc', field: 'free run', before: '0.10', after: '2.0' },
  ];
  expect(againstText({ name: 'old.json', holds: false, moved }).split('\n')).toEqual([
    'against old.json: no longer holds',
    '  hash reference: aaaaaaaaaaaa -> -',
    "  layer fc, free run's error in limits: 0.10 -> 2.0",
  ]);
});

test('twenty are listed and the rest counted, safe to print whatever the certificate says', () => {
  const moved = Array.from({ length: 1021 }, (_, i) => setting(`s${i}\u001b[2J`));
  const lines = againstText({ name: 'old\u001b.json', holds: false, moved }).split('\n');
  expect([lines.length, lines[20], lines[21]]).toEqual([22, '  setting s19\\u001b[2J: 1 -> 2', '  and 1,001 more']);
  expect(lines.join('')).not.toContain('\u001b');
});
