// What can be wrong with a file of recorded layer outputs.
import { ShuffleportError } from '../core/errors.js';
import { listSome, printable } from '../core/text.js';

/** The recorded outputs come without the input that made them. */
export class MissingInputError extends ShuffleportError {
  readonly tag = 'MissingInput';
  readonly kind = 'file';
  constructor(where: string, keys: readonly string[]) {
    super({
      what: 'The reference holds no `input`.',
      where,
      found: keys.length === 0 ? 'no arrays' : listSome(keys.map(printable)),
      expected: 'an array called `input`, (batch, height, width, channels), as the model was given it',
      next: 'save it with the outputs: `numpy.savez("reference.npz", input=x, **outputs)`',
    });
  }
}

/** No recorded array carries the name of a layer. */
export class NothingComparedError extends ShuffleportError {
  readonly tag = 'NothingCompared';
  readonly kind = 'file';
  constructor(where: string, keys: readonly string[]) {
    super({
      what: 'No recorded output has the name of a layer of this network, so nothing was compared.',
      where,
      found: listSome(keys.map(printable)),
      expected: 'layer names, such as conv1 or stage2/block1/relu_out, with `/` as it is or as `__`',
      next: "record the outputs under their layers' names",
    });
  }
}

/** Two arrays of the reference stand for one layer. */
export class AmbiguousKeyError extends ShuffleportError {
  readonly tag = 'AmbiguousKey';
  readonly kind = 'file';
  constructor(where: string, layer: string, keys: readonly string[]) {
    super({
      what: 'Two recorded outputs stand for one layer.',
      where,
      found: `${keys.map((key) => `"${printable(key)}"`).join(' and ')} for ${layer}`,
      next: 'leave one of them out',
    });
  }
}
