// The weights as Keras 3 stores them: `layers/CLASS[_k]/vars/i`, layers of each class numbered in the model's order.
// Read first: layer.ts.
import { type Hdf5Group, writeHdf5 } from '../../checkpoint/hdf5-write.js';
import { snakeCase } from '../../checkpoint/snake-case.js';
import type { KerasLayer } from './layer.js';

/** The bytes of `model.weights.h5`. */
export function writeStore(layers: readonly KerasLayer[]): Promise<Uint8Array<ArrayBuffer>> {
  const seen = new Map<string, number>();
  const groups = new Map<string, Hdf5Group>();
  for (const { className, name, weights, operands } of layers) {
    if (operands !== undefined) continue;
    const stem = snakeCase(className);
    const number = seen.get(stem) ?? 0;
    seen.set(stem, number + 1);
    const datasets = new Map(weights.map((weight, i) => [String(i), weight]));
    // Since 3.6 Keras writes the layer's name beside its weights, where any reader finds it.
    const vars: Hdf5Group = { datasets, attributes: new Map([['name', name]]) };
    groups.set(number === 0 ? stem : `${stem}_${number}`, { groups: new Map([['vars', vars]]) });
  }
  // Variables of the model itself, which has none: the first versions of Keras 3 miss the group.
  return writeHdf5({
    groups: new Map([
      ['layers', { groups }],
      ['vars', {}],
    ]),
  });
}
