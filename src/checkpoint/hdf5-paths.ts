// What stands at a path of an HDF5 file. The library follows links and fails for good when asked too often for what is
// not there, so each component is looked at before the next, and one walk over the file spares most of the asking. In a
// file without links even the walk is spared, as long as everything is where its lists say.
import { printable } from '../core/text.js';
import { guard, guess, type Handle, mayGuess } from './hdf5-handle.js';

/** What stands at a path; links are named, not followed. */
export interface Kind {
  readonly kind: 'group' | 'dataset' | 'link' | 'missing';
  /** Of a link: what it is, with its target. */
  readonly link?: string;
}

/** What is known of a file's paths; it grows as they are looked at. */
export interface Paths {
  readonly handle: Handle;
  readonly kinds: Map<string, Kind>;
  readonly members: Map<string, ReadonlySet<string>>;
  walked: Walk | undefined;
}

/** Paths of the objects a walk meets, and of the groups that hold some, with the root. */
interface Walk {
  readonly objects: Set<string>;
  readonly groups: Set<string>;
}

const GROUP: Kind = { kind: 'group' };
const MISSING: Kind = { kind: 'missing' };

/** The paths of a file of which nothing is known yet. */
export function pathsOf(handle: Handle): Paths {
  return { handle, kinds: new Map(), members: new Map(), walked: undefined };
}

/** Names in a group, in the library's order. */
export function membersAt({ handle }: Paths, path: string): string[] {
  return guard(handle, () => handle.library.get_names(handle.id, path, false));
}

/**
 * What stands at a path. Every component must be there, and a group, and no link, before the next is looked at. The
 * library is never asked for what is not there: each of its errors costs a little of its stack for good.
 */
export function look(paths: Paths, path: string): Kind {
  if (path.includes('\0')) return MISSING; // The library would look for what stands before the NUL.
  if (path === '/' || path === '') return GROUP;
  const guessed = isUntouched(paths) ? guessAt(paths, path, () => kindByType(paths, path)) : undefined;
  return guessed ?? lookAtEach(paths, path);
}

function lookAtEach(paths: Paths, path: string): Kind {
  if (walkOf(paths).groups.has(path)) return GROUP;
  for (let cut = 0; ; ) {
    cut = path.indexOf('/', cut + 1);
    const kind = lookBelowGroup(paths, cut < 0 ? path : path.slice(0, cut));
    if (cut < 0 || kind.kind === 'link') return kind;
    if (kind.kind !== 'group') return MISSING;
  }
}

/** What stands at a path whose parent is known to be a group. */
function lookBelowGroup(paths: Paths, path: string): Kind {
  if (walkOf(paths).groups.has(path)) return GROUP;
  const known = paths.kinds.get(path);
  if (known !== undefined) return known;
  const kind = guard(paths.handle, () => kindOf(paths, path));
  paths.kinds.set(path, kind);
  return kind;
}

function kindOf(paths: Paths, path: string): Kind {
  if (!exists(paths, path)) return MISSING;
  const { library, id } = paths.handle;
  // Also where there are no links: of a name that leads nowhere it tells why.
  const target = library.get_symbolic_link(id, path);
  if (target !== null) return { kind: 'link', link: `a soft link to "${printable(target)}"` };
  return kindByType(paths, path);
}

/** Of what is no soft link. The library does not throw over a name that a group does not have. */
function kindByType({ handle }: Paths, path: string): Kind {
  const { library, id } = handle;
  const type = library.get_type(id, path);
  if (type === library.H5G_DATASET) return { kind: 'dataset' };
  if (type === library.H5G_GROUP) return GROUP;
  return type === library.H5G_UDLINK ? externalLink(handle, path) : MISSING;
}

/** Below a group that is there. A group with two names is walked under one of them only; then its members tell. */
function exists(paths: Paths, path: string): boolean {
  const { objects, groups } = walkOf(paths);
  if (objects.has(path)) return true;
  const { library, id } = paths.handle;
  const cut = path.lastIndexOf('/');
  const group = path.slice(0, cut) || '/';
  if (groups.has(group)) return false;
  const members = paths.members.get(group) ?? new Set(library.get_names(id, group, false));
  paths.members.set(group, members);
  return members.has(path.slice(cut + 1));
}

function externalLink({ library, id }: Handle, path: string): Kind {
  const { filename, obj_path } = library.get_external_link(id, path);
  return { kind: 'link', link: `an external link to "${printable(obj_path)}" in the file "${printable(filename)}"` };
}

/** Components that the library reads in another way than they stand: none, `.`, and what follows a NUL. */
const UNUSUAL = /\/\.?(\/|$)|\0/;

/**
 * The answer of a call about a path that is mostly right, made before the path is looked at; `undefined` where it may
 * not be made, or was wrong. A wrong one makes the library throw, so after the first the file is walked.
 */
export function guessAt<T>(paths: Paths, path: string, call: () => T): T | undefined {
  if (!mayGuessAt(paths, path)) return undefined;
  const answer = guess(call);
  if (answer === undefined) walkOf(paths);
  return answer;
}

function mayGuessAt(paths: Paths, path: string): boolean {
  if (!mayGuess()) return false;
  if (isUntouched(paths)) return !UNUSUAL.test(path);
  const { library, id, linked } = paths.handle;
  return isLeaf(paths, path) && (!linked || library.get_symbolic_link(id, path) === null);
}

/** Whether the file has no links, and all that was asked for so far was there. */
const isUntouched = ({ handle, walked }: Paths): boolean => !handle.linked && walked === undefined;

/** Whether the walk met the path, and nothing below it: it is mostly a dataset, or a group without members. */
function isLeaf(paths: Paths, path: string): boolean {
  const { objects, groups } = walkOf(paths);
  return objects.has(path) && !groups.has(path);
}

/** Whether a group that has members was walked under another path. False where the file could not be walked. */
export function isSecondName(paths: Paths, path: string): boolean {
  const { groups } = walkOf(paths);
  return groups.size > 0 && !groups.has(path);
}

/**
 * What one walk over the file meets: it goes into each group once and follows no link, so a path it reports has no link
 * above its last component, and a path below which it reports something is a group itself. Empty for a damaged file.
 */
function walkOf(paths: Paths): Walk {
  if (paths.walked !== undefined) return paths.walked;
  const walk: Walk = { objects: new Set(), groups: new Set() };
  paths.walked = walk;
  try {
    for (const name of paths.handle.library.get_names(paths.handle.id, '/', true)) addPath(walk, name);
    walk.groups.add('/');
  } catch {
    // Part of the tree cannot be walked; each path is then looked at component by component.
  }
  return walk;
}

function addPath({ objects, groups }: Walk, name: string): void {
  objects.add(`/${name}`);
  for (let cut = name.lastIndexOf('/'); cut > 0; cut = name.lastIndexOf('/', cut - 1)) {
    const group = `/${name.slice(0, cut)}`;
    if (groups.has(group)) return;
    groups.add(group);
  }
}
