// Network + weights -> a TensorFlow.js graph model, without TensorFlow. Plain, each layer's last operation bears the
// layer's own name; folded, it is made to be fast, and says which nodes are which layers. Read first: nodes.ts, layers.ts
// (plain), folded.ts.
import { encodeText } from '../../core/bytes.js';
import type { Network } from '../../network/layer.js';
import type { Model } from '../../network/model.js';
import type { ShuffleNetModel } from '../../shufflenet/load.js';
import { settingsRecord } from '../../shufflenet/metadata.js';
import type { ExportFile } from '../files.js';
import type { ExportOptions } from '../options.js';
import { graphBuilder } from './builder.js';
import { addFolded, type KerasLayers } from './folded.js';
import { addLayer } from './layers.js';
import { batched, type GraphNode, type TensorShape } from './nodes.js';
import { type Constants, SHARD_BYTES, storeConstants, type WeightsGroup } from './weights.js';

/** The file that `loadGraphModel` is given; the shards are found beside it. */
export const MODEL_FILE = 'model.json';

/** The parts of model.json that TensorFlow.js reads. */
export interface GraphModelJson {
  readonly format: 'graph-model';
  readonly generatedBy: string;
  readonly convertedBy: null;
  readonly modelTopology: { readonly node: readonly GraphNode[]; readonly versions: { readonly producer: number } };
  readonly userDefinedMetadata: { readonly shuffleport: unknown; readonly kerasLayers?: KerasLayers };
  readonly weightsManifest: readonly WeightsGroup[];
  readonly signature: Signature;
}

/** What goes in and comes out, each under the name of its layer. */
export interface Signature {
  readonly inputs: Readonly<Record<string, SignatureTensor>>;
  readonly outputs: Readonly<Record<string, SignatureTensor>>;
}

/** A tensor of a signature: a node's first output. */
export interface SignatureTensor {
  readonly name: string;
  readonly dtype: string;
  readonly tensorShape: TensorShape;
}

/** `model.json`, then the shards, each of at most `shardBytes`. */
export function toGraphModel(
  model: ShuffleNetModel,
  options: ExportOptions = {},
  shardBytes = SHARD_BYTES,
): ExportFile[] {
  const { nodes, constants, kerasLayers } = graphOf(model, options);
  const { group, shards } = storeConstants(constants, shardBytes);
  const json: GraphModelJson = {
    format: 'graph-model',
    generatedBy: 'shuffleport',
    convertedBy: null,
    modelTopology: { node: nodes, versions: { producer: 1 } },
    userDefinedMetadata: { shuffleport: settingsRecord(model.settings), ...(kerasLayers && { kerasLayers }) },
    weightsManifest: [group],
    signature: signatureOf(model.network),
  };
  return [{ name: MODEL_FILE, bytes: encodeText(JSON.stringify(json)) }, ...shards];
}

/** What the graph holds. */
export interface Graph {
  /** In an order in which they can run. */
  readonly nodes: readonly GraphNode[];
  readonly constants: Constants;
  /** Where batch normalisations are folded; otherwise each layer is the node of its name. */
  readonly kerasLayers?: KerasLayers;
}

/** The operations, and the values of the constants among them. */
export function graphOf(model: Pick<Model, 'network' | 'weights'>, { fold = true }: ExportOptions = {}): Graph {
  const builder = graphBuilder(model.network);
  if (fold) return { ...builder, kerasLayers: addFolded(builder, model) };
  for (const layer of model.network.layers) addLayer(builder, layer, model.weights.get(layer.name) ?? {});
  return builder;
}

/** The signature of a network's graph. */
export function signatureOf({ input, inputShape, output, layers }: Network): Signature {
  const last = layers.find(({ name }) => name === output)!;
  const describe = (name: string, shape: Network['inputShape']) => ({
    [name]: { name: `${name}:0`, dtype: 'DT_FLOAT', tensorShape: batched(shape) },
  });
  return { inputs: describe(input, inputShape), outputs: describe(output, last.outputShape) };
}
