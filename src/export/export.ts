// A model as files, and the proof that the files hold it. Read first: files.ts. Deterministic: the same model makes
// the same bytes.
import { equalBytes } from '../core/bytes.js';
import { isShuffleportError } from '../core/errors.js';
import { formatShape, sameShape, type Tensor, unravel } from '../core/tensor.js';
import { dtypeOf, encodeElements } from '../formats/elements.js';
import type { ShuffleNetModel } from '../shufflenet/load.js';
import { settingsRecord } from '../shufflenet/metadata.js';
import { fromNpz, fromSafetensors, toNpz, toSafetensors, type WrittenWeights } from './arrays.js';
import { ExportReadBackError } from './errors.js';
import type { ExportFile, ExportFormat } from './files.js';
import { toKeras } from './keras/keras.js';
import { fromKeras } from './keras/read.js';
import { namedWeights } from './named-weights.js';
import { toOnnx } from './onnx/model.js';
import { fromOnnx, onnxWeights } from './onnx/read.js';
import { checkExportOptions, type ExportOptions } from './options.js';
import { toGraphModel } from './tfjs/graph.js';
import { fromGraphModel, graphWeights } from './tfjs/read.js';

/**
 * The model in that format: `model.json` and its shards for `tfjs`, one file named after the network for the others.
 * Where they go is the caller's business.
 */
export async function exportModel(
  model: ShuffleNetModel,
  format: ExportFormat,
  options: ExportOptions = {},
): Promise<ExportFile[]> {
  checkExportOptions(format, options);
  switch (format) {
    case 'tfjs':
      return toGraphModel(model, options);
    case 'onnx':
      return [{ name: `${model.network.name}.onnx`, bytes: toOnnx(model, options) }];
    case 'keras':
      return [{ name: `${model.network.name}.keras`, bytes: await toKeras(model) }];
    case 'safetensors':
      return [{ name: `${model.network.name}.safetensors`, bytes: toSafetensors(model) }];
    case 'npz':
      return [{ name: `${model.network.name}.npz`, bytes: toNpz(model) }];
  }
}

/**
 * Reads `files`, as they are on disk now, and compares them with `model` exported with `options`: every weight bit for
 * bit, the settings, and for `tfjs`, `onnx` and `keras` the graph. Throws `ExportReadBackError`.
 */
export async function verifyExport(
  model: ShuffleNetModel,
  format: ExportFormat,
  files: readonly ExportFile[],
  options: ExportOptions = {},
): Promise<void> {
  const where = files[0]?.name ?? model.network.name;
  const { weights, record } = await readBack(model, format, files, options, where);
  const expected = expectedWeights(model, format, options);
  for (const [key, weight] of expected) checkWeight(key, weights.get(key), weight, where);
  if (weights.size !== expected.length) {
    throw new ExportReadBackError(where, `${weights.size} weights`, `${expected.length} weights`);
  }
  if (JSON.stringify(record) !== JSON.stringify(settingsRecord(model.settings))) {
    throw new ExportReadBackError(where, 'other settings, or none', 'the settings of the model');
  }
}

function expectedWeights(
  model: ShuffleNetModel,
  format: ExportFormat,
  options: ExportOptions,
): [string, Tensor<Float32Array>][] {
  if (format === 'onnx') return onnxWeights(model, options);
  return format === 'tfjs' ? graphWeights(model, options) : namedWeights(model);
}

async function readBack(
  model: ShuffleNetModel,
  format: ExportFormat,
  files: readonly ExportFile[],
  options: ExportOptions,
  where: string,
): Promise<WrittenWeights> {
  try {
    if (format === 'tfjs') return fromGraphModel(files, model, options);
    const [file, ...others] = files;
    if (file === undefined || others.length > 0) {
      throw new ExportReadBackError(where, `${files.length} files`, '1 file');
    }
    if (format === 'onnx') return fromOnnx(file.bytes, model, options, where);
    if (format === 'keras') return await fromKeras(file.bytes, model, where);
    return format === 'npz' ? fromNpz(file.bytes, where) : fromSafetensors(file.bytes, where);
  } catch (error) {
    if (isShuffleportError(error, 'ExportReadBack')) throw error;
    const found = isShuffleportError(error) ? error.explanation.what : String(error);
    throw new ExportReadBackError(where, found, `a file of the format ${format}`, { cause: error });
  }
}

function checkWeight(key: string, found: Tensor | undefined, expected: Tensor<Float32Array>, file: string): void {
  const where = `${file}, ${key}`;
  if (found === undefined) throw new ExportReadBackError(where, 'nothing', formatShape(expected.shape));
  if (dtypeOf(found) !== 'float32' || !sameShape(found.shape, expected.shape)) {
    const describe = (t: Tensor): string => `${dtypeOf(t)} of shape ${formatShape(t.shape)}`;
    throw new ExportReadBackError(where, describe(found), describe(expected));
  }
  const [a, b] = [encodeElements(found), encodeElements(expected)];
  if (equalBytes(a, b)) return;
  const at = a.findIndex((byte, i) => byte !== b[i]) >> 2;
  const place = formatShape(unravel(at, expected.shape));
  throw new ExportReadBackError(where, `${found.data[at]} at ${place}`, `${expected.data[expected.offset + at]}`);
}
