// The graph with batch normalisations folded and activations fused, each grouped convolution in the form that
// TensorFlow.js runs fastest. A node bears a Keras layer's name where it gives just what the layer gave.
// Read first: plan.ts, pieces.ts, parts.ts.

import { type Tensor, tensor, toFloat32 } from '../../core/tensor.js';
import { foldBatchNorms } from '../../network/fold.js';
import { type Convolution, channelsOut, groupedSteps } from '../../network/grouped.js';
import { wholeKernel } from '../../network/kernel.js';
import type { Layer, LayerOf } from '../../network/layer.js';
import type { LayerWeights, Model } from '../../network/model.js';
import { shuffleOrder } from '../../network/shuffle-order.js';
import { innerName } from '../inner-name.js';
import { addConstant, addIntegers, addNode, type GraphBuilder } from './builder.js';
import { addLayer } from './layers.js';
import { type Attribute, integers, texts, windowAttributes } from './nodes.js';
import { copyCost, denseKernel, equalRanges, fewestMicroseconds, type Range } from './parts.js';
import { copiesFor, madeOf, type Piece, partName, take, takeWhole, type Value, wholeValue } from './pieces.js';
import { costAfter, inPieces, type Plan, planSteps, rangesBetween, sizeOfStep } from './plan.js';

/** Keras layers and the nodes that, joined along the last axis, give what each gave. */
export type KerasLayers = Readonly<Record<string, readonly string[]>>;

/** What has been written so far. */
interface Folding {
  readonly builder: GraphBuilder;
  readonly plan: Plan;
  /** What each step gives, by its name. */
  readonly values: Map<string, Value>;
}

/** Adds the network's operations and tells which nodes are which Keras layers. */
export function addFolded(builder: GraphBuilder, model: Pick<Model, 'network' | 'weights'>): KerasLayers {
  const { network } = model;
  const plan = planSteps(foldBatchNorms(groupedSteps(model), network.output), network);
  const folding: Folding = { builder, plan, values: new Map() };
  for (const step of plan.steps) {
    if (step.kind === 'layer') addStepOfLayer(folding, step.layer, step.weights);
    else if (step.kind === 'DepthwiseConv2D') addDepthwise(folding, step);
    else addConvolution(folding, step);
  }
  nameOutput(folding, network.output);
  return Object.fromEntries(Array.from(folding.values, ([name, value]) => [name, nodesOf(value)]));
}

/** The one node that has it all, where there is one. */
function nodesOf({ pieces, channels, made }: Value): string[] {
  const whole = made.get(`0:${channels}`);
  return whole === undefined ? pieces.map(({ node }) => node) : [whole];
}

function nameOutput({ builder, values }: Folding, output: string): void {
  const value = values.get(output)!;
  const node = takeWhole(builder, value);
  if (node === output) return;
  addNode(builder, output, 'Identity', [node]);
  value.made.set(`0:${value.channels}`, output);
}

function addStepOfLayer(folding: Folding, layer: Layer, weights: LayerWeights): void {
  const { builder, values } = folding;
  if (values.has(layer.name)) return;
  const inputs = layer.inputs.map((name) => values.get(name)!);
  const rank = layer.outputShape.length + 1;
  if (layer.op === 'Concatenate') values.set(layer.name, concatenated(layer, rank, inputs));
  else if (layer.op === 'ChannelShuffle') addShuffle(folding, layer);
  else if (inPieces(layer) || isGlobal(layer)) values.set(layer.name, eachPiece(folding, layer, rank, inputs));
  else {
    const own = { ...layer, inputs: inputs.map((value) => takeWhole(builder, value)) };
    if (own.op === 'Dense') addDense(builder, own, weights);
    else addLayer(builder, own, weights);
    values.set(layer.name, wholeValue(layer.name, rank, layer.outputShape.at(-1)!));
  }
}

const isGlobal = ({ op }: Layer): boolean => op === 'GlobalMaxPooling2D' || op === 'GlobalAveragePooling2D';

/** No operation: the pieces of all, one after the other. */
function concatenated({ name }: Layer, rank: number, inputs: readonly Value[]): Value {
  let at = 0;
  const pieces = inputs.flatMap((value) => {
    const first = at;
    at += value.channels;
    return value.pieces.map((piece) => ({ ...piece, begin: piece.begin + first, end: piece.end + first }));
  });
  return madeOf(name, rank, pieces);
}

function eachPiece({ builder }: Folding, layer: Layer, rank: number, inputs: readonly Value[]): Value {
  const relu = layer.op === 'Activation';
  const pieces = commonPieces(inputs).map(({ begin, end, positive }, _, { length }): Piece => {
    const taken = inputs.map((value) => take(builder, value, { begin, end }));
    if (relu && positive) return { node: taken[0]!, begin, end, positive };
    const name = length === 1 ? layer.name : partName(builder, layer.name, { begin, end });
    const shape = [...layer.outputShape.slice(0, -1), end - begin];
    addLayer(builder, { ...layer, name, inputs: taken, outputShape: shape }, {});
    return { node: name, begin, end, positive: relu || positive };
  });
  return madeOf(layer.name, rank, pieces);
}

/** The pieces of that input which asks least of the others; positive where all are. */
function commonPieces(inputs: readonly Value[]): Piece[] {
  const copies = ({ pieces }: Value): number =>
    inputs.reduce((sum, other) => pieces.reduce((count, piece) => count + copiesFor(other, piece), sum), 0);
  const { pieces } = inputs.reduce((best, value) => (copies(value) < copies(best) ? value : best));
  return pieces.map((piece) => {
    const overlapping = inputs.flatMap((value) =>
      value.pieces.filter((p) => p.begin < piece.end && piece.begin < p.end),
    );
    return { ...piece, positive: overlapping.every(({ positive }) => positive) };
  });
}

/** A grouped convolution in parts: each a dense one over its groups' channels. One part may give the channels shuffled. */
function addConvolution(folding: Folding, step: Convolution): void {
  const { plan, values } = folding;
  const input = values.get(step.input)!;
  const parts = partsOf(folding, step);
  const shuffle = parts === 1 ? plan.shuffles.get(step.name) : undefined;
  const name = shuffle?.name ?? step.name;
  const channels = channelsOut(step);
  const ranges = parts > 1 ? equalRanges(channels, parts) : rangesBetween(plan.cuts.get(step.name) ?? [], channels);
  const order = shuffle && shuffleOrder(channels, shuffle.attrs.groups);
  const pieces = ranges.map((range, i): Piece => {
    const outputs = Array.from({ length: range.end - range.begin }, (_, at) => {
      return order === undefined ? range.begin + at : order[at]!;
    });
    const own = ranges.length === 1 ? name : partName(folding.builder, name, range);
    const node = addPart(folding, step, own, taken(step, input, parts, i), outputs);
    return { node, ...range, positive: step.attrs.activation === 'relu' };
  });
  values.set(name, madeOf(name, 4, pieces));
}

/** The channels that one of the parts takes. */
function taken({ slice }: Convolution, { channels }: Value, parts: number, i: number): Range {
  return slice ?? (parts > 1 ? equalRanges(channels, parts)[i]! : { begin: 0, end: channels });
}

function partsOf({ plan, values }: Folding, step: Convolution): number {
  const input = values.get(step.input)!;
  const size = sizeOfStep(step, plan);
  return fewestMicroseconds(size, (parts) => {
    const copies = equalRanges(input.channels, parts).reduce((sum, range) => sum + copiesFor(input, range), 0);
    return copies * copyCost(size.pixels) + costAfter(step, parts, plan);
  });
}

function addPart(folding: Folding, step: Convolution, name: string, range: Range, outputs: readonly number[]): string {
  const { builder, values } = folding;
  const { bias, slice, groups } = step;
  const rows = slice === undefined ? range : { begin: 0, end: range.end - range.begin };
  const kernel = denseKernel({ kernel: wholeKernel(step.kernel), groups }, rows, outputs);
  const x = take(builder, values.get(step.input)!, range);
  const added = bias && toFloat32(bias);
  const own =
    added &&
    tensor(
      Float32Array.from(outputs, (output) => added[output]!),
      [outputs.length],
    );
  return addFused(builder, name, 'Conv2D', x, kernel, own, step);
}

function addDepthwise({ builder, values }: Folding, step: Convolution): void {
  const { name, input, kernel, bias } = step;
  const x = takeWhole(builder, values.get(input)!);
  addFused(builder, name, 'DepthwiseConv2dNative', x, wholeKernel(kernel), bias, step);
  values.set(name, wholeValue(name, 4, channelsOut(step), step.attrs.activation === 'relu'));
}

const FUSED = { Conv2D: '_FusedConv2D', DepthwiseConv2dNative: 'FusedDepthwiseConv2dNative' } as const;

/** TensorFlow.js fuses a relu only behind a bias: one of zeros, where there is none. */
function addFused(
  builder: GraphBuilder,
  name: string,
  op: keyof typeof FUSED,
  x: string,
  kernel: Tensor<Float32Array>,
  bias: Tensor<Float32Array> | undefined,
  { attrs }: Convolution,
): string {
  const window = { ...windowAttributes(attrs), dilations: integers([1, 1, 1, 1]) };
  const weights = [addConstant(builder, name, op === 'Conv2D' ? 'kernel' : 'depthwise_kernel', kernel)];
  const relu = attrs.activation === 'relu';
  if (bias === undefined && !relu) return addNode(builder, name, op, [x, ...weights], window);
  const channels = kernel.shape[op === 'Conv2D' ? 3 : 2]!;
  weights.push(addConstant(builder, name, 'bias', bias ?? tensor(new Float32Array(channels), [channels])));
  return addNode(builder, name, FUSED[op], [x, ...weights], { ...window, ...fusedAttributes(relu) });
}

const fusedAttributes = (relu: boolean): Record<string, Attribute> => ({
  fused_ops: texts(relu ? ['BiasAdd', 'Relu'] : ['BiasAdd']),
  num_args: { i: '1' },
});

function addDense(builder: GraphBuilder, { name, inputs }: LayerOf<'Dense'>, { kernel, bias }: LayerWeights): void {
  const weights = [addConstant(builder, name, 'kernel', kernel!), addConstant(builder, name, 'bias', bias!)];
  const attr = { transpose_a: { b: false }, transpose_b: { b: false }, ...fusedAttributes(false) };
  addNode(builder, name, '_FusedMatMul', [...inputs, ...weights], attr);
}

/** Pixels in a row, channels as `(groups, n)`, turned about: an order of magnitude faster than a gather. */
function addShuffle({ builder, values }: Folding, layer: LayerOf<'ChannelShuffle'>): void {
  const { name, attrs, outputShape } = layer;
  const input = values.get(layer.inputs[0]!)!;
  if (attrs.groups === 1) {
    values.set(name, { ...input, layer: name, made: new Map() });
    return;
  }
  const x = takeWhole(builder, input);
  const channels = input.channels;
  const inner = (part: string): string => innerName(builder.layerNames, name, part);
  const split = addIntegers(builder, name, 'split', [-1, attrs.groups, channels / attrs.groups]);
  const perm = addIntegers(builder, name, 'perm', [0, 2, 1]);
  const known = outputShape.every((size) => size !== null);
  const rows = addNode(builder, inner('Reshape'), 'Reshape', [x, split]);
  const turned = addNode(builder, inner('Transpose'), 'Transpose', [rows, perm]);
  const shape = known
    ? addIntegers(builder, name, 'shape', [-1, ...(outputShape as readonly number[])])
    : addNode(builder, inner('Shape'), 'Shape', [x]);
  addNode(builder, name, 'Reshape', [turned, shape]);
  values.set(
    name,
    wholeValue(
      name,
      4,
      channels,
      input.pieces.every(({ positive }) => positive),
    ),
  );
}
