// Zip archives, read: the members of a .keras or .npz file, each bounded, checked and inflated on demand.
// Read first: zip-directory.ts. What two zip readers could understand differently is refused, so that nobody sees
// other weights than we do. Written by zip-write.ts.
import { decodeText, equalBytes, viewOf } from '../core/bytes.js';
import { plural, printable } from '../core/text.js';
import { crc32 } from './crc32.js';
import {
  ChecksumError,
  DuplicateNameError,
  EncryptedMemberError,
  FileLimitError,
  MalformedFileError,
  UnsupportedCompressionError,
} from './errors.js';
import { inflate, inflateHead } from './inflate.js';
import { type DirectoryRecord, readDirectory, resolveZip64 } from './zip-directory.js';

/** A member of an archive. */
export interface ZipEntry {
  readonly name: string;
  /** Bytes, uncompressed. */
  readonly size: number;
  /** All the bytes, checksum verified. May be a view of the archive. Throws `ChecksumError`, `InflateError`. */
  read(): Uint8Array;
  /** The first bytes, `atMost` of them, without the cost of reading all and without the checksum. */
  head(atMost: number): Uint8Array;
}

/** What is read at most from an archive that nobody vouches for. */
export interface ZipLimits {
  /** Members. */
  readonly entries: number;
  /** Bytes of one member, uncompressed. */
  readonly entryBytes: number;
  /** Bytes of all members together, uncompressed, as a multiple of the archive's size … */
  readonly ratio: number;
  /** … unless they are this few anyway. */
  readonly freeBytes: number;
}

/** The limits that hold where a caller sets no others. */
const ZIP_LIMITS: ZipLimits = {
  /** As many as an archive without zip64 can count; a network has hundreds of layers. */
  entries: 65_535,
  /** 2 GiB: no ShuffleNet, and no recording of one, comes near it. */
  entryBytes: 2 ** 31,
  /** Weights and activations are mostly noise and shrink a few times at most; deflate's own limit is 1032. */
  ratio: 100,
  /** 256 MiB: arrays of zeros do shrink 1000 times, and this much is no attack. */
  freeBytes: 2 ** 28,
};

const LOCAL = 0x04034b50;
const LOCAL_SIZE = 30;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 0x0001;
/** Sizes and checksum follow the data, so that the local header may have zeros instead. */
const SIZES_FOLLOW = 0x0008;

interface Member extends DirectoryRecord {
  readonly label: string;
  readonly where: string;
  /** The compressed bytes. */
  readonly data: Uint8Array;
  /** Where they end. */
  readonly end: number;
}

/**
 * The members of an archive in the directory's order. Directory, local headers, limits and overlaps are checked now,
 * contents on reading. Throws `FormatSignatureError`, `TruncatedFileError`, `TrailingBytesError`, `MalformedFileError`,
 * `FileLimitError`, `DuplicateNameError`, `EncryptedMemberError`, `UnsupportedCompressionError`.
 */
export function readZip(bytes: Uint8Array, where: string, limits: Partial<ZipLimits> = {}): ZipEntry[] {
  const bounds = { ...ZIP_LIMITS, ...limits };
  const { records, start } = readDirectory(bytes, bounds.entries, where);
  const members = records.map((record) => locate(bytes, record, start, where));
  checkNames(members, where);
  checkOverlaps(members, where);
  checkSizes(members, bytes.length, bounds, where);
  return members.map(entryOf);
}

function entryOf(member: Member): ZipEntry {
  const { label, where, data, size, method } = member;
  return {
    name: label,
    size,
    read: () => {
      const content = method === STORED ? data : inflate(data, size, 'raw', where);
      const crc = crc32(content);
      if (crc !== member.crc) throw new ChecksumError(where, crc, member.crc);
      return content;
    },
    head: (atMost) => (method === STORED ? data.subarray(0, atMost) : inflateHead(data, size, atMost, where)),
  };
}

/** Finds a member's data by its local header, and holds that header against the directory. */
function locate(bytes: Uint8Array, record: DirectoryRecord, limit: number, archive: string): Member {
  const label = decodeText(record.name);
  const where = `${archive}, member "${printable(label)}"`;
  if (record.flags & ENCRYPTED) throw new EncryptedMemberError(where);
  if (record.method !== STORED && record.method !== DEFLATED)
    throw new UnsupportedCompressionError(where, record.method);
  if (record.method === STORED && record.size !== record.compressedSize) {
    throw new MalformedFileError(
      'A stored member has two sizes.',
      where,
      plural(record.compressedSize, 'byte'),
      plural(record.size, 'byte'),
    );
  }
  const view = viewOf(bytes);
  const at = record.offset;
  if (at + LOCAL_SIZE > limit || view.getUint32(at, true) !== LOCAL) {
    throw new MalformedFileError('The member is not where the directory says.', where, `no local header at byte ${at}`);
  }
  const nameEnd = at + LOCAL_SIZE + view.getUint16(at + 26, true);
  const start = nameEnd + view.getUint16(at + 28, true);
  const end = start + record.compressedSize;
  if (end > limit) {
    throw new MalformedFileError('The member reaches beyond the data.', where, `byte ${end}`, `at most byte ${limit}`);
  }
  const extra = bytes.subarray(nameEnd, start);
  checkLocal(view, record, bytes.subarray(at + LOCAL_SIZE, nameEnd), extra, where);
  return { ...record, label, where, data: bytes.subarray(start, end), end };
}

function checkLocal(view: DataView, record: DirectoryRecord, name: Uint8Array, extra: Uint8Array, where: string): void {
  const at = record.offset;
  const disagree = (part: string): MalformedFileError =>
    new MalformedFileError('The directory and the member disagree.', where, `another ${part}`, 'the same twice');
  if (!equalBytes(name, record.name)) throw disagree('name');
  if (view.getUint16(at + 8, true) !== record.method) throw disagree('compression method');
  const flags = view.getUint16(at + 6, true);
  if ((flags ^ record.flags) & (ENCRYPTED | SIZES_FOLLOW)) throw disagree('set of flags');
  const [size, compressedSize] = resolveZip64(
    [view.getUint32(at + 22, true), view.getUint32(at + 18, true)],
    extra,
    where,
  );
  const same = (local: number, listed: number) => local === listed || (flags & SIZES_FOLLOW && local === 0);
  if (!same(size!, record.size) || !same(compressedSize!, record.compressedSize)) throw disagree('size');
  if (!same(view.getUint32(at + 14, true), record.crc)) throw disagree('checksum');
}

function checkNames(members: readonly Member[], where: string): void {
  const seen = new Set<string>();
  for (const { label } of members) {
    if (seen.has(label)) throw new DuplicateNameError(where, label);
    seen.add(label);
  }
}

/** Members that share bytes are how small archives inflate to huge ones. */
function checkOverlaps(members: readonly Member[], where: string): void {
  let end = 0;
  for (const member of [...members].sort((a, b) => a.offset - b.offset)) {
    if (member.offset < end) {
      throw new MalformedFileError('Two members of the archive overlap.', where, `"${printable(member.label)}"`);
    }
    end = member.end;
  }
}

function checkSizes(members: readonly Member[], archiveSize: number, limits: ZipLimits, where: string): void {
  for (const member of members) {
    if (member.size > limits.entryBytes) {
      throw new FileLimitError(member.where, 'bytes', 'The uncompressed member', member.size, limits.entryBytes);
    }
  }
  const total = members.reduce((sum, member) => sum + member.size, 0);
  const most = Math.max(limits.freeBytes, limits.ratio * archiveSize);
  if (total > most) throw new FileLimitError(where, 'bytes', 'The uncompressed archive', total, most);
}
