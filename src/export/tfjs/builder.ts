// A graph while it is being built: operations, the constants among them, and the names they may not take.
// Read first: nodes.ts.
import { sizeOf, type Tensor, tensor } from '../../core/tensor.js';
import type { Network } from '../../network/layer.js';
import { innerName } from '../inner-name.js';
import { type Attribute, fixed, type GraphNode } from './nodes.js';

/** What has been built so far. Nodes stand in an order in which they can run. */
export interface GraphBuilder {
  readonly nodes: GraphNode[];
  /** Values of the `Const` nodes, in order. */
  readonly constants: Map<string, Tensor<Float32Array | Int32Array>>;
  /** Names of layers: each belongs to the layer's last operation and to nothing else. */
  readonly layerNames: ReadonlySet<string>;
}

/** An empty graph for this network. */
export function graphBuilder({ layers }: Pick<Network, 'layers'>): GraphBuilder {
  return { nodes: [], constants: new Map(), layerNames: new Set(layers.map(({ name }) => name)) };
}

/** Adds an operation and returns its name. */
export function addNode(
  { nodes }: GraphBuilder,
  name: string,
  op: string,
  input: readonly string[],
  attr: Readonly<Record<string, Attribute>> = {},
): string {
  nodes.push({ name, op, input, attr });
  return name;
}

/** Adds a constant of a layer and returns its name. */
export function addConstant(
  builder: GraphBuilder,
  layer: string,
  part: string,
  value: Tensor<Float32Array | Int32Array>,
): string {
  const name = innerName(builder.layerNames, layer, part);
  const dtype = value.data instanceof Int32Array ? 'DT_INT32' : 'DT_FLOAT';
  builder.constants.set(name, value);
  return addNode(builder, name, 'Const', [], {
    dtype: { type: dtype },
    value: { tensor: { dtype, tensorShape: fixed(value.shape) } },
  });
}

/** Adds integers that are arguments of an operation: a scalar, or a list. */
export function addIntegers(
  builder: GraphBuilder,
  layer: string,
  part: string,
  values: number | readonly number[],
): string {
  const shape = typeof values === 'number' ? [] : [values.length];
  const data = new Int32Array(sizeOf(shape));
  data.set(typeof values === 'number' ? [values] : values);
  return addConstant(builder, layer, part, tensor(data, shape));
}
