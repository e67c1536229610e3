// Mistakes whose causes are solved from what was recorded, and those about rounding: of an honest recording there is
// nothing to solve, so that what to plant is made up here.

import { type Tensor, tensor } from '../../core/tensor.js';
import type { WeightRole } from '../../core/weights.js';
import type { Layer } from '../../network/layer.js';
import type { LayerWeights } from '../../network/model.js';
import { shuffleOrder } from '../../network/shuffle-order.js';
import type { BoundedMap } from '../bounds/bounded.js';
import { mapWeight } from '../bounds/linear.js';
import { moved, reordered, withOutputs, withWeights } from '../causes/changes.js';
import { withKernel } from '../causes/kernels.js';
import { weightsAreOf } from '../causes/known/reference-unrounded-weights.js';
import { divisors } from '../causes/permutation.js';
import { nearestOf } from '../causes/rounding.js';
import { BFLOAT16, FLOAT16, type Format, roundoff } from '../number-formats.js';
import { type Change, type Segment, weightsOf } from '../segment.js';
import { type Random, randomOrder } from '../selfcheck/random.js';

/** One way to make a mistake. */
export interface Way {
  readonly words: string;
  readonly change: Change;
}

/** The ways to make a mistake in a segment; none where it cannot be made. */
export type Planter = (segment: Segment, random: Random) => readonly Way[];

/** By the cause's id. */
export const SOLVED: ReadonlyMap<string, Planter> = new Map<string, Planter>([
  ['bias-unknown', unknownBias],
  ['channel-order', otherOrder],
  ['depthwise-order', otherDepthwiseOrder],
  ['reference-low-precision', lowPrecision],
  ['reference-unrounded-weights', unroundedWeights],
  ['weight-changed', changedWeight],
]);

function unknownBias({ layers, target }: Segment, random: Random): Way[] {
  const { op, attrs, weights } = target;
  const joins = op === 'Concatenate' && layers.some((layer) => layer.op === 'Conv2D');
  const linear = op === 'Conv2D' && attrs.activation === 'linear' && weights.bias === undefined;
  if (!joins && !linear && op !== 'DepthwiseConv2D') return [];
  const bias = Array.from({ length: target.outputShape.at(-1)! }, () => Math.fround(random() - 0.5));
  const change = mapped([target], (value, c) => value + bias[c]!);
  return [{ words: `a bias of up to 0.5 is added in ${target.name}`, change }];
}

/** What some layers hand on, value by value, with the channel. */
function mapped(layers: readonly Layer[], change: (value: number, channel: number) => number): Change {
  return withOutputs(layers, ({ value: { data, shape }, error }): BoundedMap => {
    const channels = shape.at(-1)!;
    return { value: { data: data.map((value, i) => change(value, i % channels)), shape }, error };
  });
}

/** Fewer channels than this have no order to speak of. */
const LEAST_CHANNELS = 3;

/** Two channels exchanged, a shuffle, any order: each as `order[c]`, the channel that takes the place of c. */
function ordersOf(channels: number, random: Random): { words: string; order: readonly number[] }[] {
  if (channels < LEAST_CHANNELS) return [];
  const [a, b] = randomOrder(channels, random) as unknown as readonly [number, number];
  const exchanged = Array.from({ length: channels }, (_, c) => (c === a ? b : c === b ? a : c));
  const groups = divisors(channels);
  const shuffle = groups[Math.floor(random() * groups.length)];
  return [
    { words: `channels ${a} and ${b} are exchanged`, order: exchanged },
    { words: 'channels are in a random order', order: [...randomOrder(channels, random)] },
    ...(shuffle === undefined
      ? []
      : [{ words: `channels are shuffled with ${shuffle} groups`, order: shuffleOrder(channels, shuffle) }]),
  ];
}

function otherOrder({ target }: Segment, random: Random): Way[] {
  return ordersOf(target.outputShape.at(-1)!, random).map(({ words, order }) => ({
    words: `${words} in what ${target.name} gives`,
    change: withOutputs([target], (x) => moved(x, (map) => reordered(map, order))),
  }));
}

function otherDepthwiseOrder(segment: Segment, random: Random): Way[] {
  const { target } = segment;
  if (target.op !== 'DepthwiseConv2D') return [];
  return ordersOf(target.outputShape.at(-1)!, random).map(({ words, order }) => ({
    words: `${words} in the kernel of ${target.name}`,
    change: withWeights(segment, [target], (weights) =>
      withKernel(weights, ({ data, shape }) => {
        const channels = order.length;
        return tensor(
          data.map((_, i) => data[i - (i % channels) + order[i % channels]!]!),
          shape,
        );
      }),
    ),
  }));
}

/** So many values other than zero are needed to tell that all are numbers of a coarser kind. */
const LEAST_VALUES = 16;

function lowPrecision({ outputs, target }: Segment): Way[] {
  const values = outputs.flatMap((of) => [...of.get(target.name)!.value.data]);
  if (values.filter((value) => value !== 0).length < LEAST_VALUES) return [];
  return [BFLOAT16, FLOAT16].map((format) => ({
    words: `what ${target.name} gives is rounded to ${format.name}`,
    change: mapped([target], (value) => nearestOf(format, value)),
  }));
}

function unroundedWeights(segment: Segment, random: Random): Way[] {
  const weighted = segment.layers.filter(({ weights }) => Object.keys(weights).length > 0);
  return [BFLOAT16, FLOAT16]
    .filter((format) => weightsAreOf(segment, format))
    .map((format) => ({
      words: `the weights had more digits than the checkpoint's ${format.name}`,
      change: withWeights(segment, weighted, (weights) => unrounded(weights, format, random)),
    }));
}

/** Numbers that round to the weights. What is stored as 0 may have been anything small; it stays. */
function unrounded(weights: LayerWeights, format: Format, random: Random): LayerWeights {
  const before = (value: number): number => {
    const other = Math.fround(value * (1 + (random() - 0.5) * roundoff(format)));
    return nearestOf(format, other) === value ? other : value;
  };
  return Object.fromEntries(Object.entries(weights).map(([role, weight]) => [role, mapWeight(weight, before)]));
}

/** A sign or an exponent's bit flipped, a number lost. */
const DAMAGES = [(value: number) => -value, (value: number) => value / 4, () => 0] as const;

function changedWeight(segment: Segment, random: Random): Way[] {
  const layer = anyOf(
    segment.target.op === 'Concatenate'
      ? segment.layers.filter(({ op }) => op === 'Conv2D')
      : [segment.target].filter(({ weights }) => Object.keys(weights).length > 0),
    random,
  );
  if (layer === undefined) return [];
  const role = anyOf(
    (Object.keys(layer.weights) as WeightRole[]).filter((name) => !name.startsWith('moving')),
    random,
  )!;
  const weight = weightsOf(segment, layer.name)[role]!;
  const at = Math.floor(random() * weight.data.length);
  return DAMAGES.map((damage) => {
    const after = Math.fround(damage(weight.data[at]!));
    return {
      words: `one number of ${role} of ${layer.name} is ${after} instead of ${weight.data[at]}`,
      change: withWeights(segment, [layer], (weights) => ({ ...weights, [role]: withNumber(weight, at, after) })),
    };
  });
}

const withNumber = ({ data, shape }: Tensor<Float32Array>, at: number, value: number): Tensor<Float32Array> =>
  tensor(
    data.map((old, i) => (i === at ? value : old)),
    shape,
  );

const anyOf = <T>(items: readonly T[], random: Random): T | undefined => items[Math.floor(random() * items.length)];
