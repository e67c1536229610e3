// A model as one .npz file for numpy: weights under `layer/role`, settings as JSON bytes under `__metadata__`. Opened
// again by src/checkpoint/converted.ts. Read first: weights.ts.
import { encodeText } from '../core/bytes.js';
import { type Tensor, tensor } from '../core/tensor.js';
import { encodeElements } from '../formats/elements.js';
import { readNpz, writeNpz } from '../formats/npz.js';
import type { ShuffleNetModel } from '../shufflenet/load.js';
import { settingsRecord } from '../shufflenet/metadata.js';
import type { ExportFile } from './export-file.js';
import { expectSameArray, expectSameWeights, namedWeights } from './weights.js';

/** The key that holds the settings: uint8, the UTF-8 bytes of `{"shuffleport": record}`. */
const METADATA_KEY = '__metadata__';

/** `NAME.npz`. Float32, except for the metadata. */
export function writeNpzModel(model: ShuffleNetModel): ExportFile[] {
  const weights = namedWeights(model).map(({ key, tensor: values }) => [key, values] as const);
  const bytes = writeNpz([[METADATA_KEY, metadataOf(model)], ...weights]);
  return [{ name: `${model.network.name}.npz`, bytes }];
}

/** Reads the written bytes and compares them with the model. Throws `ExportReadBackError`, and what the reader throws. */
export function verifyNpzModel(model: ShuffleNetModel, { name, bytes }: ExportFile): void {
  const entries = readNpz(bytes, name).map(({ key, dtype, shape, read: values }) => {
    return [key, { dtype, shape, bytes: encodeElements(values()) }] as const;
  });
  const read = new Map(entries);
  const { data, shape } = metadataOf(model);
  expectSameArray(`${name}, ${METADATA_KEY}`, read.get(METADATA_KEY), { dtype: 'uint8', shape, bytes: data });
  read.delete(METADATA_KEY);
  expectSameWeights(model, read, name);
}

function metadataOf({ settings }: ShuffleNetModel): Tensor<Uint8Array> {
  const text = encodeText(JSON.stringify({ shuffleport: settingsRecord(settings) }));
  return tensor(text, [text.length]);
}
