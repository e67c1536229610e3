// Whether a written GraphModel is the model it was written from: bytes parsed again, everything compared.
// Read first: read.ts.
import type { ShuffleNetModel } from '../../shufflenet/load.js';
import type { ExportFile } from '../export-file.js';
import { expectSameArray, expectSameJson } from '../weights.js';
import { graphOf } from './graph.js';
import { readTfjsModel } from './read.js';
import { constantBytes, modelJson } from './write.js';

/**
 * Compares graph, signature, settings and every constant, bit for bit. Throws `ExportReadBackError`, and what
 * `readTfjsModel` throws.
 */
export function verifyTfjsModel(model: ShuffleNetModel, files: readonly ExportFile[]): void {
  const { json, paths, constants } = readTfjsModel(files);
  const { name } = model.network;
  // The manifest in it lists the constants, so that what is compared below is all there is.
  expectSameJson(`${name}/model.json`, json, modelJson(model, paths));
  for (const constant of graphOf(model.network).constants) {
    const dtype = constant.value instanceof Int32Array ? 'int32' : 'float32';
    const written = { dtype, shape: constant.shape, bytes: constantBytes(model, constant) };
    expectSameArray(`${name}, ${constant.name}`, constants.get(constant.name), written);
  }
}
