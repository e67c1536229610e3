// A `.keras` file read back after writing, by the reader that any such file gets; the architecture compared with the one
// the network makes.
import { openCheckpoint } from '../../checkpoint/open.js';
import { bytesSource } from '../../checkpoint/source.js';
import { inferSettings } from '../../shufflenet/infer.js';
import { bindLayers, type ShuffleNetModel } from '../../shufflenet/load.js';
import type { WrittenWeights } from '../arrays.js';
import { ExportReadBackError } from '../errors.js';
import { namedWeights } from '../named-weights.js';
import { kerasConfig } from './keras.js';

/** The weights and settings in the file. Throws where the architecture is not `model`'s, and what opening it throws. */
export async function fromKeras(bytes: Uint8Array, model: ShuffleNetModel, where: string): Promise<WrittenWeights> {
  const checkpoint = await openCheckpoint(bytesSource(where, bytes));
  try {
    if (JSON.stringify(checkpoint.modelConfig) !== JSON.stringify(kerasConfig(model))) {
      throw new ExportReadBackError(where, 'another architecture, or none', 'the architecture of the network');
    }
    const { layers } = inferSettings(checkpoint, model.settings);
    const { network, weights } = await bindLayers(layers, model.network, model.settings);
    return { weights: new Map(namedWeights({ network, weights })), record: checkpoint.metadata };
  } finally {
    checkpoint.close();
  }
}
