// What can be wrong with an export: asked for as its format cannot be, or not the same after it was written.
import { ShuffleportError, UsageError } from '../core/errors.js';
import { printable } from '../core/text.js';

/** What was written does not read back as the model it was made from. */
export class ExportReadBackError extends ShuffleportError {
  readonly tag = 'ExportReadBack';
  readonly kind = 'file';
  constructor(where: string, found: string, expected: string, options?: ErrorOptions) {
    super(
      {
        what: 'What was written does not read back the same.',
        where: printable(where),
        found,
        expected,
        next: 'do not use these files; convert again, to another disk if it happens again',
      },
      options,
    );
  }
}

/** A model in a format that is written here, and not as it is written here. */
export class ForeignExportError extends ShuffleportError {
  readonly tag = 'ForeignExport';
  readonly kind = 'file';
  constructor(where: string, found: string, expected: string, options?: ErrorOptions) {
    super(
      {
        what: 'The model is none that `convert` wrote, so its network cannot be told.',
        where: printable(where),
        found,
        expected,
        next: 'convert the weights, and verify what was written',
      },
      options,
    );
  }
}

/** An option that the format leaves no choice about. */
export class ExportOptionError extends UsageError {
  override readonly tag = 'ExportOption';
  constructor(flag: string, format: string, formats: string) {
    super({
      what: `The format ${format} leaves no choice about ${flag}.`,
      expected: `${flag} with a format that has it: ${formats}`,
      next: `leave out ${flag}, or say --to ${formats}`,
    });
  }
}
