// The reference was computed in float16 or bfloat16 throughout: what it recorded are numbers of that kind.

import { UNIT_ROUNDOFF } from '../../bounds/bounded.js';
import { BFLOAT16, FLOAT16, roundoff } from '../../number-formats.js';
import type { KnownCause } from '../cause.js';
import { areOf } from '../rounding.js';

/** `tensorflow/tfjs#265`: half-precision textures, or a mixed-precision policy. The numbers themselves tell. */
export const referenceLowPrecision: KnownCause = {
  id: 'reference-low-precision',
  prior: 5,
  *variations(segment) {
    for (const format of [BFLOAT16, FLOAT16]) {
      if (!areOf(format, segment.recording.values)) continue;
      const u = roundoff(format);
      yield {
        words: `The reference was computed in ${format.name}: every value it recorded is one, and the difference is no larger than that explains. Neither the port nor the checkpoint is wrong`,
        fix: "Record the reference in float32 (no mixed-precision policy: `keras.mixed_precision.set_global_policy('float32')`; not on a GPU with half-precision textures).",
        change: {},
        // Every bound is a multiple of the unit roundoff, and each value was rounded once more when it was handed on.
        precision: { times: u / UNIT_ROUNDOFF, relative: 2 * u },
      };
    }
  },
};
