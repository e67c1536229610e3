// What can be wrong with an array file, an archive or a safetensors file. All are the file's fault, one class a cause.
// Read first: ../core/errors.ts. Names in `where` have been made printable by whoever composed it.
import { ShuffleportError } from '../core/errors.js';
import { formatBytes, formatCount, plural, printable } from '../core/text.js';

const COPY_AGAIN = 'copy or download the file again; compare its size with the original';
const WRITE_AGAIN = 'write the file again from its source';

/** The bytes are not of the format they were read as. */
export class FormatSignatureError extends ShuffleportError {
  readonly tag = 'FormatSignature';
  readonly kind = 'file';
  readonly format: string;
  constructor(format: string, where: string, bytes: Uint8Array, expected: string) {
    const next = 'check which file was given';
    super({ what: `This is not a ${format} file.`, where, found: describeStart(bytes), expected, next });
    this.format = format;
  }
}

/** The first bytes, as hexadecimal. */
function describeStart(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'an empty file';
  const hex = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0'));
  return `${plural(bytes.length, 'byte')} beginning ${hex.join(' ')}`;
}

/** Bytes are missing at the end. `found` and `expected` count bytes. */
export class TruncatedFileError extends ShuffleportError {
  readonly tag = 'TruncatedFile';
  readonly kind = 'file';
  readonly found: number;
  /** Absent where the part that would say so is among what is missing. */
  readonly expected: number | undefined;
  constructor(where: string, found: number, expected: number | undefined, part: string) {
    super({
      what: 'The file ends too early.',
      where,
      found: plural(found, 'byte'),
      expected: expected === undefined ? part : `${plural(expected, 'byte')} (${part})`,
      next: COPY_AGAIN,
    });
    this.found = found;
    this.expected = expected;
  }
}

/** There are bytes after the end of what the file declares. Counts are bytes. */
export class TrailingBytesError extends ShuffleportError {
  readonly tag = 'TrailingBytes';
  readonly kind = 'file';
  readonly found: number;
  readonly expected: number;
  constructor(where: string, found: number, expected: number, part: string) {
    super({
      what: `${plural(found - expected, 'byte')} too many.`,
      where,
      found: plural(found, 'byte'),
      expected: `${plural(expected, 'byte')} (${part})`,
      next: 'the declared size and the data disagree: write the file again from its source',
    });
    this.found = found;
    this.expected = expected;
  }
}

/** A header or directory that breaks its format's rules. */
export class MalformedFileError extends ShuffleportError {
  readonly tag = 'MalformedFile';
  readonly kind = 'file';
  constructor(what: string, where: string, found?: string, expected?: string, options?: ErrorOptions) {
    super({ what, where, found, expected, next: WRITE_AGAIN }, options);
  }
}

/** A type of element that is not read. */
export class UnsupportedDtypeError extends ShuffleportError {
  readonly tag = 'UnsupportedDtype';
  readonly kind = 'file';
  /** The type as the file spells it. */
  readonly dtype: string;
  constructor(where: string, dtype: string, expected: string, next?: string) {
    super({
      what: 'The array has a type of element that is not read.',
      where,
      found: printable(dtype),
      expected,
      next,
    });
    this.dtype = dtype;
  }
}

/** A 64-bit integer that a double cannot hold exactly. */
export class InexactIntegerError extends ShuffleportError {
  readonly tag = 'InexactInteger';
  readonly kind = 'file';
  readonly value: bigint;
  /** Flat position in the order in which the file stores the elements. */
  readonly index: number;
  constructor(where: string, value: bigint, index: number) {
    super({
      what: 'A 64-bit integer is too large to be read exactly.',
      where,
      found: `${value} at position ${formatCount(index)}`,
      expected: 'integers from -2^53 to 2^53, which a double holds exactly',
      next: 'store the array as float64 if its values may be rounded',
    });
    this.value = value;
    this.index = index;
  }
}

/** A declared size above what is read from a file that nobody vouches for. */
export class FileLimitError extends ShuffleportError {
  readonly tag = 'FileLimit';
  readonly kind = 'file';
  readonly found: number;
  readonly limit: number;
  constructor(
    where: string,
    measure: 'bytes' | 'entries' | 'elements' | 'dimensions',
    what: string,
    found: number,
    limit: number,
  ) {
    const show = (n: number) => (measure === 'bytes' ? formatBytes(n) : `${formatCount(n)} ${measure}`);
    super({
      what: `${what} is over the limit.`,
      where,
      found: show(found),
      expected: `at most ${show(limit)}`,
      next: 'do not trust the file: no file of weights needs as much',
    });
    this.found = found;
    this.limit = limit;
  }
}

/** An archive member that needs a password. */
export class EncryptedMemberError extends ShuffleportError {
  readonly tag = 'EncryptedMember';
  readonly kind = 'file';
  constructor(where: string) {
    super({ what: 'The archive member is encrypted.', where, next: 'unpack it and pack it again without a password' });
  }
}

/** An archive member compressed in a way that is not read. */
export class UnsupportedCompressionError extends ShuffleportError {
  readonly tag = 'UnsupportedCompression';
  readonly kind = 'file';
  readonly method: number;
  constructor(where: string, method: number) {
    const name = METHODS.get(method);
    super({
      what: 'The archive member is compressed with a method that is not read.',
      where,
      found: name === undefined ? `method ${method}` : `${name} (method ${method})`,
      expected: 'stored (method 0) or deflate (method 8), which Keras and numpy write',
      next: 'pack the archive again with deflate',
    });
    this.method = method;
  }
}

const METHODS: ReadonlyMap<number, string> = new Map([
  [9, 'deflate64'],
  [12, 'bzip2'],
  [14, 'LZMA'],
  [93, 'Zstandard'],
  [95, 'xz'],
  [99, 'AES encryption'],
]);

/** Two members or tensors of one file have the same name, so that readers may disagree about which one counts. */
export class DuplicateNameError extends ShuffleportError {
  readonly tag = 'DuplicateName';
  readonly kind = 'file';
  /** As the file has it, not made printable. */
  readonly duplicate: string;
  constructor(where: string, name: string) {
    super({
      what: 'A name occurs twice in one file.',
      where,
      found: `"${printable(name)}"`,
      expected: 'each name once',
      next: WRITE_AGAIN,
    });
    this.duplicate = name;
  }
}

/** The bytes are not those the archive was made with. */
export class ChecksumError extends ShuffleportError {
  readonly tag = 'Checksum';
  readonly kind = 'file';
  constructor(where: string, found: number, expected: number) {
    const hex = (crc: number) => `CRC-32 ${crc.toString(16).padStart(8, '0')}`;
    super({ what: 'The data is damaged.', where, found: hex(found), expected: hex(expected), next: COPY_AGAIN });
  }
}

/** Compressed data that cannot be inflated to what it is declared to hold. */
export class InflateError extends ShuffleportError {
  readonly tag = 'Inflate';
  readonly kind = 'file';
  constructor(where: string, found: string, expected: string, options?: ErrorOptions) {
    super({ what: 'The compressed data is damaged.', where, found, expected, next: COPY_AGAIN }, options);
  }
}

/** A tensor of a safetensors file lies where its neighbours or its own shape say it cannot. */
export class TensorExtentError extends ShuffleportError {
  readonly tag = 'TensorExtent';
  readonly kind = 'file';
  constructor(what: string, where: string, found: string, expected: string) {
    super({
      what,
      where,
      found,
      expected,
      next: 'write the file again: the official writer leaves no gaps or overlaps',
    });
  }
}
