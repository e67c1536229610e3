// A model as a TensorFlow.js GraphModel: model.json and shards of weights, as tf.loadGraphModel takes them.
// Read first: graph.ts. Read back by read.ts.
import { concatBytes, encodeText } from '../../core/bytes.js';
import { tensor } from '../../core/tensor.js';
import { encodeElements } from '../../formats/elements.js';
import type { Network } from '../../network/layer.js';
import { layersByName } from '../../network/layer.js';
import type { ShuffleNetModel } from '../../shufflenet/load.js';
import { settingsRecord } from '../../shufflenet/metadata.js';
import type { ExportFile } from '../export-file.js';
import { type GraphConstant, graphOf } from './graph.js';
import { tensorShape } from './graph-def.js';

/** 4 MiB: the size of the official converter, which browsers cache. */
const SHARD_BYTES = 4 * 1024 * 1024;

/** How the weights are cut. */
export interface TfjsOptions {
  /** Bytes of a shard; the last may be shorter. A weight may lie in more than one. */
  readonly shardBytes?: number;
}

/** `NAME/model.json` and `NAME/group1-shard1ofN.bin`, …. Throws `NodeNameError`. */
export function writeTfjsModel(model: ShuffleNetModel, { shardBytes = SHARD_BYTES }: TfjsOptions = {}): ExportFile[] {
  const { constants } = graphOf(model.network);
  const data = concatBytes(constants.map((constant) => constantBytes(model, constant)));
  const count = Math.max(1, Math.ceil(data.length / shardBytes));
  const shards = Array.from({ length: count }, (_, i) => ({
    name: shardName(i, count),
    bytes: data.slice(i * shardBytes, (i + 1) * shardBytes),
  }));
  const json = modelJson(
    model,
    shards.map(({ name }) => name),
  );
  const files = [{ name: 'model.json', bytes: encodeText(JSON.stringify(json)) }, ...shards];
  return files.map(({ name, bytes }) => ({ name: `${model.network.name}/${name}`, bytes }));
}

const shardName = (index: number, count: number): string => `group1-shard${index + 1}of${count}.bin`;

/** The values of a constant, little-endian, as they stand in the shards. */
export function constantBytes({ weights }: Pick<ShuffleNetModel, 'weights'>, constant: GraphConstant): Uint8Array {
  const { value, shape } = constant;
  if (value instanceof Int32Array) return encodeElements(tensor(value, shape));
  return encodeElements(weights.get(value.layer)![value.role]!);
}

/** What model.json says; the same for the same model and shard names. */
export function modelJson({ network, settings }: ShuffleNetModel, paths: readonly string[]): object {
  const { graphDef, constants } = graphOf(network);
  const weights = constants.map(({ name, shape, value }) => {
    return { name, shape, dtype: value instanceof Int32Array ? 'int32' : 'float32' };
  });
  return {
    format: 'graph-model',
    generatedBy: 'shuffleport',
    convertedBy: 'shuffleport',
    signature: signatureOf(network),
    userDefinedMetadata: { shuffleport: settingsRecord(settings) },
    modelTopology: graphDef,
    weightsManifest: [{ paths, weights }],
  };
}

function signatureOf(network: Network): object {
  const layers = layersByName(network);
  const entry = (name: string): object => {
    const { outputShape } = layers.get(name)!;
    const value = { name: `${name}:0`, dtype: 'DT_FLOAT', tensorShape: tensorShape([null, ...outputShape]) };
    return { [name]: value };
  };
  return { inputs: entry(network.input), outputs: entry(network.output) };
}
