// A cause is a file and a line: neither is forgotten, and each has its row in docs/causes.md.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { KNOWN_CAUSES } from '../../../src/parity/causes/registry.js';

const root = new URL('../../../', import.meta.url);
const ids = KNOWN_CAUSES.map(({ id }) => id).toSorted();

test('every file in known/ is in the registry, under its name, and nothing else is', () => {
  const files = readdirSync(new URL('src/parity/causes/known/', root)).map((file) => file.replace(/\.ts$/, ''));
  expect(files.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});

test('every cause has a row in docs/causes.md, with weights-other, which has no file', () => {
  const rows = [...readFileSync(new URL('docs/causes.md', root), 'utf8').matchAll(/^\| `([\w-]+)` \|/gm)];
  expect(rows.map(([, id]) => id).toSorted()).toEqual([...ids, 'weights-other'].toSorted());
});

test('every cause has a frequency', () => {
  for (const { prior } of KNOWN_CAUSES) expect(prior).toBeGreaterThanOrEqual(1);
});
