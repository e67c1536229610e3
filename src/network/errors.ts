// What can be wrong with a graph before any weight is read.
import { ShuffleportError } from '../core/errors.js';
import { formatShape } from '../core/tensor.js';
import type { Shape } from './layer.js';

/** A layer needs to know its input's channels to have weights, and they are not known. */
export class ChannelsUnknownError extends ShuffleportError {
  readonly tag = 'ChannelsUnknown';
  readonly kind = 'usage';
  constructor(layer: string, shape: Shape) {
    super({
      what: 'The channel dimension of the inputs should be defined.',
      where: layer,
      found: `shape ${formatShape(shape)}`,
      expected: 'a number as the last dimension; height and width may be unknown',
      next: 'give inputShape with its channels, e.g. [null, null, 3]',
    });
  }
}

/** Two layers of one network have the same name. */
export class DuplicateLayerError extends ShuffleportError {
  readonly tag = 'DuplicateLayer';
  readonly kind = 'usage';
  constructor(layer: string) {
    super({
      what: `The name "${layer}" is used 2 times in the model. All layer names should be unique.`,
      where: layer,
      next: 'give one of the two layers another name',
    });
  }
}

/** Layers that are added or joined do not have the same shape. */
export class ShapeMismatchError extends ShuffleportError {
  readonly tag = 'ShapeMismatch';
  readonly kind = 'usage';
  constructor(layer: string, found: string, expected: string) {
    super({
      what: 'Inputs that are joined must have matching shapes.',
      where: layer,
      found,
      expected,
      next: 'look at strides, padding and channels of the layers before it',
    });
  }
}

/** An input that the network cannot take. */
export class InputShapeError extends ShuffleportError {
  readonly tag = 'InputShape';
  readonly kind = 'usage';
  constructor(found: readonly number[], expected: Shape) {
    super({
      what: 'The input does not have the shape this network takes.',
      found: formatShape(found),
      expected: `${formatShape([null, ...expected])}, with the batch first and the channels last`,
      next:
        found.length === expected.length
          ? 'add the batch dimension: one image is (1, height, width, channels)'
          : 'check height, width and channels; NCHW input must be transposed to NHWC',
    });
  }
}
