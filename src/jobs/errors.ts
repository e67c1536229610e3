// What is wrong with what a job was given besides checkpoints and references.
import { ShuffleportError } from '../core/errors.js';

/** A file given as an earlier verification's certificate is none. */
export class NotACertificateError extends ShuffleportError {
  readonly tag = 'NotACertificate';
  readonly kind = 'file';
  constructor(where: string, found: string, options?: ErrorOptions) {
    super(
      {
        what: 'The file is no certificate of a verification.',
        where,
        found,
        expected: 'the JSON that `verify -o result.json` wrote, of schema version 1',
        next: 'write one: shuffleport verify FILE --reference REF -o result.json',
      },
      options,
    );
  }
}
