// What can be wrong with a file of weights, one class a cause. Names in them come from the file: printable() them.
import { SAVE_AGAIN, ShuffleportError } from '../core/errors.js';
import { formatShape } from '../core/tensor.js';
import { formatBytes, listSome, printable } from '../core/text.js';

export * from './shard-errors.js';

/** Nothing is in the file. */
export class EmptyFileError extends ShuffleportError {
  readonly tag = 'EmptyFile';
  readonly kind = 'file';
  constructor(where: string) {
    super({ what: 'The file is empty.', where, found: '0 bytes', expected: 'a Keras file', next: SAVE_AGAIN });
  }
}

/** Git LFS left a note in place of the file. */
export class GitLfsPointerError extends ShuffleportError {
  readonly tag = 'GitLfsPointer';
  readonly kind = 'file';
  /** Bytes of the real file, as the pointer states them. */
  readonly realSize: number | undefined;
  constructor(where: string, realSize: number | undefined) {
    const real = realSize === undefined ? '' : ` (real file: ${realSize} bytes)`;
    super({
      what: `This is a Git LFS pointer${real}, not the file itself.`,
      where,
      next: 'run `git lfs pull` in the repository it came from, or download the file from its page',
    });
    this.realSize = realSize;
  }
}

/** A server answered with a page. */
export class WebPageError extends ShuffleportError {
  readonly tag = 'WebPage';
  readonly kind = 'file';
  constructor(where: string, title: string | undefined) {
    super({
      what: 'This is a web page (HTML), not a Keras file.',
      where,
      found: title === undefined ? undefined : `a page titled "${printable(title)}"`,
      next: 'the download got an error or login page: take the link of the raw file',
    });
  }
}

/** Bytes of no format that holds Keras weights. */
export class UnknownFormatError extends ShuffleportError {
  readonly tag = 'UnknownFormat';
  readonly kind = 'file';
  constructor(where: string, found: string, next?: string) {
    super({
      what: 'This is no Keras file.',
      where,
      found,
      expected:
        'HDF5 (.h5, .hdf5, .weights.h5), the index of its shards (.weights.json), a Keras zip (.keras), or a converted .safetensors or .npz',
      next: next ?? 'save the model in Python with `model.save_weights("name.h5")`',
    });
  }
}

/** HDF5 or zip, and nothing that Keras would have put there. */
export class NotKerasError extends ShuffleportError {
  readonly tag = 'NotKeras';
  readonly kind = 'file';
  constructor(where: string, format: string, members: readonly string[], expected: string) {
    super({
      what: `This is ${format}, but no Keras file.`,
      where,
      found: members.length === 0 ? 'nothing in it' : `in it: ${listSome(members.map(printable))}`,
      expected,
      next: 'check that it is the right file; weights that lie in a group of their own must be copied to the root of a file',
    });
  }
}

/** Keras 0.x wrote no names at all. */
export class UnnamedWeightsError extends ShuffleportError {
  readonly tag = 'UnnamedWeights';
  readonly kind = 'file';
  constructor(where: string, found: string) {
    super({
      what: 'The file does not name its layers, so none can be found by name.',
      where,
      found,
      next: 'load it in the Keras that wrote it and save again with Keras 1.0 or later',
    });
  }
}

/** A file of a format that is recognised and not read. */
export class UnsupportedContainerError extends ShuffleportError {
  readonly tag = 'UnsupportedContainer';
  readonly kind = 'file';
  readonly container: string;
  constructor(where: string, container: string, next: string) {
    super({ what: `${container} is recognised, but not read.`, where, next });
    this.container = container;
  }
}

/** The HDF5 library cannot make sense of the file. */
export class DamagedFileError extends ShuffleportError {
  readonly tag = 'DamagedFile';
  readonly kind = 'file';
  constructor(where: string, detail: string, options?: ErrorOptions) {
    super(
      { what: 'The file is damaged.', where, found: `the HDF5 library says: ${printable(detail)}`, next: SAVE_AGAIN },
      options,
    );
  }
}

/** More than any Keras file has: read on, it would take memory or time that nobody vouched for. */
export class FileTooLargeError extends ShuffleportError {
  readonly tag = 'FileTooLarge';
  readonly kind = 'file';
  constructor(where: string, what: string, found: string, expected: string) {
    super({
      what,
      where: printable(where),
      found,
      expected,
      next: 'do not trust the file: no file that Keras writes holds as much',
    });
  }
}

/** A weight that is listed, with nothing behind its name. */
export class MissingDatasetError extends ShuffleportError {
  readonly tag = 'MissingDataset';
  readonly kind = 'file';
  constructor(path: string, found: string) {
    super({
      what: `There is no dataset behind the name (${found}).`,
      where: printable(path),
      expected: 'a dataset: the file lists this weight in weight_names',
      next: SAVE_AGAIN,
    });
  }
}

/** A link, virtual or external dataset. Keras writes none; followed, they would read what was not named. */
export class LinkRefusedError extends ShuffleportError {
  readonly tag = 'LinkRefused';
  readonly kind = 'file';
  constructor(path: string, link: string) {
    super({
      what: `It is ${link}, which is not followed.`,
      where: printable(path),
      expected: 'the data itself: Keras never writes links',
      next: 'do not trust the file before you know who put the link there',
    });
  }
}

/** Data compressed with a filter that the library does not have. */
export class UnsupportedFilterError extends ShuffleportError {
  readonly tag = 'UnsupportedFilter';
  readonly kind = 'file';
  readonly filter: string;
  constructor(path: string, filter: string) {
    super({
      what: `It is stored with the HDF5 filter ${printable(filter)}, which is not supported.`,
      where: printable(path),
      expected: 'gzip, shuffle, fletcher32, szip, or none (Keras writes none)',
      next: 'rewrite the file: `h5repack -f NONE in.h5 out.h5`',
    });
    this.filter = filter;
  }
}

/** A declared shape that takes more bytes than the file can hold. */
export class DeclaredSizeError extends ShuffleportError {
  readonly tag = 'DeclaredSize';
  readonly kind = 'file';
  constructor(path: string, shape: readonly number[], fileSize: number) {
    super({
      what: `Its declared shape ${formatShape(shape)} takes more bytes than the file can hold.`,
      where: printable(path),
      found: `a file of ${formatBytes(fileSize)}`,
      next: 'do not trust the file: such shapes are made to exhaust memory',
    });
  }
}

/** A type of element that holds no numbers. */
export class WeightTypeError extends ShuffleportError {
  readonly tag = 'WeightType';
  readonly kind = 'file';
  readonly dtype: string;
  constructor(path: string, dtype: string) {
    super({
      what: `Its elements are ${printable(dtype)}, not numbers.`,
      where: printable(path),
      expected: 'float16, bfloat16, float32 or float64',
      next: 'save the weights as floating-point numbers',
    });
    this.dtype = dtype;
  }
}

/** Reading was tried and failed: a damaged chunk, data in another file. */
export class ReadFailedError extends ShuffleportError {
  readonly tag = 'ReadFailed';
  readonly kind = 'file';
  constructor(path: string, detail: string, options?: ErrorOptions) {
    super(
      {
        what: `Its values cannot be read: the HDF5 library says "${printable(detail)}".`,
        where: printable(path),
        next: SAVE_AGAIN,
      },
      options,
    );
  }
}
