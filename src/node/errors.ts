// What the file system has against it.
import { SAVE_AGAIN, ShuffleportError, UsageError } from '../core/errors.js';
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
  ELOOP: 'The path is a link that leads back to itself.',
  DEVICE: 'This is a device, not a file.',
  ERR_FS_FILE_TOO_LARGE: 'The file is larger than 2 GiB, which is more than can be read at once.',
};

const NEXT: Readonly<Record<string, string>> = {
  ENOENT: 'check the path',
  ELOOP: 'check the path',
  DEVICE: 'name a file, or a pipe: `cat weights.h5 | shuffleport inspect /dev/stdin`',
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

/** The output would take the place of what is read. */
export class OutputInUseError extends UsageError {
  override readonly tag = 'OutputInUse';
  constructor(path: string, input: string) {
    super({
      what: 'The output would replace a file that is read, or the folder that it is in.',
      where: printable(path),
      found: `${printable(input)}, which is read`,
      next: 'name another with -o',
    });
  }
}

/** What is there is no earlier output, and would be lost. */
export class OutputNotOursError extends UsageError {
  override readonly tag = 'OutputNotOurs';
  constructor(path: string, found: string, folder: boolean) {
    super({
      what: 'The output is there already, and it is nothing that --force replaces.',
      where: printable(path),
      found,
      expected: folder ? 'a folder with nothing but an earlier output in it' : 'a file',
      next: 'name another with -o, or move away what is there',
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

const DAMAGED_OR_HOSTILE = `it is damaged, or made to do this; ${SAVE_AGAIN}`;

/** Parsing gave no answer in time and was stopped. */
export class ParserTimeoutError extends ShuffleportError {
  readonly tag = 'ParserTimeout';
  readonly kind = 'file';
  /** How long it was waited for. */
  readonly seconds: number;
  constructor(where: string, seconds: number) {
    super({
      what: 'The file cannot be parsed: there was no answer in time, and the parser was stopped.',
      where,
      found: `nothing for ${seconds.toFixed(1)} s`,
      next: DAMAGED_OR_HOSTILE,
    });
    this.seconds = seconds;
  }
}

/** Parsing took more memory than it is given. */
export class ParserMemoryError extends ShuffleportError {
  readonly tag = 'ParserMemory';
  readonly kind = 'file';
  constructor(where: string, megabytes: number) {
    super({
      what: 'The file cannot be parsed: it takes more memory than a file of weights needs.',
      where,
      expected: `at most ${megabytes} MB`,
      next: DAMAGED_OR_HOSTILE,
    });
  }
}

/** The parser broke down over the file. */
export class ParserCrashError extends ShuffleportError {
  readonly tag = 'ParserCrash';
  readonly kind = 'file';
  constructor(where: string, reason: string) {
    super({
      what: 'The file cannot be parsed: the parser broke down over it.',
      where,
      found: printable(reason),
      next: DAMAGED_OR_HOSTILE,
    });
  }
}

/** This process may not start threads. */
export class ThreadsDeniedError extends UsageError {
  override readonly tag = 'ThreadsDenied';
  constructor(options: ErrorOptions) {
    super({
      what: 'Files are parsed in a thread of their own, and this process may not start one.',
      next: "under Node's permission model, add --allow-worker",
    });
    this.cause = options.cause;
  }
}

/** A runtime that is asked for is not installed. */
export class RuntimeMissingError extends UsageError {
  override readonly tag = 'RuntimeMissing';
  /** The word that chooses it: `onnxruntime`. */
  readonly runtime: string;
  constructor(runtime: string, choices: readonly (readonly string[])[]) {
    const packages = choices.map((names) => names.join(' and '));
    super({
      what: `The runtime ${runtime} is not installed.`,
      expected: `${packages.join(', or ')}, where shuffleport is installed`,
      next: `npm install ${choices.at(-1)!.join(' ')}`,
    });
    this.runtime = runtime;
  }
}

/** A runtime cannot run the model. */
export class RuntimeFailedError extends ShuffleportError {
  readonly tag = 'RuntimeFailed';
  readonly kind = 'file';
  constructor(runtime: string, cause: unknown) {
    super(
      {
        what: `${runtime} cannot run the model.`,
        found: printable(cause instanceof Error ? cause.message : String(cause)),
        next: 'convert the weights again, or try another runtime with --executor',
      },
      { cause },
    );
  }
}
