// A graph while it is being built: operations, constants, and which value holds what a layer gives.
// Read first: messages.ts.
import type { Tensor } from '../../core/tensor.js';
import { encodeElements } from '../../formats/elements.js';
import type { Network } from '../../network/layer.js';
import { innerName } from '../inner-name.js';
import { type AttributeProto, DATA_TYPE, type NodeProto, type TensorProto } from './messages.js';

/** What has been built so far. Nodes stand in an order in which they can run. */
export interface OnnxBuilder {
  readonly nodes: NodeProto[];
  readonly initializers: TensorProto[];
  /** Names of Keras layers, those folded away included: each belongs to what the layer gives and to nothing else. */
  readonly layerNames: ReadonlySet<string>;
  /** Layers whose maps are held under another name, since their own belongs to the map transposed to NHWC. */
  readonly renamed: ReadonlyMap<string, string>;
}

/** An empty graph for this network. The layers in `renamed` are held in NCHW under `LAYER/nchw`. */
export function onnxBuilder({ layers }: Pick<Network, 'layers'>, renamed: readonly string[] = []): OnnxBuilder {
  const layerNames = new Set(layers.map(({ name }) => name));
  const renaming = renamed.map((layer) => [layer, innerName(layerNames, layer, 'nchw')] as const);
  return { nodes: [], initializers: [], layerNames, renamed: new Map(renaming) };
}

/** The name of the value that holds what the layer gives, channels second. */
export function valueName({ renamed }: OnnxBuilder, layer: string): string {
  return renamed.get(layer) ?? layer;
}

/** Adds an operation, called after its one output, and returns that name. */
export function addNode(
  { nodes }: OnnxBuilder,
  output: string,
  op: string,
  input: readonly string[],
  attribute: readonly AttributeProto[] = [],
): string {
  nodes.push({ input, output: [output], name: output, op_type: op, attribute });
  return output;
}

/** Adds a constant of a layer and returns its name. */
export function addWeight(builder: OnnxBuilder, layer: string, part: string, value: Tensor<Float32Array>): string {
  return addInitializer(builder, layer, part, DATA_TYPE.float, value.shape, encodeElements(value));
}

/** Adds whole numbers that are an argument of an operation, and returns their name. */
export function addIntegers(builder: OnnxBuilder, layer: string, part: string, values: readonly number[]): string {
  const view = new DataView(new ArrayBuffer(8 * values.length));
  values.forEach((value, i) => {
    view.setBigInt64(8 * i, BigInt(value), true);
  });
  return addInitializer(builder, layer, part, DATA_TYPE.int64, [values.length], new Uint8Array(view.buffer));
}

function addInitializer(
  { initializers, layerNames }: OnnxBuilder,
  layer: string,
  part: string,
  dataType: number,
  dims: readonly number[],
  bytes: Uint8Array,
): string {
  const name = innerName(layerNames, layer, part);
  initializers.push({ dims, data_type: dataType, name, raw_data: bytes });
  return name;
}
