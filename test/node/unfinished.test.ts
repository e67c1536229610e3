// What a signal leaves behind: nothing of an output that is not done, and all of what it was to replace.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cleanedUp, type Unfinished } from '../../src/node/unfinished.js';

let folder: string;
let output: Unfinished;
const others = (): void => undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shuffleport-unfinished-'));
  output = { temporary: join(folder, '.1.tmp'), aside: join(folder, '.1.tmp.old'), path: join(folder, 'out') };
  // Somebody else who listens: the signal must not end the process that tests.
  process.on('SIGTERM', others);
});
afterEach(() => {
  process.off('SIGTERM', others);
  rmSync(folder, { recursive: true, force: true });
});

const signalled = (): Promise<void> =>
  cleanedUp(output, async () => {
    process.emit('SIGTERM', 'SIGTERM');
  });

test('a folder that is half written goes', async () => {
  mkdirSync(output.temporary);
  writeFileSync(join(output.temporary, 'model.json'), 'half');
  await signalled();
  expect(readdirSync(folder)).toEqual([]);
});

test('what stepped aside comes back', async () => {
  writeFileSync(output.aside, 'old');
  writeFileSync(output.temporary, 'new');
  await signalled();
  expect(readdirSync(folder)).toEqual(['out']);
  expect(readFileSync(output.path, 'utf8')).toBe('old');
});

test('what was replaced already does not come back', async () => {
  writeFileSync(output.aside, 'old');
  writeFileSync(output.path, 'new');
  await signalled();
  expect(readdirSync(folder)).toEqual(['out']);
  expect(readFileSync(output.path, 'utf8')).toBe('new');
});

test('nobody listens before and after, and what is done is left alone', async () => {
  const listeners = (): number[] => ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => process.listenerCount(signal));
  const before = listeners();
  const during = await cleanedUp(output, async () => listeners());
  expect(during).toEqual(before.map((count) => count + 1));
  expect(listeners()).toEqual(before);
  writeFileSync(output.temporary, 'of somebody else');
  process.emit('SIGTERM', 'SIGTERM');
  expect(existsSync(output.temporary)).toBe(true);
});
