// Where a file's structures have their fields, so that damage can be done where it counts. What is found here need not
// be right for every file: a field that is none is only a worse place to damage.
import { lookup3 } from './lookup3.js';

/** Bytes that hold one number or text. */
export interface Field {
  readonly at: number;
  readonly size: number;
}

/** Bytes with their checksum (lookup3) in the four bytes after them. */
export interface Seal {
  readonly start: number;
  readonly end: number;
}

/** What there is to damage in a file. */
export interface Anatomy {
  readonly fields: readonly Field[];
  /** Beginnings of structures: blocks are copied from and to here. */
  readonly starts: readonly number[];
  readonly seals: readonly Seal[];
}

/** Structures that begin with four letters, and the sizes of the fields after them (specification 3.0, III to VI). */
const STRUCTURES: Readonly<Record<string, readonly number[]>> = {
  SNOD: [1, 1, 2, 8, 8, 4, 4, 8, 8, 8, 8, 4, 4, 8, 8],
  TREE: [1, 1, 2, 8, 8, 8, 8, 8, 8, 8, 8],
  HEAP: [4, 8, 8, 8],
  GCOL: [4, 8, 2, 2, 4, 8],
  OHDR: [1, 1, 1, 1, 1, 1, 2, 1, 1, 2, 1],
  OCHK: [1, 2, 1, 2],
  FRHP: [1, 2, 2, 1, 4, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 2, 8, 8, 2, 2, 8, 2],
  FHDB: [1, 8, 2],
  FHIB: [1, 8, 2, 8],
  BTHD: [1, 1, 4, 2, 2, 1, 1, 8, 2, 8],
  BTLF: [1, 1, 4, 4, 4],
  BTIN: [1, 1, 4, 4, 4],
  FAHD: [1, 1, 1, 1, 8, 8],
  FADB: [1, 1, 8],
  EAHD: [1, 1, 1, 1, 1, 1, 1, 1, 8, 8, 8, 8, 8, 8, 8],
  EAIB: [1, 1, 8, 8, 8],
  // A zip's local header, record and end (PKWARE's APPNOTE, 4.3).
  'PK\u0003\u0004': [2, 2, 2, 2, 2, 4, 4, 4, 2, 2],
  'PK\u0001\u0002': [2, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2, 2, 2, 2, 4, 4],
  'PK\u0005\u0006': [2, 2, 2, 2, 4, 4, 2],
  'PK\u0006\u0006': [8, 2, 2, 4, 4, 8, 8, 8, 8],
};
const SUPERBLOCK = [0x89, 0x48, 0x44, 0x46];
/** Of version 0 (specification II.A): versions, sizes, tree sizes, flags, four addresses, the root's entry. */
const SUPERBLOCK_FIELDS = [4, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 4, 8, 8, 8, 8, 8, 8, 4, 4, 8, 8];
/** Structures that end with a checksum. */
const SEALED: ReadonlySet<string> = new Set([
  'OHDR',
  'OCHK',
  'FRHP',
  'FHIB',
  'BTHD',
  'BTLF',
  'BTIN',
  'FAHD',
  'FADB',
  'EAHD',
  'EAIB',
]);
/** Longest structure whose checksum is looked for, which takes the square of its length. */
const MAX_SEALED = 700;

/** Looks a file over. */
export function anatomyOf(bytes: Uint8Array): Anatomy {
  const fields: Field[] = [];
  const starts: number[] = [];
  const seals: Seal[] = [];
  for (let at = 0; at + 8 <= bytes.length; at++) {
    const isSuperblock = SUPERBLOCK.every((byte, i) => bytes[at + i] === byte);
    const signature = String.fromCharCode(...bytes.subarray(at, at + 4));
    const sizes = isSuperblock ? SUPERBLOCK_FIELDS : STRUCTURES[signature];
    const isOldHeader = at % 8 === 0 && looksLikeOldHeader(bytes, at);
    if (sizes === undefined && !isOldHeader) continue;
    starts.push(at);
    if (sizes !== undefined) fields.push(...inARow(at + 4, sizes));
    if (isOldHeader) fields.push(...oldHeaderFields(bytes, at));
    const isSealed = SEALED.has(signature) || (isSuperblock && bytes[at + 8]! >= 2);
    const seal = isSealed ? findSeal(bytes, at) : undefined;
    if (seal === undefined) continue;
    seals.push(seal);
    if (signature.startsWith('O')) fields.push(...newHeaderFields(bytes, seal));
  }
  return { fields: fields.filter(({ at, size }) => at + size <= bytes.length), starts, seals };
}

/** Writes the checksums anew. */
export function reseal(bytes: Uint8Array, seals: readonly Seal[]): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (const { start, end } of seals) {
    if (end + 4 <= bytes.length) view.setUint32(end, lookup3(bytes.subarray(start, end)), true);
  }
}

function inARow(start: number, sizes: readonly number[]): Field[] {
  let at = start;
  return sizes.map((size) => {
    at += size;
    return { at: at - size, size };
  });
}

/** An object header of version 1 has no signature: a version, a zero, few messages, few references, a size (IV.A.1.a). */
function looksLikeOldHeader(bytes: Uint8Array, at: number): boolean {
  if (at + 16 > bytes.length) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 16);
  const [messages, references, size] = [view.getUint16(2, true), view.getUint32(4, true), view.getUint32(8, true)];
  return bytes[at] === 1 && bytes[at + 1] === 0 && messages > 0 && messages < 64 && references > 0 && references < 16
    ? size > 0 && size < 65_536 && size % 8 === 0 && view.getUint32(12, true) === 0
    : false;
}

/** Header of eight bytes, then the body, whose first bytes are fields of 1, 2, 4 or 8. */
function oldHeaderFields(bytes: Uint8Array, at: number): Field[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const fields = inARow(at, [1, 1, 2, 4, 4]);
  let message = at + 16;
  const end = Math.min(message + view.getUint32(at + 8, true), bytes.length - 8);
  while (message < end) {
    const size = view.getUint16(message + 2, true);
    fields.push(...inARow(message, [2, 2, 1]), ...bodyFields(message + 8, size));
    message += 8 + size;
  }
  return fields;
}

/** Header of four bytes, sometimes six; where the first begins depends on the flags. */
function newHeaderFields(bytes: Uint8Array, { start, end }: Seal): Field[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const flags = bytes[start + 5]!;
  const isFirst = bytes[start + 2] === 0x44;
  const times = flags & 0x20 ? 16 : 0;
  const phases = flags & 0x10 ? 4 : 0;
  let message = isFirst ? start + 6 + times + phases + 2 ** (flags & 3) : start + 4 + 8;
  const fields: Field[] = [];
  while (message + 4 <= end) {
    const size = view.getUint16(message + 1, true);
    fields.push(...inARow(message, [1, 2, 1]), ...bodyFields(message + 4, Math.min(size, end - message)));
    message += 4 + size;
  }
  return fields;
}

/** Every byte of a body's first 32, and every number of 2, 4 and 8 bytes that may begin there. */
function bodyFields(at: number, size: number): Field[] {
  const fields: Field[] = [];
  for (let i = 0; i < Math.min(size, 40); i++) {
    fields.push({ at: at + i, size: 1 });
    for (const width of [2, 4, 8]) if (i % width === 0) fields.push({ at: at + i, size: width });
  }
  return fields;
}

/** The checksum that ends a structure, if it has one: the first place where it fits. */
function findSeal(bytes: Uint8Array, start: number): Seal | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let end = start + 8; end + 4 <= Math.min(bytes.length, start + MAX_SEALED); end++) {
    if (view.getUint32(end, true) === lookup3(bytes.subarray(start, end))) return { start, end };
  }
  return undefined;
}
