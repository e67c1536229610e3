// A model as one .safetensors file: weights under `layer/role`, settings in its metadata. Opened again by
// src/checkpoint/converted.ts. Read first: weights.ts.
import { encodeElements } from '../formats/elements.js';
import { readSafetensors } from '../formats/safetensors.js';
import { writeSafetensors } from '../formats/safetensors-write.js';
import type { ShuffleNetModel } from '../shufflenet/load.js';
import { settingsRecord } from '../shufflenet/metadata.js';
import { ExportReadBackError } from './errors.js';
import type { ExportFile } from './export-file.js';
import { expectSameWeights, namedWeights } from './weights.js';

/** `NAME.safetensors`. Float32; `__metadata__.shuffleport` is the settings record as JSON. */
export function writeSafetensorsModel(model: ShuffleNetModel): ExportFile[] {
  const tensors = namedWeights(model).map(({ key, tensor }) => [key, tensor] as const);
  const bytes = writeSafetensors(tensors, { shuffleport: metadataText(model) });
  return [{ name: `${model.network.name}.safetensors`, bytes }];
}

/** Reads the written bytes and compares them with the model. Throws `ExportReadBackError`, and what the reader throws. */
export function verifySafetensorsModel(model: ShuffleNetModel, { name, bytes }: ExportFile): void {
  const { metadata, tensors } = readSafetensors(bytes, name);
  if (metadata.shuffleport !== metadataText(model)) {
    throw new ExportReadBackError(`${name}, __metadata__`, 'other settings than were written', 'the same');
  }
  const read = tensors.map(({ name: key, dtype, shape, read: values }) => {
    return [key, { dtype, shape, bytes: encodeElements(values()) }] as const;
  });
  expectSameWeights(model, new Map(read), name);
}

const metadataText = ({ settings }: ShuffleNetModel): string => JSON.stringify(settingsRecord(settings));
