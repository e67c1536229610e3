// The words of the command line: help, usage, progress, colour, JSON, and how each kind of error ends.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.js';
import { UndecidedError, UsageError } from '../../src/core/errors.js';
import { UnreadablePathError } from '../../src/node/errors.js';
import { keras, newFolder, shuffleport } from './shell.js';

const folder = newFolder();
afterAll(() => folder.remove());

const G3 = keras('k21-g3/weights.h5');
/** A file of numpy's with few arrays, which is soon compared. */
const SMALL = fileURLToPath(new URL('../../fixtures/numpy/formats/npz/little.npz', import.meta.url));
const COMMANDS = ['inspect', 'convert', 'verify', 'predict', 'diff'];
/** What every command that loads a network takes. */
const SETTINGS =
  '--groups --scale --ratio --units --classes --no-top --pooling --slices --input-shape --scheme --map --kernel-order --allow-unused';

describe('help', () => {
  test('lists the commands and the exit codes', async () => {
    const { code, out, err } = await shuffleport(['--help']);
    expect([code, err]).toEqual([0, '']);
    for (const command of COMMANDS) expect(out).toMatch(new RegExp(`^  ${command} `, 'm'));
    expect(out).toContain('Exit codes: 0 pass; 1 the answer is no; 2 usage');
  });

  test.each(COMMANDS)('of %s has its flags and examples of it', async (command) => {
    const { code, out, err } = await shuffleport([command, '--help']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(`Usage: shuffleport ${command}`);
    const examples = out.slice(out.indexOf('Examples:')).match(new RegExp(`^  shuffleport ${command} \\S+`, 'gm'));
    expect(examples?.length).toBeGreaterThanOrEqual(2);
    expect(out).toContain('--json');
    if (command !== 'diff')
      for (const flag of SETTINGS.split(' ')) expect(out).toMatch(new RegExp(`^  ${flag}\\b`, 'm'));
  });

  test.each([
    ['inspect', '--layer --stats --format'],
    ['convert', '--to --output --force --check --reference --dry-run --all'],
    ['port', '--to --output --force --check --reference --dry-run'],
    ['verify', '--reference --tolerance --all --all-causes'],
    ['predict', '--key --preprocess --labels --top'],
  ])('of %s has the flags of its own', async (command, flags) => {
    const { out } = await shuffleport([command, '--help']);
    for (const flag of flags.split(' ')) expect(out).toMatch(new RegExp(`^  (-\\w, )?${flag}\\b`, 'm'));
  });

  test('is shown, on stderr, to whoever names no command', async () => {
    const { code, out, err } = await shuffleport([]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('Usage: shuffleport');
  });
});

test('the version is that of package.json', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(await shuffleport(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' });
});

describe('wrong usage ends with 2 and says what is wrong on stderr', () => {
  test.each([
    [['paint', 'x'], "unknown command 'paint'"],
    [['inspect', 'x', '--colour'], "unknown option '--colour'"],
    [['inspect'], "missing required argument 'file'"],
    [['diff', 'a'], "missing required argument 'b'"],
    [['predict', 'a'], "missing required argument 'input'"],
    [['diff', 'a', 'b', 'c'], 'too many arguments'],
    [['verify'], "missing required argument 'file'"],
    [['inspect', 'x', '--groups', 'three'], 'It must be a whole number.'],
    [['inspect', 'x', '--groups=-3'], 'It must be a whole number.'],
    [['inspect', 'x', '--scale', 'wide'], 'It must be a number from 0 up.'],
    [['inspect', 'x', '--scale', ' '], 'It must be a number from 0 up.'],
    [['inspect', 'x', '--ratio=-1'], 'It must be a number from 0 up.'],
    [['inspect', 'x', '--units', '3,x,3'], 'It must be a whole number.'],
    [['inspect', 'x', '--classes', '1.5'], 'It must be a whole number.'],
    [['inspect', 'x', '--pooling', 'min'], 'Allowed choices are max, avg, none.'],
    [['inspect', 'x', '--slices', 'first'], 'Allowed choices are auto, own, last.'],
    [['inspect', 'x', '--input-shape', '224,224'], 'It must be height,width,channels'],
    [['inspect', 'x', '--input-shape', '224,224,RGB'], 'It must be a whole number.'],
    [['inspect', 'x', '--scheme', 'camel'], 'Allowed choices are article, underscore, single-underscore, dots.'],
    [['inspect', 'x', '--kernel-order', 'whoi'], 'Allowed choices are hwio, oihw, iohw, ohwi, hwoi.'],
    [['inspect', 'x', '--format', 'xml'], 'Allowed choices are table, tree, markdown.'],
    [['convert', 'x', '--to', 'pytorch'], 'Allowed choices are tfjs, onnx, keras, safetensors, npz.'],
    [['convert', 'x', '--input-layout', 'chwn'], 'Allowed choices are nhwc, nchw.'],
    [['verify', 'x', '-r', 'y', '--tolerance', 'little'], 'It must be a number from 0 up.'],
    [['predict', 'x', 'y', '--preprocess', 'magic'], 'Allowed choices are none, tf, caffe, torch, article.'],
    [['predict', 'x', 'y', '--top', 'all'], 'It must be a whole number.'],
  ])('%j', async (args, message) => {
    const { code, out, err } = await shuffleport(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
    expect(err).toContain('(--help shows the flags)');
  });

  test('a setting that the article refuses, in its own words', async () => {
    const { code, err } = await shuffleport(['convert', G3, '--pooling', 'max', '--groups', '5']);
    expect(code).toBe(2);
    expect(err).toMatch(/^error: Invalid number of groups\./);
  });
});

test('the order of kernel axes reaches the job: kernels that fit as they stand do not in another', async () => {
  const { code, out } = await shuffleport(['convert', G3, '--pooling', 'max', '--kernel-order', 'oihw', '--json']);
  expect(code).toBe(3);
  const { error } = JSON.parse(out);
  expect(error).toMatchObject({ tag: 'Load', next: expect.stringContaining('leave --kernel-order out') });
  expect(error.report.notes).toContainEqual(expect.objectContaining({ id: 'kernel-order' }));
});

describe('a file that cannot be used ends with 3', () => {
  test.each([
    ['is not there', undefined, 'There is no such file.'],
    ['is empty', '', 'The file is empty.'],
    [
      'is a Git LFS pointer',
      'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 526760\n',
      'This is a Git LFS pointer (real file: 526760 bytes)',
    ],
    ['is a web page', '<!DOCTYPE html><html><head><title>Not Found</title>', 'This is a web page (HTML)'],
    ['is something else', 'weights', 'This is no Keras file.'],
  ])('when it %s', async (_, content, message) => {
    const path = content === undefined ? folder.at('none.h5') : folder.write('file.h5', content);
    const { code, out, err } = await shuffleport(['inspect', path]);
    expect([code, out]).toEqual([3, '']);
    expect(err).toMatch(/^error: /);
    expect(err).toContain(message);
    expect(err).toContain(path);
  });

  test.each([
    ['convert', 'FILE', '--pooling', 'max'],
    ['verify', 'FILE', '-r', 'FILE'],
    ['predict', 'FILE', 'FILE'],
    ['diff', 'FILE', 'FILE'],
  ])('whatever the command: %s', async (...args) => {
    const path = folder.write('page.h5', '<html>');
    const { code, err } = await shuffleport(args.map((arg) => (arg === 'FILE' ? path : arg)));
    expect(code).toBe(3);
    expect(err).toContain('web page');
  });
});

describe('the exit code of an error', () => {
  test.each([
    [new UsageError({ what: 'No.' }), 2],
    [new UndecidedError('--pooling', { what: 'Which?' }), 2],
    [new UnreadablePathError('x', 'ENOENT'), 3],
    [new TypeError('x is not a function'), 4],
    ['a thrown text', 4],
  ])('%s: %i', (error, code) => {
    expect(exitCodeOf(error)).toBe(code);
  });
});

describe('a fault of ours ends with 4', () => {
  /** A stream that breaks once, as no user's file could break it. */
  const breaking = () => {
    const said: string[] = [];
    let broken = false;
    const out = (text: string): void => {
      if (!broken) {
        broken = true;
        throw new TypeError('the stream broke');
      }
      said.push(text);
    };
    return { said, out };
  };
  const args = ['diff', SMALL, SMALL];

  test('and is owned up to, with its trace', async () => {
    const { code, err } = await shuffleport(args, breaking());
    expect(code).toBe(4);
    expect(err).toMatch(/^internal error: TypeError: the stream broke\n {4}at /);
    expect(err).toContain("This is a fault of shuffleport's. Please report it");
  });

  test('and is JSON when JSON was asked for', async () => {
    const { said, out } = breaking();
    const { code, err } = await shuffleport([...args, '--json'], { out });
    expect([code, err]).toEqual([4, '']);
    expect(JSON.parse(said.join(''))).toMatchObject({
      schema: 'shuffleport/error',
      exitCode: 4,
      error: { tag: 'Internal', message: expect.stringContaining('the stream broke') },
    });
  });
});

describe('--json', () => {
  test('prints one document about an error on stdout, and nothing on stderr', async () => {
    const { code, out, err } = await shuffleport(['inspect', folder.at('none.h5'), '--json']);
    expect([code, err]).toEqual([3, '']);
    expect(JSON.parse(out)).toEqual({
      schema: 'shuffleport/error',
      schemaVersion: 1,
      error: {
        tag: 'UnreadablePath',
        kind: 'file',
        message: expect.stringMatching(/^There is no such file\.\n/),
        what: 'There is no such file.',
        where: folder.at('none.h5'),
        found: 'ENOENT',
        next: 'check the path',
      },
      exitCode: 3,
    });
  });

  test.each([
    [['inspect', 'x', '--bogus'], "unknown option '--bogus'"],
    [['verify'], "missing required argument 'file'"],
    [['diff', 'a'], "missing required argument 'b'"],
    [['inspect', 'x', '--groups', 'three'], 'It must be a whole number.'],
  ])('prints one document about wrong usage on stdout: %j', async (args, message) => {
    const { code, out } = await shuffleport([...args, '--json']);
    expect(code).toBe(2);
    const document = JSON.parse(out);
    expect(document).toMatchObject({
      schema: 'shuffleport/error',
      schemaVersion: 1,
      error: { tag: 'Usage', kind: 'usage', what: expect.stringContaining(message) },
      exitCode: 2,
    });
    expect(document.error.what).not.toMatch(/^error:/);
  });

  test.each([['--help'], ['--version'], ['inspect', '--help']])(
    'leaves what is no error as it is: %s',
    async (...args) => {
      const plain = await shuffleport(args);
      expect([plain.code, plain.err]).toEqual([0, '']);
      expect(await shuffleport([...args, '--json'])).toEqual(plain);
    },
  );

  test('prints the whole report of weights that do not fit', async () => {
    const { code, out } = await shuffleport(['convert', G3, '--pooling', 'max', '--classes', '7', '--json']);
    expect(code).toBe(3);
    const { error } = JSON.parse(out);
    expect(error).toMatchObject({
      tag: 'Load',
      report: { missing: [], mismatched: [{ layer: 'fc' }, { layer: 'fc' }] },
    });
  });

  test('is not disturbed by a terminal', async () => {
    const args = ['inspect', G3, '--layer', 'conv1', '--json'];
    const { out } = await shuffleport(args, { interactive: true, color: true });
    expect(JSON.parse(out).layers).toHaveLength(1);
  });
});

describe('a terminal', () => {
  const args = ['diff', SMALL, SMALL];
  const CLEAR = '\r\u001b[2K';

  test('sees what is being done, and the line is taken away before the answer', async () => {
    const said: string[] = [];
    const streams = { out: (text: string) => said.push(text), err: (text: string) => said.push(text) };
    await shuffleport(args, { ...streams, interactive: true });
    expect(said).toEqual([`${CLEAR}comparing ${SMALL} and ${SMALL}`, CLEAR, expect.stringMatching(/hold the same/)]);
  });

  test('has the line taken away before an error too', async () => {
    const { err } = await shuffleport(['inspect', folder.at('none.h5')], { interactive: true });
    expect(err.split(CLEAR).slice(1)).toEqual([
      `reading ${folder.at('none.h5')}`,
      expect.stringMatching(/^error: There is no such file/),
    ]);
  });

  test('that nobody watches sees no progress', async () => {
    expect((await shuffleport(args)).err).toBe('');
  });

  test('sees errors in red, unless colour is off', async () => {
    const wrong = ['inspect', folder.at('none.h5')];
    const { err } = await shuffleport(wrong, { color: true });
    expect(err.startsWith('\u001b[31merror:\u001b[39m There is no such file.')).toBe(true);
    expect((await shuffleport(wrong)).err).not.toContain('\u001b');
  });
});

test.each([[[]], [['help', 'frob']]])('%j shows the help, and says that a command is missing', async (args) => {
  const plain = await shuffleport(args);
  expect([plain.code, plain.out]).toEqual([2, '']);
  expect(plain.err).toMatch(/^Usage: shuffleport[\s\S]*\nerror: There is no command, or none that is known\.\n$/);
});

test('so it does in JSON', async () => {
  const { code, out } = await shuffleport(['help', 'frob', '--json']);
  expect([code, JSON.parse(out).error]).toMatchObject([
    2,
    { tag: 'Usage', what: expect.stringContaining('no command') },
  ]);
});
