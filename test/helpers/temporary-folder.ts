// A folder for the tests of one `describe`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/**
 * Gives the folder's path while tests run; it is gone after the last. Not made while tests are collected: of those that are
 * skipped nothing would take it away.
 */
export function temporaryFolder(name: string): () => string {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), `shuffleport-${name}-`));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return () => folder;
}
