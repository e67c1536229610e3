// What can be wrong with an export: what it cannot hold, and what was written and is not what should have been.
import { ShuffleportError } from '../core/errors.js';
import { formatShape } from '../core/tensor.js';
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

/** Keras's own layers can shuffle channels only of maps whose height and width are known. */
export class KerasSizeError extends ShuffleportError {
  readonly tag = 'KerasSize';
  readonly kind = 'usage';
  constructor(layer: string, shape: readonly (number | null)[]) {
    super({
      what: 'A .keras file needs the height and width of the input.',
      where: printable(layer),
      found: formatShape(shape),
      expected: 'known sizes: the channel shuffle is a Reshape of them there',
      next: 'state them, such as --input-shape 224,224,3',
    });
  }
}
