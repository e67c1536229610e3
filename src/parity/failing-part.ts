// The part of a network that shows a failure: what feeds it, its layers, what was recorded and what they give, cut down
// to one image. Read first: segment.ts.
import { sizeOf, type Tensor, tensor } from '../core/tensor.js';
import type { Layer } from '../network/layer.js';
import type { LayerWeights } from '../network/model.js';
import { freeRunLimits } from './free-run.js';
import type { Failure } from './judge.js';
import { type Segment, segmentOf, variances, weightsOf } from './segment.js';
import type { Checked } from './verify.js';
import type { WalkMaterial } from './walk.js';

/** A failure, and everything that is needed to see it. */
export interface FailingPart {
  readonly failure: Failure;
  /** What is run, in order; the last is the layer at fault. */
  readonly layers: readonly Layer[];
  /** What they are fed, by the names of the layers it was recorded of, in the order of use. */
  readonly inputs: ReadonlyMap<string, Tensor>;
  /** The shape of every layer's output and of every input, without the batch. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly weights: ReadonlyMap<string, LayerWeights>;
  /** Which image of the batch all arrays hold; undefined where shapes differ, and they hold the batch. */
  readonly image: number | undefined;
  readonly batch: number;
  /** As recorded. */
  readonly expected: Tensor;
  /** What the layers give, in float64. */
  readonly computed: Tensor<Float64Array>;
  /** How far each value may lie from the recorded one; undefined where shapes differ. */
  readonly bound: Tensor<Float64Array> | undefined;
}

/**
 * The part for `failure`, one that `checkParity` found with the evaluator. A layer that fails from recorded inputs is fed
 * those; one that fails in the free run, or by a stated tolerance, is run from the network's input, as it was judged.
 */
export function failingPart(model: Checked, material: WalkMaterial, failure: Failure): FailingPart {
  const target = material.recorded.get(failure.layer)!;
  const freely = failure.check === 'free-run' || failure.check === 'tolerance';
  const known = freely ? { ...material, recorded: new Map([[failure.layer, target]]) } : material;
  const segment = segmentOf(model, known, failure.layer);
  const image = failure.check === 'shape' ? undefined : failure.index![0]!;
  const expected = target.read();
  return {
    failure,
    layers: segment.layers,
    inputs: new Map(fedBy(segment).map((name) => [name, cropped(sourceOf(model, known, name), image)])),
    shapes: new Map([...segment.outputs[0]!].map(([name, { value }]) => [name, value.shape])),
    weights: new Map(segment.layers.map(({ name }) => [name, weightsOf(segment, name)])),
    image,
    batch: segment.outputs.length,
    expected: cropped(expected, image),
    computed: computedBy(segment, image),
    bound: image === undefined ? undefined : boundOf(segment, failure, image),
  };
}

/** The sources, in the order in which the layers take them. */
function fedBy({ layers, sources }: Segment): string[] {
  const taken = [...layers.flatMap(({ inputs }) => inputs), ...sources];
  return [...new Set(taken.filter((name) => sources.includes(name)))];
}

const sourceOf = ({ network }: Checked, { input, recorded }: WalkMaterial, name: string): Tensor =>
  name === network.input ? input : recorded.get(name)!.read();

/** One image, still with a batch dimension; all of them where none is meant. */
function cropped(t: Tensor, image: number | undefined): Tensor {
  if (image === undefined) return t;
  return { ...t, shape: [1, ...t.shape.slice(1)], offset: t.offset + image * t.stride[0]! };
}

function computedBy({ outputs, target }: Segment, image: number | undefined): Tensor<Float64Array> {
  const maps = (image === undefined ? outputs : [outputs[image]!]).map((output) => output.get(target.name)!.value);
  const { shape } = maps[0]!;
  const data = new Float64Array(maps.length * sizeOf(shape));
  for (const [i, map] of maps.entries()) data.set(map.data, i * sizeOf(shape));
  return tensor(data, [maps.length, ...shape]);
}

/** The bounds that the failure broke. */
function boundOf(segment: Segment, { check, bound }: Failure, image: number): Tensor<Float64Array> {
  const { value, error } = segment.outputs[image]!.get(segment.target.name)!;
  const size = value.data.length;
  const recorded = segment.recording.values.subarray(image * size, (image + 1) * size);
  const bounds = {
    own: () => Float64Array.from(error),
    'free-run': () => freeRunLimits(variances(segment)[image]!, recorded, 1),
    tolerance: () => new Float64Array(size).fill(bound!),
  };
  return tensor(bounds[check as keyof typeof bounds](), [1, ...value.shape]);
}
