// Files as sources, and outputs written whole or not at all.
import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Source } from '../checkpoint/source.js';
import type { ExportFile } from '../export/files.js';
import { OutputExistsError, UnreadablePathError, UnwritablePathError } from './errors.js';
import { isolated } from './parser.js';

/** A file on disk as a source, parsed in a thread of its own. Throws an `UnreadablePathError` when there is none. */
export async function fileSource(path: string): Promise<Source> {
  const found = await reading(path, () => stat(path));
  if (found.isDirectory()) throw new UnreadablePathError(path, 'EISDIR');
  return isolated({
    name: path,
    size: found.size,
    bytes: () => reading(path, () => readFile(path)),
    sibling: (name) => fileSource(join(dirname(path), basename(name))),
  });
}

async function reading<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new UnreadablePathError(path, codeOf(error), { cause: error });
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

/** How to write. */
export interface WriteOptions {
  /** Replace what is there. */
  readonly force?: boolean;
  /** Called with the files as read back from disk, before they get their names. Throws if they are wrong. */
  readonly check?: (files: readonly ExportFile[]) => void | Promise<void>;
}

/** Throws an `OutputExistsError` where one of `paths` is there already and may not be replaced; before any is written. */
export async function checkOutputs(paths: readonly string[], { force = false }: WriteOptions = {}): Promise<void> {
  if (force) return;
  for (const path of paths) if (await exists(path)) throw new OutputExistsError(path);
}

/** Writes one file at `path`: under a temporary name beside it, read back, checked, then renamed. */
export async function writeOutputFile(path: string, file: ExportFile, options: WriteOptions = {}): Promise<void> {
  await writeThenRename(path, options, async (temporary) => {
    await writeFile(temporary, file.bytes);
    await options.check?.([{ name: file.name, bytes: await readFile(temporary) }]);
  });
}

/** Writes a folder of files at `path`, the same way. */
export async function writeOutputFolder(
  path: string,
  files: readonly ExportFile[],
  options: WriteOptions = {},
): Promise<void> {
  await writeThenRename(path, options, async (temporary) => {
    await mkdir(temporary);
    for (const { name, bytes } of files) await writeFile(join(temporary, name), bytes);
    await options.check?.(
      await Promise.all(files.map(async ({ name }) => ({ name, bytes: await readFile(join(temporary, name)) }))),
    );
  });
}

async function writeThenRename(
  path: string,
  { force = false }: WriteOptions,
  write: (temporary: string) => Promise<void>,
): Promise<void> {
  if (!force && (await exists(path))) throw new OutputExistsError(path);
  const temporary = join(dirname(path), `.${randomUUID().slice(0, 8)}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true });
    await write(temporary);
    await replace(temporary, path, force);
  } catch (error) {
    if (isSystemError(error)) throw new UnwritablePathError(path, codeOf(error), { cause: error });
    throw error;
  } finally {
    // Nothing to take away where nothing could be made; that error is the one to tell.
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** A folder cannot be renamed over another: the old one steps aside first, and comes back if the new one cannot move in. */
async function replace(temporary: string, path: string, force: boolean): Promise<void> {
  if (!force || !(await exists(path))) return rename(temporary, path);
  const aside = `${temporary}.old`;
  await rename(path, aside);
  try {
    await rename(temporary, path);
  } catch (error) {
    await rename(aside, path);
    throw error;
  }
  await rm(aside, { recursive: true, force: true });
}

const isSystemError = (error: unknown): boolean => error instanceof Error && 'syscall' in error;

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
