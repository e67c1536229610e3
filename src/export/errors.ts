// What can be wrong with an export after it was written.
import { ShuffleportError } from '../core/errors.js';
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
