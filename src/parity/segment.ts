// A segment: a recorded layer at fault, and the layers between it and the recorded ones before it, which can be run
// again with a change. Causes (causes/) are such changes. Read first: walk.ts, bounds/bounds.ts.
import { sameShape, sizeOf, toFloat64 } from '../core/tensor.js';
import { splitBatch } from '../evaluator/evaluator.js';
import type { Layer, Network } from '../network/layer.js';
import type { LayerWeights, Model } from '../network/model.js';
import { type BoundedMap, exact } from './bounds/bounded.js';
import { boundLayer } from './bounds/bounds.js';
import { certain, type ExpectedMap, expectLayer } from './expected.js';
import { expectDoubtful } from './expected-doubtful.js';
import type { RecordedLayer } from './fixture.js';
import type { Recording } from './layer-state.js';
import { doubtsOf, type StoredFormats } from './stored.js';
import type { WalkMaterial } from './walk.js';

/** One image's outputs, by layer. */
export type Outputs = ReadonlyMap<string, BoundedMap>;

/** What lies between recorded layers. */
export interface Segment {
  readonly model: Pick<Model, 'network' | 'weights'>;
  /** In the network's order; the last is the recorded one, the target. */
  readonly layers: readonly Layer[];
  readonly target: Layer;
  /** Names of what the segment is run from: recorded layers, or the input. */
  readonly sources: readonly string[];
  /** An image each: the sources, and what every layer of the segment gives unchanged. */
  readonly outputs: readonly Outputs[];
  /** The target's recorded output. */
  readonly recording: Recording;
  readonly rounding: number;
  /** Where the rounding of stored weights is allowed for: how they are stored. */
  readonly stored?: StoredFormats;
}

/** A segment made otherwise. What is not named stays as it is. */
export interface Change {
  /** Layers that take another one's place, by name; they may take other inputs. */
  readonly layers?: ReadonlyMap<string, Layer>;
  readonly weights?: ReadonlyMap<string, LayerWeights>;
  /** What a layer is handed, by its name. */
  readonly given?: ReadonlyMap<string, (inputs: readonly BoundedMap[]) => readonly BoundedMap[]>;
  /** What a layer or a source hands on, by its name; a layer is told what it took, too. */
  readonly gives?: ReadonlyMap<string, (output: BoundedMap, inputs: readonly BoundedMap[]) => BoundedMap>;
}

/** Counts work, in multiply-adds, so that a search ends after the same number of tries on every machine. */
export interface Meter {
  left: number;
}

/** The segment that ends in the layer called `target`, which was recorded. */
export function segmentOf(model: Segment['model'], material: WalkMaterial, target: string): Segment {
  const { layers, sources } = between(model.network, material, target);
  const given = new Map(sources.map((name) => [name, sourceMaps(model.network, material, name)]));
  const recorded = material.recorded.get(target)!;
  const segment = {
    model,
    layers,
    target: layers.at(-1)!,
    sources,
    recording: { shape: recorded.shape, values: toFloat64(recorded.read()) },
    rounding: material.rounding,
    ...(material.stored && { stored: material.stored }),
  };
  const images = given.get(sources[0]!)!.map((_, image) => image);
  const outputs = images.map((image) => {
    const known = new Map(sources.map((name) => [name, given.get(name)![image]!]));
    return unchanged(segment, known);
  });
  return { ...segment, outputs };
}

function between(network: Network, { input, recorded }: WalkMaterial, target: string) {
  const batch = input.shape[0]!;
  const needed = new Set([target]);
  const layers: Layer[] = [];
  const sources: string[] = [];
  for (const layer of network.layers.toReversed()) {
    if (!needed.has(layer.name)) continue;
    if (layer.op === 'InputLayer' || (layer.name !== target && fits(recorded.get(layer.name), layer, batch))) {
      sources.unshift(layer.name);
      // The input layer may be recorded, and wrongly; it gives what it is given.
      if (layer.name === target) layers.unshift(layer);
      continue;
    }
    layers.unshift(layer);
    for (const name of layer.inputs) needed.add(name);
  }
  return { layers, sources };
}

/** Whether a layer was recorded in its shape, where that is known; another shape is of no use to what comes after. */
function fits(recorded: RecordedLayer | undefined, { outputShape }: Layer, batch: number): boolean {
  const expected = [batch, ...outputShape];
  const shape = recorded?.shape;
  return shape?.length === expected.length && expected.every((dim, axis) => dim === null || dim === shape[axis]);
}

function sourceMaps(network: Network, { input, recorded }: WalkMaterial, name: string): BoundedMap[] {
  return splitBatch(name === network.input ? input : recorded.get(name)!.read()).map(exact);
}

function unchanged(segment: Omit<Segment, 'outputs'>, sources: Outputs): Outputs {
  const outputs = new Map(sources);
  for (const layer of segment.layers) {
    if (outputs.has(layer.name)) continue;
    const inputs = layer.inputs.map((name) => outputs.get(name)!);
    outputs.set(layer.name, bounded(segment, layer, inputs, weightsOf(segment, layer.name)));
  }
  return outputs;
}

function bounded(
  { stored, rounding }: Omit<Segment, 'outputs'>,
  layer: Layer,
  inputs: readonly BoundedMap[],
  weights: LayerWeights,
): BoundedMap {
  return boundLayer(layer, inputs, weights, rounding, stored && doubtsOf(weights, stored.get(layer.name)));
}

/** A layer's weights, none where it has none. */
export function weightsOf({ model }: Pick<Segment, 'model'>, name: string): LayerWeights {
  return model.weights.get(name) ?? {};
}

/**
 * The target's output for one image, with the change; undefined where what it joins does not fit together. `atTarget`
 * may cut what the target is handed, for a look at a part of its output.
 */
export function runChanged(
  segment: Segment,
  change: Change,
  image: number,
  meter: Meter,
  atTarget: (input: BoundedMap) => BoundedMap = (input) => input,
): BoundedMap | undefined {
  const before = segment.outputs[image]!;
  const after = new Map<string, BoundedMap>();
  for (const name of segment.sources) {
    const gives = change.gives?.get(name);
    if (gives !== undefined) after.set(name, gives(before.get(name)!, []));
  }
  for (const { name } of segment.layers) {
    const layer = change.layers?.get(name) ?? layerNamed(segment, name);
    if (!isTouched(change, layer, after)) continue;
    const inputs = layer.inputs.map((input) => after.get(input) ?? before.get(input)!);
    const whole = change.given?.get(name)?.(inputs) ?? inputs;
    const given = name === segment.target.name ? whole.map(atTarget) : whole;
    if (!fitTogether(layer, given)) return undefined;
    const weights = change.weights?.get(name) ?? weightsOf(segment, name);
    const output = bounded(segment, layer, given, weights);
    meter.left -= workOf(layer, output);
    after.set(name, change.gives?.get(name)?.(output, inputs) ?? output);
  }
  return after.get(segment.target.name) ?? before.get(segment.target.name);
}

/** A layer of the segment. */
export function layerNamed({ layers }: Segment, name: string): Layer {
  return layers.find((layer) => layer.name === name)!;
}

function isTouched({ layers, weights, given, gives }: Change, { name, inputs }: Layer, after: Outputs): boolean {
  const named = [layers, weights, given, gives].some((changes) => changes?.has(name));
  return named || inputs.some((input) => after.has(input));
}

/** A change of padding changes sizes, and what is added or joined may then no longer fit. */
function fitTogether({ op, outputShape }: Layer, inputs: readonly BoundedMap[]): boolean {
  const [first, ...others] = inputs.map(({ value }) => value.shape);
  if (inputs.some(({ value }) => sizeOf(value.shape) === 0)) return false;
  if (op === 'Add') return others.every((shape) => sameShape(shape, first!));
  if (op === 'Concatenate') return others.every((shape) => sameShape(shape.slice(0, -1), first!.slice(0, -1)));
  return first!.length > 0 && outputShape.length > 0;
}

/** Multiply-adds of a segment run once, all images, and of its bounds. */
export function segmentWork({ layers, outputs }: Segment): number {
  return outputs.reduce(
    (sum, of) => sum + layers.reduce((all, layer) => all + workOf(layer, of.get(layer.name)!), 0),
    0,
  );
}

/** Multiply-adds of a layer and its bound; a handful an element where it does not multiply. */
function workOf({ op, weights }: Layer, { value }: BoundedMap): number {
  const shape = op === 'DepthwiseConv2D' ? weights.depthwise_kernel!.slice(0, 2) : weights.kernel?.slice(0, -1);
  return 2 * value.data.length * (shape === undefined ? 8 : sizeOf(shape));
}

function expected({ model, stored }: Segment, layer: Layer, inputs: readonly ExpectedMap[]): ExpectedMap {
  const weights = weightsOf({ model }, layer.name);
  if (stored === undefined) return expectLayer(layer, inputs, weights);
  return expectDoubtful(layer, inputs, weights, doubtsOf(weights, stored.get(layer.name)));
}

/** The target's variances, an image each: what a float32 run of the segment is expected to be off by, squared. */
export function variances(segment: Segment): readonly Float64Array[] {
  return segment.outputs.map((outputs) => {
    const values = new Map<string, ExpectedMap>();
    for (const name of segment.sources) values.set(name, certain(outputs.get(name)!.value));
    for (const layer of segment.layers) {
      if (values.has(layer.name)) continue;
      const inputs = layer.inputs.map((name) => values.get(name)!);
      values.set(layer.name, expected(segment, layer, inputs));
    }
    return values.get(segment.target.name)!.variance;
  });
}
