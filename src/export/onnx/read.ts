// An ONNX model read back after writing: its weights under Keras's names and in Keras's order of axes, its graph
// compared with the one the network makes. Reads only what model.ts writes; the files are our own, so what differs is
// damage. Read first: model.ts.
import { equalBytes } from '../../core/bytes.js';
import { type Tensor, tensor, transposed } from '../../core/tensor.js';
import { WEIGHT_ROLES } from '../../core/weights.js';
import { decodeElements } from '../../formats/elements.js';
import { wholeKernel } from '../../network/kernel.js';
import type { Model } from '../../network/model.js';
import type { ShuffleNetModel } from '../../shufflenet/load.js';
import type { WrittenWeights } from '../arrays.js';
import { ExportReadBackError } from '../errors.js';
import { innerName } from '../inner-name.js';
import { namedWeights } from '../named-weights.js';
import type { ExportOptions } from '../options.js';
import { convolutionsOf, isFolded, KERNEL_ROLE, shared } from '../unfolded.js';
import { DATA_TYPE, MODEL, type ModelProto, type TensorProto } from './messages.js';
import { onnxModel, onnxSteps } from './model.js';
import { encodeMessage } from './protobuf.js';
import { decodeMessage } from './protobuf-read.js';

/**
 * The weights and settings in an ONNX model. A convolution that holds a folded batch normalisation has its kernel and
 * bias under that one's name. Throws `ExportReadBackError` where the graph, its arguments or its metadata are not
 * `model`'s, and `MalformedFileError` where the file is no ONNX.
 */
export function fromOnnx(
  bytes: Uint8Array,
  model: ShuffleNetModel,
  options: ExportOptions,
  where: string,
): WrittenWeights {
  const found = decodeMessage(MODEL, bytes);
  const expected = decodeMessage(MODEL, encodeMessage(MODEL, onnxModel(model, options)));
  for (const part of Object.keys(MODEL) as (keyof ModelProto)[]) {
    if (part !== 'graph') expectSame(part, found[part], expected[part], where);
  }
  for (const part of ['name', 'node', 'input', 'output'] as const) {
    expectSame(part, found.graph?.[part], expected.graph![part], where);
  }
  expectSame('list of constants', constantsOf(found), constantsOf(expected), where);
  // One message can be written in several ways (numbers of more bytes than they need); ours is written in one.
  if (!equalBytes(encodeMessage(MODEL, found), bytes)) throw different('way of writing', where);
  const record = found.metadata_props!.find(({ key }) => key === 'shuffleport')!.value!;
  return { weights: weightsIn(found, model, options), record: JSON.parse(record) };
}

/** The weights as they must be written: Keras's own, but a convolution and the batch normalisation folded into it as one. */
export function onnxWeights(model: ShuffleNetModel, options: ExportOptions): [string, Tensor<Float32Array>][] {
  const { network, weights } = model;
  return onnxSteps(model, options).flatMap((step): [string, Tensor<Float32Array>][] => {
    if (step.kind !== 'layer' && isFolded(step, network)) {
      const { name, kind, kernel, bias } = step;
      return [
        [`${name}/${KERNEL_ROLE[kind]}`, wholeKernel(kernel)],
        [`${name}/bias`, bias!],
      ];
    }
    const own = step.kind === 'layer' ? [step.layer.name] : step.layers;
    const layers = network.layers.filter(({ name }) => own.includes(name));
    return namedWeights({ network: { ...network, layers }, weights });
  });
}

/** ONNX's OIHW as Keras's HWIO, as in layers.ts the other way round. */
const KERAS_AXES = { Conv2D: [2, 3, 1, 0], DepthwiseConv2D: [2, 3, 0, 1] } as const;

/** The float constants of the graph under Keras's names and in its order of axes. `model` is the network's, with any weights. */
export function weightsIn(
  { graph }: ModelProto,
  model: Pick<Model, 'network' | 'weights'>,
  options: ExportOptions,
): Map<string, Tensor> {
  const { network } = model;
  const layerNames = new Set(network.layers.map(({ name }) => name));
  const stored = new Map(graph!.initializer!.map((constant) => [constant.name!, constant]));
  const read = (layer: string, part: string): Tensor<Float32Array>[] => {
    const constant = stored.get(innerName(layerNames, layer, part));
    return constant === undefined ? [] : [floatsOf(constant)];
  };
  return new Map(
    onnxSteps(model, options).flatMap((step): [string, Tensor][] => {
      if (step.kind === 'layer') {
        const { name } = step.layer;
        return WEIGHT_ROLES.flatMap((role) =>
          read(name, role).map((value): [string, Tensor] => [`${name}/${role}`, value]),
        );
      }
      const owners = isFolded(step, network) ? [step.name] : convolutionsOf(step, network);
      const kernels = read(step.name, 'kernel').map((kernel) => transposed(kernel, KERAS_AXES[step.kind]));
      return [
        ...kernels.flatMap((kernel) => shared(kernel, owners, KERNEL_ROLE[step.kind])),
        ...read(step.name, 'bias').flatMap((bias) => shared(bias, owners, 'bias')),
      ];
    }),
  );
}

function floatsOf({ dims = [], raw_data: bytes, name }: TensorProto): Tensor<Float32Array> {
  return tensor(decodeElements(bytes!, 'float32', true, name!) as Float32Array, dims);
}

/** What there is to compare of the constants beside floats, which are compared as weights. */
function constantsOf({ graph }: ModelProto): unknown {
  return graph?.initializer?.map((constant) => {
    const { raw_data: bytes = new Uint8Array(), ...told } = constant;
    return [told, bytes.length, told.data_type === DATA_TYPE.float ? undefined : Array.from(bytes)];
  });
}

/** Plain data that was decoded by one table, so the same data is the same text. */
function expectSame(part: string, found: unknown, expected: unknown, where: string): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) throw different(part, where);
}

const different = (part: string, where: string): ExportReadBackError =>
  new ExportReadBackError(where, `another ${part}`, `the ${part} of the network`);
