// Weights as named arrays with the settings beside them: .safetensors and .npz. Opened again by
// src/checkpoint/converted.ts. Read first: named-weights.ts.
import { encodeText } from '../core/bytes.js';
import { type Tensor, tensor } from '../core/tensor.js';
import { readNpz, writeNpz } from '../formats/npz.js';
import { METADATA_KEY, readSafetensors } from '../formats/safetensors.js';
import { writeSafetensors } from '../formats/safetensors-write.js';
import type { ShuffleNetModel } from '../shufflenet/load.js';
import { settingsRecord } from '../shufflenet/metadata.js';
import { namedWeights } from './named-weights.js';

/** What a file holds, read back: weights by `layer/role`, and the settings record as parsed JSON. */
export interface WrittenWeights {
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly record: unknown;
}

/** The weights as a .safetensors file; the settings record is JSON text in `__metadata__.shuffleport`. */
export function toSafetensors(model: ShuffleNetModel): Uint8Array {
  return writeSafetensors(namedWeights(model), { shuffleport: JSON.stringify(settingsRecord(model.settings)) });
}

/** Reads back what `toSafetensors` wrote. */
export function fromSafetensors(bytes: Uint8Array, where: string): WrittenWeights {
  const { metadata, tensors } = readSafetensors(bytes, where);
  return {
    weights: new Map(tensors.map((entry) => [entry.name, entry.read()])),
    record: metadata.shuffleport === undefined ? undefined : JSON.parse(metadata.shuffleport),
  };
}

/** The weights as an .npz file; `{"shuffleport": record}` is JSON in the bytes of the uint8 array `__metadata__`. */
export function toNpz(model: ShuffleNetModel): Uint8Array {
  const json = encodeText(JSON.stringify({ shuffleport: settingsRecord(model.settings) }));
  return writeNpz([...namedWeights(model), [METADATA_KEY, tensor(json, [json.length])]]);
}

/** Reads back what `toNpz` wrote. */
export function fromNpz(bytes: Uint8Array, where: string): WrittenWeights {
  const arrays = new Map(readNpz(bytes, where).map((entry) => [entry.key, entry.read()]));
  const json = arrays.get(METADATA_KEY);
  arrays.delete(METADATA_KEY);
  const told: { shuffleport?: unknown } =
    json === undefined ? {} : JSON.parse(new TextDecoder().decode(json.data as Uint8Array<ArrayBuffer>));
  return { weights: arrays, record: told.shuffleport };
}
