// Zip archives, written: stored, not compressed, the same bytes for the same members every time.
// Laid out as Python's zipfile does for numpy.savez, which writes sizes in zip64 fields throughout. Read first: zip.ts.
import { concatBytes, encodeText } from '../core/bytes.js';
import { crc32 } from './crc32.js';

/** A file to be put into an archive. */
export interface ZipMember {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** 4.5, the version that knows zip64. */
const VERSION = 45;
const UNIX = 3;
/** A file that its owner may read and write: -rw-------. */
const PERMISSIONS = 0o600;
/** 1980-01-01, the first day a zip archive can name: day 1, month 1, year 0. */
const FIXED_DATE = (0 << 9) | (1 << 5) | 1;
const NAME_IS_UTF8 = 0x0800;
const MAX_MEMBERS = 0xffff;
/** Content of all members: 4 GiB, less room for 65,535 headers and records. */
const MAX_BYTES = 0xe0000000;

/**
 * An archive of the members in the order given. Throws a RangeError for two members of one name, for 65,536 members or
 * more, and for more than 3.5 GiB in all.
 */
export function writeZip(members: Iterable<ZipMember>): Uint8Array<ArrayBuffer> {
  const data: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  const list = [...members];
  checkMembers(list);
  let offset = 0;
  for (const { name, bytes } of list) {
    const described = describe(name, bytes);
    directory.push(directoryRecord(described, offset));
    data.push(localHeader(described), bytes);
    offset += LOCAL_OVERHEAD + described.name.length + bytes.length;
  }
  const size = directory.reduce((sum, record) => sum + record.length, 0);
  return concatBytes([...data, ...directory, endRecord(list.length, size, offset)]);
}

/** Headers and records are far smaller than what MAX_BYTES leaves of 4 GiB. */
function checkMembers(members: readonly ZipMember[]): void {
  const names = new Set<string>();
  for (const { name } of members) {
    if (names.has(name)) throw new RangeError(`two members of the archive are named ${name}`);
    names.add(name);
  }
  const total = members.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (members.length > MAX_MEMBERS || total > MAX_BYTES) throw new RangeError('too much for one zip archive');
}

interface Described {
  name: Uint8Array;
  flags: number;
  crc: number;
  size: number;
}

function describe(name: string, bytes: Uint8Array): Described {
  const encoded = encodeText(name);
  const ascii = encoded.every((byte) => byte < 0x80);
  return { name: encoded, flags: ascii ? 0 : NAME_IS_UTF8, crc: crc32(bytes), size: bytes.length };
}

/** Local header and zip64 field, without the name. */
const LOCAL_OVERHEAD = 30 + 20;

function localHeader({ name, flags, crc, size }: Described): Uint8Array {
  return concatBytes([
    uint32(0x04034b50),
    uint16(VERSION, flags, 0, 0, FIXED_DATE),
    uint32(crc, 0xffffffff, 0xffffffff),
    uint16(name.length, 20),
    name,
    uint16(1, 16),
    uint32(size, 0, size, 0),
  ]);
}

function directoryRecord({ name, flags, crc, size }: Described, offset: number): Uint8Array {
  return concatBytes([
    uint32(0x02014b50),
    uint16((UNIX << 8) | VERSION, VERSION, flags, 0, 0, FIXED_DATE),
    uint32(crc, size, size),
    uint16(name.length, 0, 0, 0, 0),
    uint32(PERMISSIONS << 16, offset),
    name,
  ]);
}

function endRecord(count: number, size: number, offset: number): Uint8Array {
  return concatBytes([uint32(0x06054b50), uint16(0, 0, count, count), uint32(size, offset), uint16(0)]);
}

/** The numbers as little-endian 16-bit fields. */
function uint16(...values: number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [value & 0xff, (value >> 8) & 0xff]));
}

/** The numbers as little-endian 32-bit fields. */
function uint32(...values: number[]): Uint8Array {
  return concatBytes(values.map((value) => uint16(value & 0xffff, value >>> 16)));
}
