// The checkpoint's weights were rounded to float16 or bfloat16 when they were stored; the reference used them before.
import type { FloatMap } from '../../../evaluator/map.js';
import type { Layer } from '../../../network/layer.js';
import type { LayerWeights } from '../../../network/model.js';
import { UNIT_ROUNDOFF } from '../../bounds/bounded.js';
import { roundings } from '../../bounds/linear.js';
import { BFLOAT16, FLOAT16, type Format, roundoff } from '../../number-formats.js';
import { type Segment, weightsOf } from '../../segment.js';
import type { KnownCause } from '../cause.js';
import { isDeep } from '../convincing.js';
import { areOf } from '../rounding.js';

/** Only where every weight of the segment is such a number, and its rounding has not been allowed for already. */
export const referenceUnroundedWeights: KnownCause = {
  id: 'reference-unrounded-weights',
  prior: 5,
  *variations(segment) {
    if (segment.stored !== undefined) return;
    for (const format of [BFLOAT16, FLOAT16]) {
      if (!weightsAreOf(segment, format)) continue;
      yield {
        words: `The reference used unrounded weights: the checkpoint stores ${format.name}, and the difference is no larger than that rounding explains. Neither the port nor the reference is wrong`,
        fix: 'Record the reference from the model as loaded from this checkpoint, or compare with the checkpoint before it was rounded.',
        change: {},
        precision: { times: timesOf(segment, format), relative: isDeep(segment) ? roundoff(format) : 0 },
      };
    }
  },
};

/**
 * A weight is rounded once, while bounds are made of as many roundings as a layer does, one after the other: so many
 * times less is left. What float32 rounds comes on top.
 */
function timesOf({ layers, outputs }: Segment, format: Format): number {
  const inputOf = ({ inputs }: Layer): FloatMap => outputs[0]!.get(inputs[0]!)!.value;
  const least = layers.map((layer) => {
    if (layer.op === 'BatchNormalization') return NORM_ROUNDINGS;
    const isLinear = layer.op === 'Conv2D' || layer.op === 'DepthwiseConv2D' || layer.op === 'Dense';
    return isLinear ? roundings(layer, inputOf(layer)) : Number.POSITIVE_INFINITY;
  });
  return 1 + roundoff(format) / UNIT_ROUNDOFF / Math.min(...least);
}

/** Of the 8 roundings in its bound: gamma, mean and half of the variance's make two and a half. */
const NORM_ROUNDINGS = 8 / 2.5;

/** Whether every kernel and gamma of the segment holds numbers of a format only. */
export function weightsAreOf(segment: Segment, format: Format): boolean {
  const values = segment.layers.flatMap(({ name }) => kernelsOf(weightsOf(segment, name)));
  return values.length > 0 && values.every((data) => areOf(format, data));
}

const kernelsOf = ({ kernel, depthwise_kernel, gamma }: LayerWeights): Float32Array[] =>
  [kernel, depthwise_kernel, gamma].flatMap((weight) => (weight === undefined ? [] : [weight.data]));
