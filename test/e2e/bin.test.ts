// The built program as a process of its own, as a shell runs it. `npm test` builds it first.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const WEIGHTS = 'fixtures/keras/k21-g3/weights.h5';

/** Runs `node bin/shuffleport.js ARGS…` with its output piped. */
function shuffleport(...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/shuffleport.js', ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    timeout: 60_000,
  });
  return { code: status, out: stdout, err: stderr };
}

describe('shuffleport as a process', () => {
  test('prints its version', () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(shuffleport('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });

  test('prints JSON, whole, into a pipe, and nothing else', () => {
    const { code, out, err } = shuffleport('inspect', WEIGHTS, '--json');
    expect([code, err]).toEqual([0, '']);
    const result = JSON.parse(out);
    expect(out.length).toBeGreaterThan(16_384);
    expect(result.totals).toMatchObject({ layers: 129, weightedLayers: 58, weights: 113, parameters: 28_258 });
    expect(result.layers).toHaveLength(129);
  });

  test('has V8 wait while the HDF5 library is loaded, and leaves its flags as they were', () => {
    const watch = `
      import { cachedDataVersionTag } from 'node:v8';
      import { isMainThread } from 'node:worker_threads';
      const before = cachedDataVersionTag();
      let changed = false;
      if (isMainThread) {
        setInterval(() => { changed ||= cachedDataVersionTag() !== before; }, 1).unref();
        process.on('exit', () => console.error(changed, cachedDataVersionTag() === before));
      }`;
    const watched = (...args: string[]) =>
      spawnSync(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(watch)}`, ...args], {
        cwd: root,
        encoding: 'utf8',
      }).stderr;
    expect(watched('bin/shuffleport.js', 'inspect', WEIGHTS)).toBe('true true\n');
    expect(watched('bin/shuffleport.js', '--version')).toBe('false true\n');
  });

  test('keeps its exit code when its reader has enough', () => {
    const command = 'set -o pipefail; "$0" bin/shuffleport.js inspect "$1" --json | true; echo $?';
    const args = ['-c', command, process.execPath, WEIGHTS];
    const { stdout, stderr } = spawnSync('bash', args, { cwd: root, encoding: 'utf8' });
    expect([stdout, stderr]).toEqual(['0\n', '']);
  });

  test.skipIf(!existsSync('/dev/full'))('says when its answer cannot be written, which is no answer', () => {
    const [command, args] = ['exec "$0" bin/shuffleport.js inspect "$1" $2 >/dev/full', [process.execPath, WEIGHTS]];
    for (const json of ['', '--json']) {
      const { status, stderr } = spawnSync('bash', ['-c', command, ...args, json], { cwd: root, encoding: 'utf8' });
      expect(status).toBe(2);
      expect(stderr).toMatch(/^error: The output cannot be written\.\n {2}where: {4}stdout\n {2}found: {4}ENOSPC\n/);
    }
  });

  test('ends with the exit code of its error, which goes to stderr, plain where nobody watches', () => {
    const { code, out, err } = shuffleport('inspect', 'fixtures/keras/none.h5');
    expect([code, out]).toEqual([3, '']);
    expect(err).toMatch(/^error: There is no such file\.\n/);
  });

  test('carries a file alone over to a folder, and asks nobody where nobody is there', () => {
    const folder = mkdtempSync(join(tmpdir(), 'shuffleport-e2e-'));
    const file = join(folder, 'digits.h5');
    copyFileSync(join(root, 'fixtures/keras/trained-digits-g3/weights.h5'), file);
    try {
      const open = shuffleport(file);
      expect([open.code, open.out]).toEqual([2, '']);
      expect(open.err).toContain('say --pooling max or --pooling avg');
      expect(shuffleport(file, '--pooling', 'avg', '--check', 'run')).toMatchObject({ code: 0, err: '' });
      expect(readdirSync(folder)).toEqual(['digits-js', 'digits.h5']);
      expect(readdirSync(join(folder, 'digits-js'))).toEqual(expect.arrayContaining(['model.json', 'report.html']));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('ends with 2 when it is called wrongly', () => {
    const { code, out, err } = shuffleport('inspect', WEIGHTS, '--colour');
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain("unknown option '--colour'");
  });

  test('ends with 1 when the answer is no', () => {
    const args = ['-r', 'fixtures/keras/k21-g3/reference_lastslice.npz', '--pooling', 'max', '--json'];
    const { code, out } = shuffleport('verify', WEIGHTS, ...args);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      verdict: 'fail',
      firstFailure: { layer: 'stage2/block2/1x1_gconv_1/concat' },
    });
  });
});
