// The command under Node's permission model: it reads its own files and the named ones, and needs nothing else.
import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const root = resolve(import.meta.dirname, '../..');

/** Node 20 has the model as an experiment, under another name. */
describe.skipIf(!process.allowedNodeEnvironmentFlags.has('--permission'))('with --permission', () => {
  const folder = temporaryFolder('permission');

  function inspect(name: string, ...allowed: string[]): { code: number | null; out: string; err: string } {
    const file = join(folder(), name);
    copyFileSync(join(root, 'fixtures/keras/damaged', name), file);
    const flags = ['--permission', `--allow-fs-read=${root}`, `--allow-fs-read=${file}`, ...allowed];
    const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, 'bin/shuffleport.js', 'inspect', file], {
      cwd: root,
      encoding: 'utf8',
    });
    return { code: status, out: stdout, err: stderr };
  }

  test.each(['gzip.h5', 'external-link.h5', 'external-storage.h5', 'virtual.h5'])('%s needs no other file', (name) => {
    expect(inspect(name, '--allow-worker')).toMatchObject({ code: 0, out: expect.stringContaining('conv1') });
  });

  test('a process without threads is told which permission is missing', () => {
    const { code, err } = inspect('gzip.h5');
    expect([code, err]).toEqual([2, expect.stringContaining('--allow-worker')]);
  });
});
