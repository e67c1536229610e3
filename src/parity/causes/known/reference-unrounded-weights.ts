// The checkpoint's weights were rounded to float16 or bfloat16 when they were stored; the reference used them before.
import type { LayerWeights } from '../../../network/model.js';
import { UNIT_ROUNDOFF } from '../../bounds/bounded.js';
import { BFLOAT16, FLOAT16, type Format, roundoff } from '../../number-formats.js';
import { type Segment, weightsOf } from '../../segment.js';
import type { KnownCause } from '../cause.js';
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
        precision: { times: roundoff(format) / UNIT_ROUNDOFF, relative: roundoff(format) },
      };
    }
  },
};

function weightsAreOf(segment: Segment, format: Format): boolean {
  const values = segment.layers.flatMap(({ name }) => kernelsOf(weightsOf(segment, name)));
  return values.length > 0 && values.every((data) => areOf(format, data));
}

const kernelsOf = ({ kernel, depthwise_kernel, gamma }: LayerWeights): Float32Array[] =>
  [kernel, depthwise_kernel, gamma].flatMap((weight) => (weight === undefined ? [] : [weight.data]));
