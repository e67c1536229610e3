// Whether a file may have links, seen from its bytes: asking the library about each path takes as long as describing what
// is there, and Keras writes none. Section numbers are of the HDF5 format specification 3.0. Read hdf5-paths.ts first.
import { viewOf } from '../core/bytes.js';

/** A superblock of version 0 or 1 (II.A): its first byte, where it has its version, and the size of an address. */
const SUPERBLOCK = { first: 0x89, version: 8, sizeOfAddress: 13 } as const;
/** Addresses of Keras's files, and the one that stands for none. */
const ADDRESS_BYTES = 8;
const NOWHERE = 0xffff_ffff_ffff_ffffn;

/** A Link Info message (IV.A.2.c) behind the header of a message (IV.A.1.a): version, flags, an index if ordered, a heap. */
const LINK_INFO = { type: 2, header: 8, allFlags: 3, ordered: 1, indexBytes: 8 } as const;
/**
 * A symbol table node (III.B): its entries (III.C), their number, and what makes one a soft link. Most have room for
 * eight entries, none for less than two. A file full of larger ones, or of more than fit, would take long to look through.
 */
const NODE = { count: 6, entries: 8, entryBytes: 40, cacheType: 16, softLink: 2, most: 64, leastBytes: 88 } as const;

/** An object header of version 2 (IV.A.1.b), whose messages look different; a symbol table node; a heap of links. */
const NEW_HEADER = ascii('OHDR');
const SYMBOL_NODE = ascii('SNOD');
const HEAP = ascii('FRHP');

/**
 * Whether some group may have a soft or external link. Only groups of the newer style can have external ones; those of
 * the older tell a soft link by its entry. `true` also stands for whatever the older style does not have, and for bytes
 * that look like it.
 */
export function mayHaveLinks(bytes: Uint8Array): boolean {
  const { first, version, sizeOfAddress } = SUPERBLOCK;
  if (bytes[0] !== first || bytes[version]! > 1 || bytes[sizeOfAddress] !== ADDRESS_BYTES) return true;
  return hasHeaderOrSoftLink(bytes) || hasLinkInfo(bytes);
}

/** Both signatures have an O, so one search finds them. Most of what it finds is weights: the next byte tells. */
function hasHeaderOrSoftLink(bytes: Uint8Array): boolean {
  const view = viewOf(bytes);
  const letter = NEW_HEADER[0]!;
  let nodes = 0;
  for (let at = bytes.indexOf(letter); at >= 0; at = bytes.indexOf(letter, at + 1)) {
    const next = bytes[at + 1];
    if (next === NEW_HEADER[1] && standsAt(bytes, at, NEW_HEADER)) return true;
    if (next !== SYMBOL_NODE[3] || !standsAt(bytes, at - 2, SYMBOL_NODE)) continue;
    if (++nodes * NODE.leastBytes > bytes.length || hasSoftEntry(view, at - 2)) return true;
  }
  return false;
}

function hasSoftEntry(view: DataView, node: number): boolean {
  const { entries, entryBytes, cacheType, softLink, most } = NODE;
  if (node + entries > view.byteLength) return false;
  const count = view.getUint16(node + NODE.count, true);
  if (count > most) return true;
  const end = Math.min(node + entries + count * entryBytes, view.byteLength - entryBytes + 1);
  for (let at = node + entries; at < end; at += entryBytes) {
    if (view.getUint32(at + cacheType, true) === softLink) return true;
  }
  return false;
}

/** Every group of the newer style has this message, whether its links lie in the header or in a heap. */
function hasLinkInfo(bytes: Uint8Array): boolean {
  const { type, header, allFlags, ordered, indexBytes } = LINK_INFO;
  for (let at = bytes.indexOf(type); at >= 0; at = bytes.indexOf(type, at + 1)) {
    if (bytes[at + 1] !== 0 || bytes[at + header] !== 0) continue;
    const flags = bytes[at + header + 1]!;
    if (flags > allFlags) continue;
    if (isHeap(bytes, at + header + 2 + (flags & ordered ? indexBytes : 0))) return true;
  }
  return false;
}

/** Whether an address at `at` leads to a heap, or to none. */
function isHeap(bytes: Uint8Array, at: number): boolean {
  if (at + ADDRESS_BYTES > bytes.length) return false;
  const address = viewOf(bytes).getBigUint64(at, true);
  return address === NOWHERE || (address < bytes.length && standsAt(bytes, Number(address), HEAP));
}

function standsAt(bytes: Uint8Array, at: number, text: Uint8Array): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
