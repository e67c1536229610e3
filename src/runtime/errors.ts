// What can go wrong between an address and a model that runs. Read first: ../core/errors.ts.
import { ShuffleportError, UsageError } from '../core/errors.js';
import { printable } from '../core/text.js';

/** A file that was not delivered: the server refused, or the connection did. */
export class DownloadError extends ShuffleportError {
  readonly tag = 'Download';
  readonly kind = 'file';
  /** The HTTP status; nothing where there was no answer, or it broke off. */
  readonly status: number | undefined;
  constructor(url: string, status: number | undefined, found: string, options?: ErrorOptions) {
    super(
      {
        what: 'The file could not be downloaded.',
        where: printable(url),
        found: printable(found),
        next:
          status === undefined
            ? 'check the address and the connection; from another server, it must allow this page (CORS)'
            : 'check the address: an exported folder has config.json and the weights beside each other',
      },
      options,
    );
    this.status = status;
  }
}

/** Nothing says what network the weights are of. */
export class SettingsMissingError extends ShuffleportError {
  readonly tag = 'SettingsMissing';
  readonly kind = 'file';
  constructor(where: string, found: string) {
    super({
      what: 'Nothing says what network the weights are of.',
      where: printable(where),
      found,
      expected: 'the settings: in the file of weights, in a config.json beside it, or as `config`',
      next: 'convert the weights: `shuffleport convert weights.h5 --to safetensors` writes the settings into the file',
    });
  }
}

/** The model was put away. */
export class DisposedError extends UsageError {
  override readonly tag = 'Disposed';
  constructor() {
    super({ what: 'The model was disposed of.', next: 'load it again' });
  }
}
