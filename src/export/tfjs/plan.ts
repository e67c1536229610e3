// Before the folded graph is written: activations inside convolutions, and where each map had best be cut for those
// that take it. Read first: network/grouped.ts, pieces.ts.
import { countTakers } from '../../network/fold.js';
import { type Convolution, channelsOut, type Step } from '../../network/grouped.js';
import type { Layer, LayerOf, Network } from '../../network/layer.js';
import { copyCost, equalRanges, fewestMicroseconds, type GroupedSize, type Range, shuffleCost } from './parts.js';
import { copiesFor } from './pieces.js';

/** What writing a step needs to know of the others. */
export interface Plan {
  readonly steps: readonly Step[];
  /** Height times width of each output; sides that the network leaves open are taken as 224. */
  readonly pixels: ReadonlyMap<string, number>;
  /** Where each output is cut by those that take it, none for the whole; nothing is known of what takes any pieces. */
  readonly cuts: ReadonlyMap<string, ReadonlySet<number>>;
  /** The shuffle that alone takes a convolution's output. */
  readonly shuffles: ReadonlyMap<string, LayerOf<'ChannelShuffle'>>;
}

/** The plan for these steps of a network. */
export function planSteps(unfused: readonly Step[], network: Network): Plan {
  const steps = fuseRelu(unfused, network.output);
  const pixels = pixelsOf(steps);
  const shuffles = loneShuffles(steps, network.output);
  const channels = new Map(network.layers.map(({ name, outputShape }) => [name, outputShape.at(-1)!]));
  const cuts = new Map<string, Set<number>>();
  const want = (name: string, wanted: Iterable<number>): void => {
    cuts.set(name, new Set([...(cuts.get(name) ?? []), ...wanted]));
  };
  for (const step of [...steps].reverse()) {
    if (step.kind === 'layer') wantForLayer(step.layer, cuts.get(step.layer.name), channels, want);
    else want(step.input, cutsFor(step, channels.get(step.input)!, { steps, pixels, cuts, shuffles }));
  }
  return { steps, pixels, cuts, shuffles };
}

/** Where a convolution would have its input cut if that came for nothing. */
function cutsFor(step: Convolution, channelsIn: number, plan: Plan): number[] {
  const { slice } = step;
  if (slice !== undefined) return [slice.begin, slice.end].filter((at) => at > 0 && at < channelsIn);
  if (step.kind === 'DepthwiseConv2D' || step.groups === 1) return [];
  const parts = fewestMicroseconds(sizeOfStep(step, plan), (count) => costAfter(step, count, plan));
  return equalRanges(channelsIn, parts)
    .slice(1)
    .map(({ begin }) => begin);
}

function wantForLayer(
  layer: Layer,
  own: ReadonlySet<number> | undefined,
  channels: ReadonlyMap<string, number>,
  want: (name: string, wanted: Iterable<number>) => void,
): void {
  if (layer.op === 'Concatenate') {
    let at = 0;
    for (const name of layer.inputs) {
      const [begin, width] = [at, channels.get(name)!];
      if (own !== undefined)
        want(
          name,
          [...own].map((cut) => cut - begin).filter((cut) => cut > 0 && cut < width),
        );
      at += width;
    }
  } else if (inPieces(layer)) {
    if (own !== undefined) for (const name of layer.inputs) want(name, own);
  } else if (!layer.op.startsWith('Global')) {
    for (const name of layer.inputs) want(name, []);
  }
}

/** Whether a layer looks at one channel at a time and makes as many, so that it can be done piece by piece. */
export const inPieces = (layer: Layer): boolean =>
  layer.op === 'Add' ||
  layer.op === 'MaxPooling2D' ||
  layer.op === 'AveragePooling2D' ||
  (layer.op === 'Activation' && layer.attrs.activation === 'relu');

/** A grouped convolution as its cost is told. */
export function sizeOfStep(step: Convolution, { pixels }: Pick<Plan, 'pixels'>): GroupedSize {
  const { groups, kernel, name } = step;
  return {
    channelsIn: kernel.shape[2]! * groups * kernel.shape[0]! * kernel.shape[1]!,
    channelsOut: channelsOut(step),
    groups,
    pixels: pixels.get(name)!,
  };
}

/** What follows a convolution in that many parts: shuffled, and cut and joined as it is wanted. */
export function costAfter(step: Convolution, parts: number, { cuts, pixels, shuffles }: Plan): number {
  const size = sizeOfStep(step, { pixels });
  const shuffled = parts > 1 && shuffles.has(step.name) ? shuffleCost(size) : 0;
  const wanted = cuts.get(step.name);
  if (wanted === undefined) return shuffled;
  const pieces = equalRanges(size.channelsOut, parts).map((range) => ({ ...range, node: '', positive: false }));
  const copies = rangesBetween(wanted, size.channelsOut).map((range) => copiesFor({ pieces }, range));
  return shuffled + copies.reduce((sum, count) => sum + count, 0) * copyCost(size.pixels);
}

/** The ranges that these cuts make of so many channels. */
export function rangesBetween(cuts: Iterable<number>, channels: number): Range[] {
  const ends = [...cuts, channels].sort((a, b) => a - b);
  return ends.map((end, i) => ({ begin: i === 0 ? 0 : ends[i - 1]!, end }));
}

/** Convolutions with the relu that alone takes their output inside; they then give what the relu gave, under its name. */
function fuseRelu(steps: readonly Step[], output: string): Step[] {
  const takers = countTakers(steps);
  const convolutions = new Map<string, Convolution>();
  for (const step of steps) if (step.kind !== 'layer') convolutions.set(step.name, step);
  const gone = new Set<string>();
  const fused = steps.map((step): Step => {
    if (step.kind !== 'layer' || step.layer.op !== 'Activation' || step.layer.attrs.activation !== 'relu') return step;
    const before = convolutions.get(step.layer.inputs[0]!);
    if (before === undefined || before.name === output || takers.get(before.name) !== 1) return step;
    gone.add(before.name);
    const { name } = step.layer;
    return { ...before, name, layers: [...before.layers, name], attrs: { ...before.attrs, activation: 'relu' } };
  });
  return fused.filter((step) => step.kind === 'layer' || !gone.has(step.name));
}

function loneShuffles(steps: readonly Step[], output: string): Map<string, LayerOf<'ChannelShuffle'>> {
  const takers = countTakers(steps);
  const convolutions = new Set(steps.flatMap((step) => (step.kind === 'Conv2D' ? [step.name] : [])));
  return new Map(
    steps.flatMap((step): [string, LayerOf<'ChannelShuffle'>][] => {
      if (step.kind !== 'layer' || step.layer.op !== 'ChannelShuffle' || step.layer.attrs.groups === 1) return [];
      const before = step.layer.inputs[0]!;
      const alone = convolutions.has(before) && before !== output && takers.get(before) === 1;
      return alone ? [[before, step.layer]] : [];
    }),
  );
}

/** The side of an input whose size is not known: the article's. */
const USUAL_SIDE = 224;

function pixelsOf(steps: readonly Step[]): Map<string, number> {
  const pixels = new Map<string, number>();
  for (const step of steps) {
    if (step.kind !== 'layer') {
      pixels.set(step.name, strided(pixels.get(step.input)!, step.attrs.strides));
      continue;
    }
    const { layer } = step;
    const before = pixels.get(layer.inputs[0] ?? '');
    const [height, width] = layer.outputShape;
    if (before === undefined) pixels.set(layer.name, (height ?? USUAL_SIDE) * (width ?? USUAL_SIDE));
    else pixels.set(layer.name, 'strides' in layer.attrs ? strided(before, layer.attrs.strides) : before);
  }
  return pixels;
}

const strided = (pixels: number, [y, x]: readonly [number, number]): number => Math.ceil(pixels / (y * x));
