// Which groups of a v3 store have variables, in the order of their numbers. A hostile file may nest its groups, or link
// them to one another, so that the paths never end: the walk is bounded before it begins. Read v3-store.ts first.
import { FileTooLargeError, LinkRefusedError } from './errors.js';
import type { Hdf5File } from './hdf5.js';

/** Models in models, each two groups deep; deeper is a circle of hard links. */
const MAX_DEPTH = 34;
/** Most groups of one file: about three a layer, so some thousands of layers. */
const MAX_GROUPS = 20_000;
/**
 * Least that a group takes in a file: an object header of 11 bytes, in it a Link Info or Symbol Table message of at
 * least 20 (HDF5 format specification 3.0, IV.A.1.b, IV.A.2.c and IV.A.2.r, addresses of 8 bytes), rounded up for the
 * link that leads to it. More groups than fit are one group under many names.
 */
const MIN_GROUP_BYTES = 32;

/** A group that has `vars`: a layer, or a part of one. */
export interface StoreGroup {
  /** `/layers/conv2d_1`. */
  readonly path: string;
  /** Names in its `vars`: `0`, `1`, …. */
  readonly variables: readonly string[];
}

/** An open file, or one shard of several, with what stands in it. */
export interface Store {
  readonly file: Hdf5File;
  /** Depth first, siblings in the order of their numbers; the optimizer's are left aside. */
  readonly groups: readonly StoreGroup[];
}

/**
 * Walks an open file. Throws `LinkRefusedError` for a group with two names, and `FileTooLargeError` for groups nested
 * deeper, or more of them, than Keras writes or the file can hold.
 */
export function walkStore(file: Hdf5File): Store {
  const groups: StoreGroup[] = [];
  visit({ file, groups, visited: 0, most: Math.min(MAX_GROUPS, Math.floor(file.size / MIN_GROUP_BYTES)) }, '');
  return { file, groups };
}

interface Walk {
  readonly file: Hdf5File;
  readonly groups: StoreGroup[];
  readonly most: number;
  visited: number;
}

function visit(walk: Walk, at: string): void {
  const { file, groups } = walk;
  checkBounds(walk, at);
  const names = membersOf(file, at === '' ? '/' : at);
  const vars = `${at}/vars`;
  if (at !== '' && names.includes('vars') && file.kind(vars) === 'group') {
    groups.push({ path: at, variables: membersOf(file, vars) });
  }
  for (const name of names.sort(byNumber)) {
    const path = `${at}/${name}`;
    if (name !== 'vars' && path !== '/optimizer' && file.kind(path) === 'group') visit(walk, path);
  }
}

function checkBounds(walk: Walk, at: string): void {
  const depth = at.split('/').length;
  if (depth <= MAX_DEPTH && ++walk.visited <= walk.most) return;
  const found = depth > MAX_DEPTH ? `${depth} groups in one another` : `more than ${walk.most} groups`;
  throw new FileTooLargeError(
    at,
    'The groups are nested too deep or too many (a hard link may lead in a circle).',
    found,
    'less',
  );
}

/** Names in a group. With two hard links a group, sixteen groups would be walked under 65,536 paths. */
function membersOf(file: Hdf5File, path: string): string[] {
  const names = file.members(path);
  if (names.length > 0 && file.isSecondName(path)) throw new LinkRefusedError(path, 'a second hard link to a group');
  return names;
}

/** Orders paths of groups as the walk does: by each component's class and number, a group before what it holds. */
export function byPath(a: string, b: string): number {
  const [partsA, partsB] = [a.split('/'), b.split('/')];
  const at = partsA.findIndex((part, i) => part !== partsB[i]);
  if (at < 0) return partsA.length - partsB.length;
  return at < partsB.length ? byNumber(partsA[at]!, partsB[at]!) : 1;
}

/** `conv2d`, `conv2d_1`, …, `conv2d_10`: the class, then its number. */
function byNumber(a: string, b: string): number {
  const [classA, numberA] = split(a);
  const [classB, numberB] = split(b);
  return classA < classB ? -1 : classA > classB ? 1 : numberA - numberB;
}

/** A group's class and number: `conv2d_10` is the eleventh `conv2d`. */
export function split(group: string): [className: string, number: number] {
  const match = /^(.*?)_(\d{1,6})$/.exec(group);
  return match === null ? [group, 0] : [match[1]!, Number(match[2])];
}
