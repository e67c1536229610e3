// The central directory of a zip archive: which members there are, and where. The layout is PKWARE's APPNOTE.TXT,
// sections 4.3.12 to 4.3.16 and 4.5.3 (zip64). Read next: zip.ts, which holds it against the members themselves.
import { viewOf } from '../core/bytes.js';
import {
  FileLimitError,
  FormatSignatureError,
  MalformedFileError,
  TrailingBytesError,
  TruncatedFileError,
} from './errors.js';

/** A member as the directory describes it. Sizes and offsets are bytes. */
export interface DirectoryRecord {
  readonly name: Uint8Array;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Where the member's local header begins. */
  readonly offset: number;
}

export interface ZipDirectory {
  readonly records: readonly DirectoryRecord[];
  /** Where the directory begins: members end before it. */
  readonly start: number;
}

const END = 0x06054b50;
const END_SIZE = 22;
const LOCATOR = 0x07064b50;
const LOCATOR_SIZE = 20;
const END64 = 0x06064b50;
const END64_SIZE = 56;
const RECORD = 0x02014b50;
const RECORD_SIZE = 46;

/** A 16- or 32-bit field with all bits set: the value is in the zip64 record instead. */
const IN_ZIP64_16 = 0xffff;
const IN_ZIP64_32 = 0xffffffff;

/** Reads the directory at the end of the archive; more than `maxEntries` members are refused unread. */
export function readDirectory(bytes: Uint8Array, maxEntries: number, where: string): ZipDirectory {
  const end = findEnd(bytes, where);
  const { count, size, start, limit } = readEnd(bytes, end, where);
  if (count > maxEntries) throw new FileLimitError(where, 'entries', 'The archive', count, maxEntries);
  if (start + size !== limit) {
    throw malformed(where, 'The directory does not end where the archive does.', `${start} + ${size}`, `${limit}`);
  }
  const records: DirectoryRecord[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    const { record, next } = readRecord(bytes, at, limit, where);
    records.push(record);
    at = next;
  }
  if (at !== limit) throw malformed(where, 'The directory has another size than its records.', `${at}`, `${limit}`);
  return { records, start };
}

/** Position of the end record: the last one that lies within reach of the longest comment. */
function findEnd(bytes: Uint8Array, where: string): number {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) {
    throw new FormatSignatureError('zip', where, bytes, 'an archive, beginning 50 4b (PK)');
  }
  const view = viewOf(bytes);
  const earliest = Math.max(0, bytes.length - END_SIZE - 0xffff);
  for (let at = bytes.length - END_SIZE; at >= earliest; at--) {
    if (view.getUint32(at, true) !== END) continue;
    const end = at + END_SIZE + view.getUint16(at + 20, true);
    const part = 'up to the end of the directory';
    if (end > bytes.length) throw new TruncatedFileError(where, bytes.length, end, part);
    if (end < bytes.length) throw new TrailingBytesError(where, bytes.length, end, part);
    return at;
  }
  throw new TruncatedFileError(where, bytes.length, undefined, 'a directory at the end of the archive');
}

interface End {
  count: number;
  size: number;
  start: number;
  /** Where the directory must end. */
  limit: number;
}

function readEnd(bytes: Uint8Array, at: number, where: string): End {
  const view = viewOf(bytes);
  const short = {
    count: view.getUint16(at + 10, true),
    size: view.getUint32(at + 12, true),
    start: view.getUint32(at + 16, true),
  };
  const disks = [view.getUint16(at + 4, true), view.getUint16(at + 6, true)];
  const inParts = disks.some((disk) => disk !== 0 && disk !== IN_ZIP64_16);
  if (inParts) throw malformed(where, 'The archive is one part of several.');
  const locator = at - LOCATOR_SIZE;
  if (locator < 0 || view.getUint32(locator, true) !== LOCATOR) return { ...short, limit: at };
  const long = readEnd64(view, locator, where);
  const agree = (part: 'count' | 'size' | 'start', marker: number) =>
    short[part] === marker || short[part] === long[part];
  if (!agree('count', IN_ZIP64_16) || !agree('size', IN_ZIP64_32) || !agree('start', IN_ZIP64_32)) {
    throw malformed(where, 'The two end records of the archive disagree.');
  }
  return long;
}

/** The zip64 end record, which its locator must follow at once. */
function readEnd64(view: DataView, locator: number, where: string): End {
  const at = Number(view.getBigUint64(locator + 8, true));
  const isThere = at + END64_SIZE <= locator && view.getUint32(at, true) === END64;
  if (!isThere || at + 12 + Number(view.getBigUint64(at + 4, true)) !== locator) {
    throw malformed(where, 'The zip64 end record is not where its locator says.', `byte ${at}`);
  }
  return {
    count: Number(view.getBigUint64(at + 32, true)),
    size: Number(view.getBigUint64(at + 40, true)),
    start: Number(view.getBigUint64(at + 48, true)),
    limit: at,
  };
}

function readRecord(
  bytes: Uint8Array,
  at: number,
  limit: number,
  where: string,
): { record: DirectoryRecord; next: number } {
  const view = viewOf(bytes);
  if (at + RECORD_SIZE > limit || view.getUint32(at, true) !== RECORD) {
    throw malformed(where, 'The directory has fewer records than it says.', `no record at byte ${at}`);
  }
  const nameEnd = at + RECORD_SIZE + view.getUint16(at + 28, true);
  const extraEnd = nameEnd + view.getUint16(at + 30, true);
  const next = extraEnd + view.getUint16(at + 32, true);
  if (next > limit)
    throw malformed(where, 'A record of the directory is longer than the directory.', `${next}`, `${limit}`);
  const short = [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)];
  const [size, compressedSize, offset] = resolveZip64(short, bytes.subarray(nameEnd, extraEnd), where);
  const record = {
    name: bytes.subarray(at + RECORD_SIZE, nameEnd),
    flags: view.getUint16(at + 8, true),
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    compressedSize: compressedSize!,
    size: size!,
    offset: offset!,
  };
  return { record, next };
}

/**
 * Sizes and offsets with those marked as too large for 32 bits taken, in order, from the zip64 field among `extra`.
 * Numbers beyond 2^53 lose digits, but are over every limit all the same.
 */
export function resolveZip64(short: readonly number[], extra: Uint8Array, where: string): number[] {
  if (!short.includes(IN_ZIP64_32)) return [...short];
  const field = findExtra(extra, 1);
  let at = 0;
  return short.map((value) => {
    if (value !== IN_ZIP64_32) return value;
    if (field === undefined || at + 8 > field.length) throw malformed(where, 'A zip64 size is missing.');
    at += 8;
    return Number(viewOf(field).getBigUint64(at - 8, true));
  });
}

/** The extra field with this identifier. */
function findExtra(extra: Uint8Array, id: number): Uint8Array | undefined {
  const view = viewOf(extra);
  let at = 0;
  while (at + 4 <= extra.length) {
    const end = at + 4 + view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === id) return extra.subarray(at + 4, end);
    at = end;
  }
  return undefined;
}

function malformed(where: string, what: string, found?: string, expected?: string): MalformedFileError {
  return new MalformedFileError(what, where, found, expected);
}
