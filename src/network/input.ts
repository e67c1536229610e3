// Whether an input is one that a network takes. Everything that runs one asks here.
import { InputShapeError } from './errors.js';
import type { Network } from './layer.js';

/** Throws `InputShapeError` unless `shape`, batch first, is what the network takes. */
export function checkInput(network: Network, shape: readonly number[]): void {
  const expected = network.inputShape;
  const fits = shape.length === 4 && expected.every((dim, axis) => dim === null || dim === shape[axis + 1]);
  if (!fits || shape[0]! < 1) throw new InputShapeError(shape, expected);
}
