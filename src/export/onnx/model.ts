// Network + weights -> an ONNX model: grouped convolutions as one node each, batch normalisations folded unless told
// otherwise, values under the names of the Keras layers. Read first: messages.ts, then layers.ts.
import { foldBatchNorms } from '../../network/fold.js';
import { groupedSteps, type Step } from '../../network/grouped.js';
import type { Network, Shape } from '../../network/layer.js';
import type { Model } from '../../network/model.js';
import type { ShuffleNetModel } from '../../shufflenet/load.js';
import { settingsRecord } from '../../shufflenet/metadata.js';
import type { ExportOptions } from '../options.js';
import { addNode, onnxBuilder, valueName } from './builder.js';
import { addStep } from './layers.js';
import {
  DATA_TYPE,
  type Dimension,
  type GraphProto,
  integers,
  MODEL,
  type ModelProto,
  type ValueInfoProto,
} from './messages.js';
import { encodeMessage } from './protobuf.js';

/** The operator set: the oldest of those that every runtime of the last years has. Nothing here needs a later one. */
const OPSET = 17;

/** The version of the format that came with it. */
const IR_VERSION = 8;

/** The model as the bytes of an .onnx file. */
export function toOnnx(model: ShuffleNetModel, options: ExportOptions = {}): Uint8Array {
  return encodeMessage(MODEL, onnxModel(model, options));
}

/** The model as ONNX's own messages, before they are bytes. */
export function onnxModel(model: ShuffleNetModel, options: ExportOptions = {}): ModelProto {
  const { hashes = [] } = options;
  const settings = { key: 'shuffleport', value: JSON.stringify(settingsRecord(model.settings)) };
  return {
    ir_version: IR_VERSION,
    producer_name: 'shuffleport',
    opset_import: [{ domain: '', version: OPSET }],
    metadata_props: [settings, ...(hashes.length > 0 ? [{ key: 'checkpoint_sha256', value: hashes.join(' ') }] : [])],
    graph: graphOf(model, options),
  };
}

/** The steps that are written: grouped convolutions whole, batch normalisations folded unless that is not wanted. */
export function onnxSteps(model: Pick<Model, 'network' | 'weights'>, { fold = true }: ExportOptions): Step[] {
  const steps = groupedSteps(model);
  return fold ? foldBatchNorms(steps, model.network.output) : steps;
}

/** The graph. Maps are NCHW inside; with NHWC they are transposed where they come in and where one goes out. */
export function graphOf(model: Pick<Model, 'network' | 'weights'>, options: ExportOptions): GraphProto {
  const { network } = model;
  const { inputLayout = 'nhwc' } = options;
  const turned = inputLayout === 'nhwc' ? [network.input, network.output].filter((name) => isMap(network, name)) : [];
  const builder = onnxBuilder(network, turned);
  if (turned.includes(network.input)) turn(network.input, valueName(builder, network.input), [0, 3, 1, 2]);
  for (const step of onnxSteps(model, options)) addStep(builder, step);
  if (turned.includes(network.output)) turn(valueName(builder, network.output), network.output, [0, 2, 3, 1]);
  return {
    node: builder.nodes,
    name: network.name,
    initializer: builder.initializers,
    input: [describe(network, network.input, inputLayout)],
    output: [describe(network, network.output, inputLayout)],
  };

  function turn(from: string, to: string, perm: readonly number[]): void {
    addNode(builder, to, 'Transpose', [from], [integers('perm', perm)]);
  }
}

const shapeOf = ({ layers }: Network, name: string): Shape => layers.find((layer) => layer.name === name)!.outputShape;

const isMap = (network: Network, name: string): boolean => shapeOf(network, name).length === 3;

/** The batch, and heights and widths that the network does not know, are names: equal names are equal sizes. */
function describe(network: Network, name: string, layout: 'nhwc' | 'nchw'): ValueInfoProto {
  const shape = shapeOf(network, name);
  const prefix = name === network.input ? '' : 'output_';
  const sizes = shape.map(
    (size, axis): Dimension =>
      size === null ? { dim_param: `${prefix}${axis === 0 ? 'height' : 'width'}` } : { dim_value: size },
  );
  const ordered = layout === 'nchw' && sizes.length === 3 ? [sizes[2]!, sizes[0]!, sizes[1]!] : sizes;
  const type = { elem_type: DATA_TYPE.float, shape: { dim: [{ dim_param: 'N' }, ...ordered] } };
  return { name, type: { tensor_type: type } };
}
