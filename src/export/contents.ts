// What is in the files of an export, counted in their bytes: operators, numbers, and the layers that can be asked for.
// Read first: files.ts.
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
  /** The layers after the input whose values the files still have under the layer's own name, in the network's order. */
  readonly layers: readonly string[];
}

/** Looks into files that `verifyExport` has found to be the model's. */
export function exportContents(
  model: Pick<Model, 'network' | 'weights'>,
  format: ExportFormat,
  files: readonly ExportFile[],
): ExportContents {
  const all = model.network.layers.filter(({ op }) => op !== 'InputLayer').map(({ name }) => name);
  const { bytes, name } = files[0]!;
  switch (format) {
    case 'tfjs':
      return graphContents(files, all);
    case 'onnx':
      return onnxContents(bytes, all);
    case 'keras':
      return { operators: kerasModel(model).length, parameters: networkParameters(model.network), layers: all };
    case 'safetensors':
      return { operators: null, parameters: total(readSafetensors(bytes, name).tensors), layers: all };
    case 'npz': {
      const weights = readNpz(bytes, name).filter(({ key }) => key !== METADATA_KEY);
      return { operators: null, parameters: total(weights), layers: all };
    }
  }
}

const total = (weights: readonly { readonly shape: readonly number[] }[]): number =>
  weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);

/** Nodes of a graph that compute nothing. */
const STORED = ['Const', 'Placeholder'];

function graphContents(files: readonly ExportFile[], all: readonly string[]): ExportContents {
  const text = new TextDecoder().decode(files.find(({ name }) => name === MODEL_FILE)!.bytes);
  const { modelTopology, weightsManifest } = JSON.parse(text) as GraphModelJson;
  const names = new Set(modelTopology.node.map(({ name }) => name));
  return {
    operators: modelTopology.node.filter(({ op }) => !STORED.includes(op)).length,
    parameters: total(weightsManifest.flatMap(({ weights }) => weights.filter(({ dtype }) => dtype === 'float32'))),
    layers: all.filter((name) => names.has(name)),
  };
}

function onnxContents(bytes: Uint8Array, all: readonly string[]): ExportContents {
  const { node = [], initializer = [] } = decodeMessage(MODEL, bytes).graph!;
  const names = new Set(node.flatMap(({ output = [] }) => output));
  const numbers = initializer.filter(({ data_type }) => data_type === DATA_TYPE.float);
  return {
    operators: node.length,
    parameters: total(numbers.map(({ dims = [] }) => ({ shape: dims }))),
    layers: all.filter((name) => names.has(name)),
  };
}
