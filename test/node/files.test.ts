// Files as sources, and outputs that are there whole or not at all.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeText } from '../../src/core/bytes.js';
import type { ExportFile } from '../../src/export/files.js';
import { UnreadablePathError } from '../../src/node/errors.js';
import { fileSource, writeOutputFile, writeOutputFolder } from '../../src/node/files.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shuffleport-node-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const at = (...parts: string[]): string => join(folder, ...parts);
const file = (name: string, text: string): ExportFile => ({ name, bytes: encodeText(text) });
const textOf = (path: string): string => readFileSync(path, 'utf8');

describe('a file as a source', () => {
  test('has its path as name, its size, and its bytes', async () => {
    writeFileSync(at('weights.h5'), 'abc');
    const source = await fileSource(at('weights.h5'));
    expect([source.name, source.size]).toEqual([at('weights.h5'), 3]);
    expect(Uint8Array.from(await source.bytes())).toEqual(encodeText('abc'));
  });

  test('finds the files beside it, and none elsewhere', async () => {
    mkdirSync(at('in'));
    writeFileSync(at('in', 'a'), 'a');
    writeFileSync(at('in', 'b'), 'beside');
    writeFileSync(at('b'), 'above');
    const source = await fileSource(at('in', 'a'));
    for (const name of ['b', '../b', '/b']) {
      expect(Uint8Array.from(await (await source.sibling!(name)).bytes())).toEqual(encodeText('beside'));
    }
    await expect(source.sibling!('c')).rejects.toMatchObject({ tag: 'UnreadablePath', code: 'ENOENT' });
  });

  test('that is not there, or is a directory, is refused with what to do', async () => {
    await expect(fileSource(at('none.h5'))).rejects.toMatchObject({
      tag: 'UnreadablePath',
      kind: 'file',
      code: 'ENOENT',
      explanation: { what: 'There is no such file.', where: at('none.h5'), next: 'check the path' },
    });
    await expect(fileSource(folder)).rejects.toMatchObject({
      code: 'EISDIR',
      explanation: { what: 'This is a directory, not a file.' },
    });
  });

  test('that is gone when it is read is refused too', async () => {
    writeFileSync(at('brief'), 'abc');
    const source = await fileSource(at('brief'));
    rmSync(at('brief'));
    await expect(source.bytes()).rejects.toMatchObject({ tag: 'UnreadablePath', code: 'ENOENT' });
  });

  test('that is a pipe is read once, whole, and has the size of what came through', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const writing = writeFile(at('pipe'), 'a'.repeat(100_000));
    const source = await fileSource(at('pipe'));
    await writing;
    expect(source.size).toBe(100_000);
    for (let i = 0; i < 2; i++) expect((await source.bytes()).length).toBe(100_000);
  });

  test('that is a device, which may never end, or a link to itself, is refused', async () => {
    await expect(fileSource('/dev/zero')).rejects.toMatchObject({
      tag: 'UnreadablePath',
      code: 'DEVICE',
      explanation: { what: 'This is a device, not a file.', next: expect.stringContaining('/dev/stdin') },
    });
    symlinkSync(at('loop'), at('loop'));
    await expect(fileSource(at('loop'))).rejects.toMatchObject({
      code: 'ELOOP',
      explanation: { next: 'check the path' },
    });
  });

  test('with a reason that nobody foresaw still says which', () => {
    expect(new UnreadablePathError('x\u001b', 'EIO').explanation).toMatchObject({
      what: 'The file cannot be read.',
      where: 'x\\u001b',
      found: 'EIO',
    });
  });
});

/** The two ways to write, alike in all that follows. */
const WAYS = [
  [
    'a file',
    (path: string, text: string, options = {}) => writeOutputFile(path, file('model.npz', text), options),
    (path: string) => textOf(path),
    'model.npz',
  ],
  [
    'a folder',
    (path: string, text: string, options = {}) =>
      writeOutputFolder(path, [file('model.json', text), file('shard', 'bytes')], options),
    (path: string) => textOf(join(path, 'model.json')),
    'model.json',
  ],
] as const;

describe.each(WAYS)('%s as output', (_, write, read, name) => {
  test('is written whole, in folders that are made for it, with nothing left beside it', async () => {
    await write(at('new', 'deep', 'out'), 'text');
    expect(read(at('new', 'deep', 'out'))).toBe('text');
    expect(readdirSync(at('new', 'deep'))).toEqual(['out']);
  });

  test('is read back from disk and checked before it gets its name', async () => {
    let seen: readonly ExportFile[] = [];
    let there: string[] = [];
    const check = (files: readonly ExportFile[]) => {
      seen = files.map((found) => ({ name: found.name, bytes: Uint8Array.from(found.bytes) }));
      there = readdirSync(folder);
    };
    await write(at('out'), 'text', { check });
    expect(seen[0]).toEqual(file(name, 'text'));
    expect(there).toHaveLength(1);
    expect(there[0]).toMatch(/^\.[0-9a-f]{8}\.tmp$/);
    expect(readdirSync(folder)).toEqual(['out']);
  });

  test('leaves nothing behind when the check fails', async () => {
    const check = () => {
      throw new Error('not the same');
    };
    await expect(write(at('out'), 'text', { check })).rejects.toThrow('not the same');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('leaves what was there when the check fails, even when it may be replaced', async () => {
    await write(at('out'), 'old');
    const check = () => {
      throw new Error('not the same');
    };
    await expect(write(at('out'), 'new', { check, force: true })).rejects.toThrow('not the same');
    expect(read(at('out'))).toBe('old');
    expect(readdirSync(folder)).toEqual(['out']);
  });

  test('does not replace what is there unless it may', async () => {
    await write(at('out'), 'old');
    await expect(write(at('out'), 'new')).rejects.toMatchObject({
      tag: 'OutputExists',
      kind: 'usage',
      explanation: { where: at('out'), next: expect.stringContaining('--force') },
    });
    expect(read(at('out'))).toBe('old');
    await write(at('out'), 'new', { force: true });
    expect(read(at('out'))).toBe('new');
    expect(readdirSync(folder)).toEqual(['out']);
  });

  test('below a plain file cannot be written, which is told as that', async () => {
    writeFileSync(at('plain'), 'mine');
    for (const path of [at('plain', 'out'), at('plain', 'deep', 'out')]) {
      await expect(write(path, 'text')).rejects.toMatchObject({
        tag: 'UnwritablePath',
        kind: 'usage',
        explanation: { what: 'The output cannot be written.', where: path },
      });
    }
    expect(textOf(at('plain'))).toBe('mine');
    expect(readdirSync(folder)).toEqual(['plain']);
  });

  // File systems allow 255 bytes.
  test.each([200, 250])('may have a name of %d characters', async (length) => {
    const long = 'w'.repeat(length);
    await write(at(long), 'old');
    await write(at(long), 'text', { force: true });
    expect(read(at(long))).toBe('text');
    expect(readdirSync(folder)).toEqual([long]);
  });

  test('may be new where it may replace', async () => {
    await write(at('out'), 'text', { force: true });
    expect(read(at('out'))).toBe('text');
  });

  test('comes back as it was when the new one cannot take its place', async () => {
    await write(at('out'), 'old');
    // Between the check and the renaming, the new one disappears.
    const check = () => {
      for (const entry of readdirSync(folder)) {
        if (entry.endsWith('.tmp')) rmSync(at(entry), { recursive: true });
      }
    };
    await expect(write(at('out'), 'new', { check, force: true })).rejects.toMatchObject({
      tag: 'UnwritablePath',
      kind: 'usage',
      explanation: { what: 'The output cannot be written.', where: at('out'), found: 'ENOENT' },
      cause: { syscall: 'rename' },
    });
    expect(read(at('out'))).toBe('old');
    expect(readdirSync(folder)).toEqual(['out']);
  });
});

test('a folder holds every file it was given', async () => {
  await writeOutputFolder(at('out'), [file('a', '1'), file('b', '2'), file('c', '')]);
  expect(readdirSync(at('out')).map((name) => [name, textOf(at('out', name))])).toEqual([
    ['a', '1'],
    ['b', '2'],
    ['c', ''],
  ]);
});
