// The reference adds a number to each channel that the checkpoint does not have: a bias that was dropped.
import type { FloatMap } from '../../../evaluator/map.js';
import type { Layer } from '../../../network/layer.js';
import { UNIT_ROUNDOFF } from '../../bounds/bounded.js';
import type { Segment } from '../../segment.js';
import type { KnownCause } from '../cause.js';
import { withOutputs } from '../changes.js';

/** One value a channel is explained by any number: so many are needed to be evidence. */
const LEAST_POSITIONS = 4;

/** Convolutions without a bias, and what joins them; the number of each channel is solved for. */
export const biasUnknown: KnownCause = {
  id: 'bias-unknown',
  prior: 1,
  *variations(segment) {
    const { target } = segment;
    if (!isConvolution(segment, target)) return;
    const bias = solve(segment);
    if (bias === undefined) return;
    const add = ({ data, shape }: FloatMap): FloatMap => ({
      data: data.map((value, i) => value + bias[i % bias.length]!),
      shape,
    });
    yield {
      words: `The reference adds a number to each channel of ${target.name} that the checkpoint does not have (a bias; in channel 0 ${bias[0]!.toPrecision(3)})`,
      fix: "Look for a bias in the file the reference was made from: the article's first revisions have them, and converters drop what they have no place for.",
      change: withOutputs([target], ({ value, error }) => {
        const added = add(value);
        // The sum is rounded, and so was every value that the mean was taken of.
        const rounded = (i: number): number =>
          2 * UNIT_ROUNDOFF * (Math.abs(added.data[i]!) + Math.abs(bias[i % bias.length]!));
        return { value: added, error: error.map((e, i) => e + rounded(i)) };
      }),
    };
  },
};

/** A convolution without a bias that does not rectify, or the groups of one joined. */
function isConvolution({ layers }: Segment, { op, attrs, weights }: Layer): boolean {
  if (op === 'Concatenate') return layers.filter((layer) => layer.op === 'Conv2D').length > 1;
  return (op === 'Conv2D' && attrs.activation === 'linear' && weights.bias === undefined) || op === 'DepthwiseConv2D';
}

/** The mean difference of each channel. */
function solve({ outputs, target, recording: { values, shape } }: Segment): Float64Array | undefined {
  const channels = shape.at(-1)!;
  const found = outputs.flatMap((of) => [...of.get(target.name)!.value.data]);
  const positions = values.length / channels;
  if (found.length !== values.length || positions < LEAST_POSITIONS) return undefined;
  const sums = new Float64Array(channels);
  values.forEach((value, i) => {
    sums[i % channels]! += value - found[i]!;
  });
  return sums.map((sum) => sum / positions);
}
