// What is in the files of an export, counted in their bytes: operators and numbers. Read first: files.ts.
import { sizeOf } from '../core/tensor.js';
import { readNpz } from '../formats/npz.js';
import { METADATA_KEY, readSafetensors } from '../formats/safetensors.js';
import { networkParameters } from '../network/cost.js';
import type { Model } from '../network/model.js';
import type { ExportFile, ExportFormat } from './files.js';
import { kerasModel } from './keras/keras.js';
import { DATA_TYPE, MODEL } from './onnx/messages.js';
import { decodeMessage } from './onnx/protobuf-read.js';
import { type GraphModelJson, MODEL_FILE } from './tfjs/graph.js';

/** What an export holds. */
export interface ExportContents {
  /** Nodes that compute something; null where a file holds weights only. */
  readonly operators: number | null;
  /** Floating-point numbers. */
  readonly parameters: number;
}

/** Looks into files that `verifyExport` has found to be the model's. */
export function exportContents(
  model: Pick<Model, 'network' | 'weights'>,
  format: ExportFormat,
  files: readonly ExportFile[],
): ExportContents {
  const { bytes, name } = files[0]!;
  switch (format) {
    case 'tfjs':
      return graphContents(files);
    case 'onnx':
      return onnxContents(bytes);
    case 'keras':
      return { operators: kerasModel(model).length, parameters: networkParameters(model.network) };
    case 'safetensors':
      return { operators: null, parameters: total(readSafetensors(bytes, name).tensors) };
    case 'npz': {
      const weights = readNpz(bytes, name).filter(({ key }) => key !== METADATA_KEY);
      return { operators: null, parameters: total(weights) };
    }
  }
}

const total = (weights: readonly { readonly shape: readonly number[] }[]): number =>
  weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);

/** Nodes of a graph that compute nothing. */
const STORED = ['Const', 'Placeholder'];

function graphContents(files: readonly ExportFile[]): ExportContents {
  const text = new TextDecoder().decode(files.find(({ name }) => name === MODEL_FILE)!.bytes);
  const { modelTopology, weightsManifest } = JSON.parse(text) as GraphModelJson;
  return {
    operators: modelTopology.node.filter(({ op }) => !STORED.includes(op)).length,
    parameters: total(weightsManifest.flatMap(({ weights }) => weights.filter(({ dtype }) => dtype === 'float32'))),
  };
}

function onnxContents(bytes: Uint8Array): ExportContents {
  const { node = [], initializer = [] } = decodeMessage(MODEL, bytes).graph!;
  const numbers = initializer.filter(({ data_type }) => data_type === DATA_TYPE.float);
  return {
    operators: node.length,
    parameters: total(numbers.map(({ dims = [] }) => ({ shape: dims }))),
  };
}
