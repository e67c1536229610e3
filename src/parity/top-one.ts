// Each image's first class, and whether rounding could put another in its place: the logits of the free run, class held
// against class. Read first: expected.ts.
import { toFloat64 } from '../core/tensor.js';
import type { Layer, LayerOf, Network } from '../network/layer.js';
import type { LayerWeights } from '../network/model.js';
import { certain, type ExpectedMap, expectLayer, ROUNDING, SIGMA_LIMIT } from './expected.js';
import type { RecordedLayer } from './fixture.js';

/** One image's first two classes by their logits. */
export interface ClassMargin {
  readonly top: number;
  readonly runnerUp: number;
  /** By how much the first one's logit is larger. */
  readonly margin: number;
  /** The error expected of that difference in a float32 run. */
  readonly sigma: number;
  /** Whether every other class is further below the first than 12 sigma of their difference. */
  readonly certain: boolean;
}

/** The same beside what was recorded. */
export interface TopOneImage extends ClassMargin {
  /** The class recorded as the first; null where no output was recorded. */
  readonly recorded: number | null;
  readonly agrees: boolean | null;
}

/** Every image's first class. */
export interface TopOne {
  /** Whose outputs the margins are of: the logits. */
  readonly layer: string;
  readonly images: readonly TopOneImage[];
}

/** Whether a layer ranks the classes: a dense one of two outputs at least, at the end or with only a softmax after it. */
export function ranksClasses({ layers, output }: Network, layer: Layer): layer is LayerOf<'Dense'> {
  if (layer.op !== 'Dense' || layer.weights.kernel![1]! < 2) return false;
  const last = layers.find(({ name }) => name === output)!;
  const isSoftmax = last.op === 'Activation' && last.attrs.activation === 'softmax';
  return last === layer || (isSoftmax && last.inputs[0] === layer.name);
}

/** Of the dense layer, run on inputs whose variances are known. */
export function classMargin(layer: LayerOf<'Dense'>, x: ExpectedMap, weights: LayerWeights): ClassMargin {
  // The roundings of this layer are each class's own; what its inputs are off by, both classes share.
  const { value, variance: own } = expectLayer(layer, [certain(x.value)], weights);
  const logits = value.data;
  const top = largest(logits);
  const sigmaTo = (c: number): number =>
    Math.sqrt(own[top]! + own[c]! + SOFTMAX + sharedVariance(x, weights.kernel!.data, logits.length, top, c));
  const others = [...logits.keys()].filter((c) => c !== top);
  const runnerUp = others[largest(others.map((c) => logits[c]!))]!;
  const marginTo = (c: number): number => logits[top]! - logits[c]!;
  return {
    top,
    runnerUp,
    margin: marginTo(runnerUp),
    sigma: sigmaTo(runnerUp),
    certain: others.every((c) => marginTo(c) > SIGMA_LIMIT * sigmaTo(c)),
  };
}

/** Two exponentials, each two units in the last place off, so that the order of probabilities is certain too. */
const SOFTMAX = 2 * 4 * ROUNDING;

/** `sum of (w_a - w_b)^2 V`. */
function sharedVariance(
  { variance }: ExpectedMap,
  kernel: Float32Array,
  classes: number,
  a: number,
  b: number,
): number {
  return variance.reduce((sum, v, k) => sum + v * (kernel[k * classes + a]! - kernel[k * classes + b]!) ** 2, 0);
}

/** Where the largest number is, the first of equals; 0 where there is none. */
const largest = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((best, value, i, all) => (value > all[best]! || Number.isNaN(all[best]!) ? i : best), 0);

/** The margins with what was recorded of the output, or of the logits; null for a network that ranks no classes. */
export function topOne(
  network: Network,
  margins: readonly ClassMargin[] | undefined,
  recorded: ReadonlyMap<string, RecordedLayer>,
): TopOne | null {
  const layer = network.layers.find((each) => ranksClasses(network, each));
  if (layer === undefined || margins === undefined) return null;
  const classes = layer.weights.kernel![1]!;
  const outputs = [network.output, layer.name]
    .flatMap((name) => recorded.get(name) ?? [])
    .find(({ shape }) => shape.length === 2 && shape[0] === margins.length && shape[1] === classes);
  const values = outputs === undefined ? undefined : toFloat64(outputs.read());
  const images = margins.map((margin, image) => ({
    ...margin,
    ...recordedClass(values?.subarray(image * classes, (image + 1) * classes), margin.top),
  }));
  return { layer: layer.name, images };
}

/** Of equals the one that was computed: stored probabilities may have lost what tells them apart. */
function recordedClass(values: Float64Array | undefined, top: number): Pick<TopOneImage, 'recorded' | 'agrees'> {
  if (values === undefined || values.some(Number.isNaN)) return { recorded: null, agrees: null };
  const first = largest(values);
  const agrees = values[top] === values[first];
  return { recorded: agrees ? top : first, agrees };
}
