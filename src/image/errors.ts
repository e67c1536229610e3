// What can be wrong with an image file. All are the file's fault, one class a cause. Read first: ../core/errors.ts.
import { ShuffleportError } from '../core/errors.js';
import { formatCount } from '../core/text.js';

/** The bytes are no PNG and no JPEG. */
export class ImageFormatError extends ShuffleportError {
  readonly tag = 'ImageFormat';
  readonly kind = 'file';
  /** What the bytes are, where that is known: `GIF`. */
  readonly format: string | undefined;
  constructor(where: string, format: string | undefined, found: string) {
    super({
      what: format === undefined ? 'This is not an image that is read.' : `${format} images are not read.`,
      where,
      found,
      expected: 'a PNG or JPEG file, or an array (.npy, .npz)',
      next: 'convert it to PNG, which keeps every pixel, or save it with numpy.save',
    });
    this.format = format;
  }
}

/** A PNG or JPEG that uses a part of its format that is not read. */
export class UnsupportedImageError extends ShuffleportError {
  readonly tag = 'UnsupportedImage';
  readonly kind = 'file';
  constructor(where: string, found: string, expected: string) {
    super({
      what: 'The image is of a kind that is not read.',
      where,
      found,
      expected,
      next: 'save it as 8-bit RGB PNG',
    });
  }
}

/** The image breaks its format's rules, or ends too early. */
export class DamagedImageError extends ShuffleportError {
  readonly tag = 'DamagedImage';
  readonly kind = 'file';
  constructor(where: string, found: string, expected?: string, options?: ErrorOptions) {
    super({ what: 'The image is damaged.', where, found, expected, next: 'copy or download the file again' }, options);
  }
}

/** More pixels than are decoded. */
export class ImageLimitError extends ShuffleportError {
  readonly tag = 'ImageLimit';
  readonly kind = 'file';
  readonly width: number;
  readonly height: number;
  constructor(where: string, width: number, height: number, limit: number) {
    const pixels = `${formatCount(width)} x ${formatCount(height)} pixels`;
    super({
      what: 'The image is too large.',
      where,
      found: pixels,
      expected: `at most ${formatCount(limit)} pixels in all`,
      next: 'scale it down first: the network looks at a few hundred pixels a side',
    });
    this.width = width;
    this.height = height;
  }
}
