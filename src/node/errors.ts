// What the file system has against it.
import { ShuffleportError, UsageError } from '../core/errors.js';
import { printable } from '../core/text.js';

/** The path leads nowhere, or not to a file that can be read. */
export class UnreadablePathError extends ShuffleportError {
  readonly tag = 'UnreadablePath';
  readonly kind = 'file';
  /** Node's code: `ENOENT`, `EACCES`, `EISDIR`. */
  readonly code: string;
  constructor(path: string, code: string, options?: ErrorOptions) {
    super(
      { what: `${REASONS[code] ?? 'The file cannot be read.'}`, where: printable(path), found: code, next: NEXT[code] },
      options,
    );
    this.code = code;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'There is no such file.',
  EACCES: 'The file may not be read.',
  EISDIR: 'This is a directory, not a file.',
  ERR_FS_FILE_TOO_LARGE: 'The file is larger than 2 GiB, which is more than can be read at once.',
};

const NEXT: Readonly<Record<string, string>> = {
  ENOENT: 'check the path',
  EISDIR: 'name the file in it: a SavedModel directory is not read, save the weights as .h5',
};

/** Something is there already. */
export class OutputExistsError extends UsageError {
  override readonly tag = 'OutputExists';
  constructor(path: string) {
    super({
      what: 'The output exists already.',
      where: printable(path),
      next: 'name another with -o, or say --force to replace it',
    });
  }
}

/** The output cannot be written there. */
export class UnwritablePathError extends UsageError {
  override readonly tag = 'UnwritablePath';
  constructor(path: string, code: string, options?: ErrorOptions) {
    super({
      what: 'The output cannot be written.',
      where: printable(path),
      found: code,
      next: 'name a place that can be written with -o',
    });
    if (options?.cause !== undefined) this.cause = options.cause;
  }
}
