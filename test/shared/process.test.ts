// Damaged and hostile files through the command as users run it: how long, how much memory, and which files it opens.
import { spawnSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { flagsOf, readIndex, shared } from './shared.js';

interface Broken {
  readonly file: string;
  readonly options: Record<string, unknown>;
  readonly reference: string;
}

const MAX_SECONDS = 5;
const MAX_MEGABYTES = 300;
const bin = resolve(import.meta.dirname, '../../bin/shuffleport.js');
const entries = readIndex<Broken[]>('broken/INDEX.json');

/** Says on stderr, at the end, how much memory the process had at most: in kB, all its threads together. */
const TELL_MEMORY = `data:text/javascript,process.on('exit', () => console.error('MAXRSS', process.resourceUsage().maxRSS))`;

const command = ({ file, options, reference }: Broken): string[] => [
  bin,
  'verify',
  shared('broken', file),
  '--reference',
  shared(reference),
  ...flagsOf(options),
];

test.each(entries)(`verify of broken/$file takes less than ${MAX_SECONDS} s and ${MAX_MEGABYTES} MB`, (entry) => {
  const started = performance.now();
  const { stderr } = spawnSync(process.execPath, ['--import', TELL_MEMORY, ...command(entry)], { encoding: 'utf8' });
  expect((performance.now() - started) / 1000).toBeLessThan(MAX_SECONDS);
  expect(Number(/MAXRSS (\d+)/.exec(stderr)?.[1]) / 1000).toBeLessThan(MAX_MEGABYTES);
});

describe.skipIf(spawnSync('strace', ['-V']).error !== undefined)('of the files on this machine', () => {
  const folder = temporaryFolder('strace');

  /** Every path that a command opens, Node's own and the package's left aside. */
  function opened(args: readonly string[]): string[] {
    const log = join(folder(), 'log');
    spawnSync('strace', [
      '-f',
      '-qq',
      '--seccomp-bpf',
      '-e',
      'trace=open,openat,openat2,creat',
      '-o',
      log,
      process.execPath,
      ...args,
    ]);
    const paths = [...readFileSync(log, 'utf8').matchAll(/open\w*\([^"]*"([^"]*)"[^\n]*\) = \d+/g)].map(
      ([, path]) => path!,
    );
    const own = [resolve(import.meta.dirname, '../..'), dirname(dirname(realpathSync(process.execPath)))];
    const theirs = [...own, '/proc', '/sys', '/etc', '/lib', '/lib64', '/usr', '/dev'];
    return [...new Set(paths)].filter(
      (path) => !theirs.some((start) => path === start || path.startsWith(`${start}/`)),
    );
  }

  test('a command that opens another file is seen', () => {
    const other = shared('broken/INDEX.json');
    expect(opened(['-e', `fs.readFileSync(${JSON.stringify(other)})`])).toEqual([other]);
  });

  test.each(entries)('verify of broken/$file opens the named ones only', (entry) => {
    const named = [shared('broken', entry.file), shared(entry.reference)];
    expect(named).toEqual(expect.arrayContaining(opened(command(entry))));
  });
});
