// Files as sources, and outputs written whole or not at all.
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Source } from '../checkpoint/source.js';
import { concatBytes } from '../core/bytes.js';
import type { ExportFile } from '../export/files.js';
import { UnreadablePathError, UnwritablePathError } from './errors.js';
import { isolated } from './parser.js';
import { checkOutputs, exists } from './replaceable.js';
import { cleanedUp, type Unfinished } from './unfinished.js';

/**
 * A file on disk as a source, parsed in a thread of its own. Throws an `UnreadablePathError` when there is none. A pipe
 * is read at once, since it gives its bytes but once: open it once.
 */
export async function fileSource(path: string): Promise<Source> {
  const found = await reading(path, () => stat(path));
  if (found.isDirectory()) throw new UnreadablePathError(path, 'EISDIR');
  if (found.isCharacterDevice() || found.isBlockDevice()) throw new UnreadablePathError(path, 'DEVICE');
  const piped = found.isFile() ? undefined : await reading(path, () => readPipe(path));
  return isolated({
    name: path,
    size: piped?.length ?? found.size,
    bytes: () => (piped === undefined ? reading(path, () => readFile(path)) : Promise.resolve(piped.slice())),
    sibling: (name) => fileSource(join(dirname(path), basename(name))),
  });
}

/** Node's own limit for a file that is read at once; a pipe has no size to look at before. */
const MAX_BYTES = 2 ** 31 - 1;

async function readPipe(path: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new UnreadablePathError(path, 'ERR_FS_FILE_TOO_LARGE');
    chunks.push(chunk);
  }
  return concatBytes(chunks);
}

async function reading<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof UnreadablePathError) throw error;
    throw new UnreadablePathError(path, codeOf(error), { cause: error });
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

/** How to write. */
export interface WriteOptions {
  /** Replace what is there: a file, or a folder that holds nothing but an earlier output. */
  readonly force?: boolean;
  /** Files that are read: they are not replaced, nor a folder that holds one. */
  readonly inputs?: readonly string[];
  /** Called with the files as read back from disk, before they get their names. Throws if they are wrong. */
  readonly check?: (files: readonly ExportFile[]) => void | Promise<void>;
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
  const folder = files.map(({ name }) => name);
  await writeThenRename(path, { ...options, folder }, async (temporary) => {
    await mkdir(temporary);
    for (const { name, bytes } of files) await writeFile(join(temporary, name), bytes);
    await options.check?.(
      await Promise.all(files.map(async ({ name }) => ({ name, bytes: await readFile(join(temporary, name)) }))),
    );
  });
}

async function writeThenRename(
  path: string,
  options: WriteOptions & { readonly folder?: readonly string[] },
  write: (temporary: string) => Promise<void>,
): Promise<void> {
  await checkOutputs([path], options);
  const temporary = join(dirname(path), `.${randomUUID().slice(0, 8)}.tmp`);
  const output = { temporary, aside: `${temporary}.old`, path };
  await cleanedUp(output, async () => {
    try {
      await mkdir(dirname(path), { recursive: true });
      await write(temporary);
      await replace(output, options.force ?? false);
    } catch (error) {
      if (isSystemError(error)) throw new UnwritablePathError(path, codeOf(error), { cause: error });
      throw error;
    } finally {
      // Nothing to take away where nothing could be made; that error is the one to tell.
      await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    }
  });
}

/** A folder cannot be renamed over another: the old one steps aside first, and comes back if the new one cannot move in. */
async function replace({ temporary, aside, path }: Unfinished, force: boolean): Promise<void> {
  if (!force || !(await exists(path))) return rename(temporary, path);
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
