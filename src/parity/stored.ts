// What weights may have been before they were rounded to the float16 or bfloat16 that a checkpoint stores.
// Derivation of the bounds that follow from it: docs/parity.md.
import type { WeightRole } from '../core/weights.js';
import type { LayerWeights, LoadedWeight } from '../network/model.js';
import { mapWeight } from './bounds/linear.js';
import { BFLOAT16, FLOAT16, type Format, halfUnit } from './number-formats.js';

/** By layer and role, the format of every weight that is stored with fewer digits than float32's. */
export type StoredFormats = ReadonlyMap<string, LayerFormats>;

/** One layer's. */
export type LayerFormats = { readonly [role in WeightRole]?: Format };

/** How a file stores the weights that were loaded from it. */
export function storedFormats(loaded: readonly LoadedWeight[]): StoredFormats {
  const formats = new Map<string, LayerFormats>();
  for (const { layer, role, dtype } of loaded) {
    const format = [FLOAT16, BFLOAT16].find(({ name }) => name === dtype);
    if (format !== undefined) formats.set(layer, { ...formats.get(layer), [role]: format });
  }
  return formats;
}

/** How far each weight may lie from what was rounded to it; nothing for those that are stored as they were. */
export function doubtsOf(weights: LayerWeights, formats: LayerFormats = {}): LayerWeights {
  const roles = Object.entries(formats) as [WeightRole, Format][];
  return Object.fromEntries(
    roles.flatMap(([role, format]) => {
      const weight = weights[role];
      return weight === undefined ? [] : [[role, mapWeight(weight, (w) => halfUnit(format, w))]];
    }),
  );
}
