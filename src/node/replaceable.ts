// What an output may take the place of. `--force` replaces an earlier output, never what is read, nor what nobody made
// with these tools: a folder goes with all that is in it.
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { UsageError } from '../core/errors.js';
import { listSome, printable } from '../core/text.js';
import { OutputExistsError, OutputInUseError, OutputNotOursError } from './errors.js';

/** What is to be written, and what is read. */
export interface ReplaceOptions {
  /** Replace what is there. */
  readonly force?: boolean;
  /** Files that are read: an output is none of them, and no folder that holds one. */
  readonly inputs?: readonly string[];
  /** For a folder, the names that go into it; absent for a file. */
  readonly folder?: readonly string[];
}

/** Throws where one of `paths` may not be written, before any is: `UsageError`s that say why. */
export async function checkOutputs(paths: readonly string[], options: ReplaceOptions = {}): Promise<void> {
  if (paths.includes('')) throw new UsageError({ what: 'The output has no name.', next: 'name it with -o' });
  const places = await Promise.all(paths.map(placeOf));
  const twice = paths.find((_, i) => places.indexOf(places[i]!) < i);
  if (twice !== undefined) throw writtenTwice(twice);
  const inputs = await Promise.all((options.inputs ?? []).map(inputPlaces));
  for (const [i, path] of paths.entries()) {
    const used = inputs.find(({ places: read }) => read.some((each) => isAtOrIn(each, places[i]!)));
    if (used !== undefined) throw new OutputInUseError(path, used.path);
    await checkReplaceable(path, options);
  }
}

const writtenTwice = (path: string): UsageError =>
  new UsageError({
    what: 'Two outputs have the same path.',
    where: printable(path),
    next: 'give each its own',
  });

/** One spelling for each place, whatever links lead to its folder; the last name may be a link, which is what is replaced. */
async function placeOf(path: string): Promise<string> {
  const whole = resolve(path);
  return realpath(dirname(whole)).then(
    (folder) => join(folder, basename(whole)),
    () => whole,
  );
}

/** Where an input lies: under its own name and, if that is a link, where it leads. */
async function inputPlaces(path: string): Promise<{ readonly path: string; readonly places: readonly string[] }> {
  const place = await placeOf(path);
  return { path, places: [place, await realpath(path).catch(() => place)] };
}

const isAtOrIn = (place: string, output: string): boolean => place === output || place.startsWith(output + sep);

async function checkReplaceable(path: string, { force = false, folder }: ReplaceOptions): Promise<void> {
  if (!(await exists(path))) return;
  if (!force) throw new OutputExistsError(path);
  const found = folder === undefined ? await notAFile(path) : await notOurFolder(path, folder);
  if (found !== undefined) throw new OutputNotOursError(path, found, folder !== undefined);
}

/** A link that leads nowhere, or to a file, is replaced like a file. */
async function notAFile(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || found.isFile()) return undefined;
  return found.isDirectory() ? 'a folder' : 'a device, a pipe or a socket';
}

/** A file in the folder's place goes like any file that is named. */
async function notOurFolder(path: string, names: readonly string[]): Promise<string | undefined> {
  const found = await notAFile(path);
  if (found !== 'a folder') return found;
  const entries = await readdir(path, { withFileTypes: true });
  const others = entries.filter((entry) => !entry.isFile() || !(names.includes(entry.name) || OURS.test(entry.name)));
  return others.length === 0 ? undefined : `in it: ${listSome(others.map(({ name }) => printable(name)))}`;
}

/** What `convert` and `port` give to folders, in any format; and what a file manager leaves behind. */
const OURS =
  /^(model\.json|group1-shard\d+of\d+\.bin|index\.html|runtime\.js|config\.json|report\.html|README\.md|ShuffleNet_[^/]*\.(onnx|keras|safetensors|npz)|\.DS_Store|Thumbs\.db)$/;

/** Whether anything has this name, a link that leads nowhere included. */
export async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
