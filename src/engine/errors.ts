// What the engine refuses.
import { ShuffleportError, UsageError } from '../core/errors.js';
import { printable } from '../core/text.js';

/** A layer that the engine has no kernel for, where it stands. No network of the article has one. */
export class NotInTheEngineError extends ShuffleportError {
  readonly tag = 'NotInTheEngine';
  readonly kind = 'usage';
  constructor(layer: string, found: string) {
    super({
      what: 'The engine cannot run this layer.',
      where: printable(layer),
      found,
      expected: 'the layers of a ShuffleNet, softmax last',
      next: 'run the network with the evaluator',
    });
  }
}

/** An input of another size than the network takes. */
export class EngineInputError extends UsageError {
  override readonly tag = 'EngineInput';
}
