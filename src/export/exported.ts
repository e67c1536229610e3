// A model that was exported, read as a file of weights: what it says of its settings, and the weights in it under the
// names of the Keras layers. Its graph is not looked at; whoever runs it will tell. Read first: unfolded.ts.
import type { Checkpoint, CheckpointLayer, CheckpointWeight } from '../checkpoint/checkpoint.js';
import { roleInName } from '../checkpoint/roles.js';
import type { Source } from '../checkpoint/source.js';
import { concatBytes, decodeText } from '../core/bytes.js';
import { isShuffleportError } from '../core/errors.js';
import { asRecord, parseJson } from '../core/json.js';
import { sizeOf, type Tensor } from '../core/tensor.js';
import { printable } from '../core/text.js';
import type { Network } from '../network/layer.js';
import { buildNetwork } from '../shufflenet/build.js';
import { settingsFromMetadata } from '../shufflenet/metadata.js';
import { ForeignExportError } from './errors.js';
import type { ExportFile } from './files.js';
import { MODEL, type ModelProto } from './onnx/messages.js';
import { graphOf as onnxGraph, onnxSteps } from './onnx/model.js';
import { decodeMessage } from './onnx/protobuf-read.js';
import { weightsIn } from './onnx/read.js';
import { graphOf, MODEL_FILE } from './tfjs/graph.js';
import { readGroup, weightsAmong } from './tfjs/read.js';
import { specsOf } from './tfjs/weights.js';
import { tracedWeights } from './traced.js';
import { unfolded, withoutValues } from './unfolded.js';

/** An exported model as it lies there. */
export interface ExportedModel {
  readonly format: 'onnx' | 'tfjs';
  /** As `convert` wrote them: the model, then the shards that it names. */
  readonly files: readonly ExportFile[];
  /** What can be asked for by name: layers that are still there, and more. */
  readonly layers: ReadonlySet<string>;
  /** The same as a source of weights. What opening it throws: `ForeignExportError`, `ExportReadBackError`. */
  readonly source: Source;
}

/** Most bytes of a model.json: those of the largest networks take 1 MB. */
const MAX_JSON_BYTES = 64_000_000;

/** The exported model in `source`; nothing where it is something else. Throws a `ForeignExportError` for somebody else's. */
export async function readExported(source: Source): Promise<ExportedModel | undefined> {
  const bytes = await source.bytes();
  if (looksLikeOnnx(bytes)) {
    const proto = onnxMessage(bytes, source.name);
    const open = async (): Promise<Checkpoint> => onnxCheckpoint(proto, bytes.length, source.name);
    const layers = new Set(proto.graph?.node?.flatMap(({ output = [] }) => output));
    return { format: 'onnx', files: [{ name: source.name, bytes }], layers, source: { ...source, open } };
  }
  const json = graphModelIn(bytes);
  if (json === undefined) return undefined;
  const files = [{ name: MODEL_FILE, bytes }, ...(await shardsOf(json, source))];
  const open = async (): Promise<Checkpoint> => tfjsCheckpoint(json, files, source.name);
  return { format: 'tfjs', files, layers: namesIn(json), source: { ...source, open } };
}

/** The version of the format as a small number, and then who wrote the file: so every ONNX file begins. */
const looksLikeOnnx = (bytes: Uint8Array): boolean => bytes[0] === 0x08 && bytes[1]! < 0x80 && bytes[2] === 0x12;

function graphModelIn(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  if (bytes.length > MAX_JSON_BYTES || !/^\s*\{/.test(decodeText(bytes.subarray(0, 64)))) return undefined;
  try {
    const json = asRecord(parseJson(decodeText(bytes)));
    return json?.format === 'graph-model' ? json : undefined;
  } catch {
    return undefined;
  }
}

/** Which nodes are which Keras layers, where the file says so. */
const layersTold = (json: Readonly<Record<string, unknown>>): unknown =>
  asRecord(json.userDefinedMetadata)?.kerasLayers;

function namesIn(json: Readonly<Record<string, unknown>>): Set<string> {
  const layers = asRecord(layersTold(json));
  if (layers !== undefined) return new Set(Object.keys(layers));
  const nodes = asRecord(json.modelTopology)?.node;
  return new Set(Array.isArray(nodes) ? nodes.flatMap((node) => asRecord(node)?.name ?? []).filter(isText) : []);
}

const groupsOf = ({ weightsManifest }: Readonly<Record<string, unknown>>) =>
  Array.isArray(weightsManifest) ? weightsManifest.map(asRecord) : [];

/** The files that the manifest names, each once. */
async function shardsOf(json: Readonly<Record<string, unknown>>, source: Source): Promise<ExportFile[]> {
  const paths = groupsOf(json).flatMap((group) => group?.paths ?? []);
  if (!paths.every(isText) || paths.length > MAX_SHARDS) {
    throw new ForeignExportError(source.name, 'a manifest of weights of another form', 'names of files');
  }
  if (source.sibling === undefined) {
    throw new ForeignExportError(source.name, 'no files beside it', `the shards: ${paths.map(printable).join(', ')}`);
  }
  const files: ExportFile[] = [];
  for (const name of new Set(paths)) {
    files.push({ name, bytes: await (await source.sibling(name)).bytes() });
  }
  return files;
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** Shards of 4 MiB: this many hold 4 GB of weights. */
const MAX_SHARDS = 1000;

/** The network that the file says it holds, which must not be larger than the file can hold. */
function networkOf(record: unknown, bytes: number, where: string): Network {
  const settings = settingsFromMetadata(record);
  if (settings === undefined) {
    throw new ForeignExportError(
      where,
      'no settings of a ShuffleNet',
      'those that `convert` writes under `shuffleport`',
    );
  }
  const network = buildNetwork(settings);
  const sizes = network.layers.flatMap((layer) => Object.values(layer.weights).map(sizeOf));
  // Folding leaves a quarter of a batch normalisation's weights, and every weight takes four bytes.
  if (sizes.reduce((sum, size) => sum + size, 0) > bytes) {
    throw new ForeignExportError(where, `${bytes} bytes`, `the weights of ${network.name}`);
  }
  return network;
}

function onnxCheckpoint(proto: ModelProto, bytes: number, where: string): Checkpoint {
  const stored = proto.metadata_props?.find(({ key }) => key === 'shuffleport')?.value;
  const record = stored === undefined ? undefined : parsed(stored);
  const model = withoutValues(networkOf(record, bytes, where));
  const fold = [true, false].find((choice) => {
    return sameText(constantsOf(proto.graph), constantsOf(onnxGraph(model, { fold: choice })));
  });
  if (fold === undefined) throw otherConstants(where);
  const weights = weightsIn(proto, model, { fold });
  return checkpointOf('onnx', record, fold ? unfolded(weights, onnxSteps(model, { fold }), model.network) : weights);
}

function onnxMessage(bytes: Uint8Array, where: string): ModelProto {
  try {
    return decodeMessage(MODEL, bytes);
  } catch (error) {
    if (!isShuffleportError(error)) throw error;
    const { found = '', expected = '' } = error.explanation;
    throw new ForeignExportError(where, found, expected, { cause: error });
  }
}

/** Names, types, shapes and sizes. */
const constantsOf = (graph: ModelProto['graph']): unknown =>
  graph?.initializer?.map(({ raw_data, ...told }) => [
    told.name,
    told.data_type,
    told.dims ?? [],
    raw_data?.length ?? 0,
  ]);

const sameText = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const otherConstants = (where: string): ForeignExportError =>
  new ForeignExportError(where, 'other constants than its settings lead to', 'those that `convert` writes');

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function tfjsCheckpoint(
  json: Readonly<Record<string, unknown>>,
  [, ...shards]: readonly ExportFile[],
  where: string,
): Checkpoint {
  const record = asRecord(json.userDefinedMetadata)?.shuffleport;
  const bytes = concatBytes(shards.map((shard) => shard.bytes));
  const model = withoutValues(networkOf(record, bytes.length, where));
  const told = [groupsOf(json).flatMap((group) => group?.weights ?? []), layersTold(json)];
  const fold = [true, false].find((choice) => {
    const { constants, kerasLayers } = graphOf(model, { fold: choice });
    return sameText(told, [specsOf(constants), kerasLayers]);
  });
  if (fold === undefined) throw otherConstants(where);
  const constants = ({ weights }: typeof model) => graphOf({ ...model, weights }, { fold }).constants;
  const stored = readGroup(new Map(), bytes, specsOf(constants(model)));
  const weights = fold ? tracedWeights(stored, model.network, constants) : weightsAmong(stored, model);
  if (weights === undefined) throw otherConstants(where);
  return checkpointOf('tfjs', record, weights);
}

function checkpointOf(
  container: Checkpoint['container'],
  metadata: unknown,
  weights: ReadonlyMap<string, Tensor>,
): Checkpoint {
  const layers = new Map<string, CheckpointWeight[]>();
  for (const [key, value] of weights) {
    const layer = key.slice(0, key.lastIndexOf('/'));
    const weight = { name: key, role: roleInName(key), shape: value.shape, dtype: 'float32', read: async () => value };
    layers.set(layer, [...(layers.get(layer) ?? []), weight]);
  }
  const listed = Array.from(layers, ([name, own]): CheckpointLayer => ({ name, weights: own }));
  return { container, layers: listed, metadata, notes: [], close: () => {} };
}
