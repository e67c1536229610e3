// verify's reports from the command line: files by their ends, GitHub Actions, and earlier certificates.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { run } from '../../src/cli/program.js';
import { readNpz, writeNpz } from '../../src/formats/npz.js';
import { loadReference } from '../helpers/models.js';
import { weightsOf } from '../jobs/material.js';
import { parseMarkup } from '../report/markup.js';
import { type Folder, newFolder, shuffleport } from './shell.js';

const reference = loadReference('k21-g3/reference.npz');
const last = loadReference('k21-g3/reference_lastslice.npz');
const SLICED = 'stage2/block2/1x1_gconv_1/concat';

const files = newFolder();
const WEIGHTS = files.write('g3.npz', writeNpz(await weightsOf('k21-g3/weights.h5')));
const some = (arrays: typeof reference, ...keys: string[]) =>
  writeNpz(['input', ...keys].map((key) => [key, arrays.get(key)!]));
const RIGHT = files.write('right.npz', some(reference, 'conv1', 'softmax'));
const WRONG = files.write('wrong.npz', some(last, 'conv1', SLICED));
afterAll(() => files.remove());

let folder: Folder;
beforeEach(() => {
  folder = newFolder();
});
afterEach(() => {
  folder.remove();
});

const verify = (recorded: string, ...flags: string[]) =>
  shuffleport(['verify', WEIGHTS, '-r', recorded, '--pooling', 'max', ...flags]);

/** A document whose fields the tests name one by one. */
// biome-ignore lint/suspicious/noExplicitAny: what a field is, its expectation says
type Json = any;

const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

describe('verify -o', () => {
  test('writes a report of each kind in one run, whatever the verdict', async () => {
    const outputs = ['a.html', 'b.junit.xml', 'c.md', 'd.json'].map((name) => folder.at(name));
    const { code, out } = await verify(WRONG, ...outputs.flatMap((path) => ['-o', path]));
    expect(code).toBe(1);
    expect(out.trimEnd().split('\n').slice(-4)).toEqual(outputs.map((path) => `report: ${path}`));
    expect(folder.list()).toEqual(['a.html', 'b.junit.xml', 'c.md', 'd.json']);
    const [html, junit, markdown, json] = outputs.map((path) => readFileSync(path, 'utf8'));
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).toContain(SLICED);
    expect(parseMarkup(junit!).attributes).toMatchObject({ tests: '2', failures: '1' });
    expect(markdown).toMatch(/^### ❌ FAIL/);
    expect(JSON.parse(json!)).toMatchObject({ schema: 'shuffleport/verify', verdict: 'fail' });
  });

  test('writes the JSON that --json prints, which is the certificate', async () => {
    const { code, out } = await verify(RIGHT, '--json', '-o', folder.at('r.json'), '--tolerance', '1e-4');
    expect(code).toBe(0);
    expect(readFileSync(folder.at('r.json'), 'utf8')).toBe(out);
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Json;
    expect((JSON.parse(out) as Json).certificate).toEqual({
      version,
      options: { pooling: 'max', tolerance: 1e-4 },
      hashes: {
        checkpoint: [{ name: WEIGHTS, sha256: sha256(WEIGHTS) }],
        reference: [{ name: RIGHT, sha256: sha256(RIGHT) }],
      },
    });
  });

  test('writes the same bytes for the same files', async () => {
    await verify(RIGHT, '-o', folder.at('a.html'), '-o', folder.at('a.xml'));
    await verify(RIGHT, '-o', folder.at('b.html'), '-o', folder.at('b.xml'));
    for (const end of ['html', 'xml']) {
      expect(readFileSync(folder.at(`a.${end}`)).equals(readFileSync(folder.at(`b.${end}`)))).toBe(true);
    }
  });

  test('does not replace what is there unless it may', async () => {
    const taken = folder.write('taken.md', 'mine');
    const refused = await verify(RIGHT, '-o', folder.at('free.html'), '-o', taken);
    expect([refused.code, readFileSync(taken, 'utf8')]).toEqual([2, 'mine']);
    expect(refused.err).toContain('The output exists already.');
    expect((await verify(RIGHT, '-o', taken, '--force')).code).toBe(0);
    expect(readFileSync(taken, 'utf8')).toMatch(/^### ✅ PASS/);
    expect(folder.list()).toEqual(['taken.md']);
  });

  test('refuses an end that is no report before it reads anything', async () => {
    const { code, err } = await shuffleport(['verify', 'gone.h5', '-r', 'gone.npz', '-o', 'report.pdf']);
    expect(code).toBe(2);
    expect(err).toContain('It must end in .html, .xml, .md, .json.');
  });
});

describe('verify --repro', () => {
  test('writes the first layer at fault as arrays, and the script that shows it', async () => {
    const paths = [folder.at('bug.npz'), folder.at('bug.py')];
    const { code, out } = await verify(WRONG, '--repro', paths[0]!, '-o', folder.at('r.json'));
    expect(code).toBe(1);
    expect(out.trimEnd().split('\n').at(-1)).toBe(`repro: ${paths.join(', ')} (run it with python and numpy)`);
    expect(folder.list()).toEqual(['bug.npz', 'bug.py', 'r.json']);
    const keys = readNpz(readFileSync(paths[0]!), 'bug.npz').map(({ key }) => key);
    expect(keys).toEqual(expect.arrayContaining(['input', 'expected', 'computed', 'bound']));
    expect(readFileSync(paths[1]!, 'utf8')).toContain(`# ${SLICED} (Concatenate): from its recorded inputs it gives `);
    expect(JSON.parse(readFileSync(folder.at('r.json'), 'utf8'))).toMatchObject({ repro: { files: paths } });
  });

  test('writes nothing where no layer is at fault, and says so', async () => {
    const { code, out } = await verify(RIGHT, '--repro', folder.at('bug.npz'));
    expect([code, folder.list()]).toEqual([0, []]);
    expect(out.trimEnd().split('\n').at(-1)).toBe('repro: none was written, since no layer is at fault');
    const json = JSON.parse((await verify(RIGHT, '--repro', folder.at('bug.npz'), '--json')).out) as Json;
    expect(json.repro).toBeNull();
    expect(JSON.parse((await verify(RIGHT, '--json')).out)).not.toHaveProperty('repro');
  });

  test.each(['bug.npz', 'bug.py'])(
    'writes nothing where %s is there already, unless it may replace it',
    async (name) => {
      const taken = folder.write(name, 'mine');
      const refused = await verify(WRONG, '--repro', folder.at('bug.npz'), '-o', folder.at('r.md'));
      expect([refused.code, folder.list(), readFileSync(taken, 'utf8')]).toEqual([2, [name], 'mine']);
      expect(refused.err).toContain('The output exists already.');
      expect((await verify(WRONG, '--repro', folder.at('bug.npz'), '--force')).code).toBe(1);
      expect(folder.list()).toEqual(['bug.npz', 'bug.py']);
      expect(readFileSync(taken).length).toBeGreaterThan(100);
    },
  );

  test('needs the end .npz, and a reference', async () => {
    const { code, err } = await shuffleport(['verify', 'gone.h5', '-r', 'gone.npz', '--repro', 'bug.py']);
    expect([code, err]).toEqual([2, expect.stringContaining('It must end in .npz')]);
    expect((await shuffleport(['verify', WEIGHTS, '--repro', 'bug.npz'])).err).toContain(
      '--repro needs recorded outputs.',
    );
  });
});

describe('verify --against', () => {
  const certificate = async (recorded = RIGHT, ...flags: string[]): Promise<string> => {
    await verify(recorded, '-o', folder.at('old.json'), ...flags);
    return folder.at('old.json');
  };

  test('says that an earlier verification still holds', async () => {
    const old = await certificate();
    const { code, out } = await verify(RIGHT, '--against', old);
    expect([code, out.trimEnd().split('\n').at(-1)]).toEqual([0, `against ${old}: still holds`]);
    const json = JSON.parse((await verify(RIGHT, '--against', old, '--json')).out) as Json;
    expect(json.against).toEqual({ name: old, holds: true, moved: [] });
  });

  test('fails when files or options moved, though all layers pass', async () => {
    const old = await certificate();
    const { code, out } = await verify(
      folder.write('fewer.npz', some(reference, 'conv1')),
      '--against',
      old,
      '--slices',
      'own',
    );
    expect(code).toBe(1);
    expect(out).toMatch(/^PASS /);
    const lines = out.trimEnd().split('\n');
    expect(lines.slice(lines.indexOf(`against ${old}: no longer holds`) + 1)).toEqual([
      expect.stringMatching(/^ {2}hash reference: [0-9a-f]{12} -> [0-9a-f]{12}$/),
      '  option slices: - -> "own"',
      '  layer softmax, verdict: pass -> -',
    ]);
  });

  test('names weights that changed, and what that did', async () => {
    const old = await certificate();
    const weights = readNpz(readFileSync(WEIGHTS), 'w').map(({ key, read }) => [key, read()] as const);
    const kernel = weights.find(([key]) => key === 'conv1/kernel')![1];
    kernel.data[kernel.offset] = Number(kernel.data[kernel.offset]) + 1;
    const changed = folder.write('changed.npz', writeNpz(weights));
    const { code, out } = await shuffleport([
      'verify',
      changed,
      '-r',
      RIGHT,
      '--pooling',
      'max',
      '--against',
      old,
      '--json',
    ]);
    const { moved, holds } = (JSON.parse(out) as Json).against;
    expect([code, holds]).toEqual([1, false]);
    expect(moved.slice(0, 4)).toMatchObject([
      { kind: 'hash', what: 'checkpoint' },
      { kind: 'verdict', before: 'pass', after: 'fail' },
      { kind: 'layer', what: 'conv1', field: 'verdict', before: 'pass', after: 'fail' },
      { kind: 'layer', what: 'conv1', field: 'own error' },
    ]);
  });

  test('keeps the code of a verdict that an earlier failure agrees with', async () => {
    const { code, out } = await verify(WRONG, '--against', await certificate(WRONG));
    expect(code).toBe(1);
    expect(out).toContain(': still holds');
  });

  test('cannot use what is no certificate: 3', async () => {
    const { code, out } = await verify(RIGHT, '--against', folder.write('no.json', '{}'), '--json');
    const { tag } = (JSON.parse(out) as Json).error;
    expect([code, tag]).toEqual([3, 'NotACertificate']);
    expect((await verify(RIGHT, '--against', folder.at('gone.json'))).code).toBe(3);
  });
});

describe('in GitHub Actions', () => {
  const inActions = async (env: Record<string, string>, ...args: string[]) => {
    const [out, err]: [string[], string[]] = [[], []];
    const streams = {
      out: (text: string) => out.push(text),
      err: (text: string) => err.push(text),
      interactive: false,
      color: false,
    };
    const code = await run(['verify', WEIGHTS, '--pooling', 'max', ...args], streams, env);
    return { code, out: out.join(''), err: err.join('') };
  };

  test('annotations go to stderr and the summary is added to, by itself', async () => {
    const summary = folder.write('summary', 'before\n');
    const { code, out, err } = await inActions(
      { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary },
      '-r',
      WRONG,
      '--json',
    );
    expect(code).toBe(1);
    expect(err).toMatch(new RegExp(`^::error title=[^\\n]*first layer at fault is ${SLICED}::[^\\n]*\\n$`));
    expect((JSON.parse(out) as Json).verdict).toBe('fail');
    expect(readFileSync(summary, 'utf8')).toMatch(/^before\n### ❌ FAIL/);
  });

  test('a summary that cannot be written is told, and changes nothing', async () => {
    const nowhere = folder.at('gone/summary');
    const { code, err } = await inActions({ GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: nowhere }, '-r', RIGHT);
    expect([code, existsSync(nowhere)]).toEqual([0, false]);
    expect(err).toMatch(/^note: the step's summary cannot be written: .*ENOENT/);
  });

  test('and nowhere else', async () => {
    const summary = folder.at('summary');
    const { err } = await inActions({ GITHUB_STEP_SUMMARY: summary }, '-r', WRONG);
    expect([err, existsSync(summary)]).toEqual(['', false]);
    expect((await inActions({ GITHUB_ACTIONS: 'true' }, '-r', RIGHT)).err).toBe('');
  });
});
