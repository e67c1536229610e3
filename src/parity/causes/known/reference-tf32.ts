// The reference was computed on a unit that rounds what it multiplies: TF32 on NVIDIA's, bfloat16 on Google's.
import { BFLOAT16 } from '../../number-formats.js';
import type { KnownCause } from '../cause.js';
import { cutTo, multiplying, nearestOf, roundedOperands, TF32 } from '../rounding.js';

/** Sums are kept in float32, but in units that cut instead of rounding; what is recorded has all its digits. */
const ACCUMULATION = 4;

const UNITS = [
  { format: TF32, words: 'in TF32 (or in float16 with float32 sums): what is multiplied has 11 significant bits' },
  { format: BFLOAT16, words: 'in bfloat16 with float32 sums: what is multiplied has 8 significant bits' },
] as const;

/** Only layers that multiply are off, by 2^-12 of their terms or so for TF32, 2^-9 for bfloat16. */
export const referenceTf32: KnownCause = {
  id: 'reference-tf32',
  prior: 5,
  *variations(segment) {
    const layers = multiplying(segment);
    if (layers.length === 0) return;
    for (const { format, words } of UNITS) {
      for (const round of [nearestOf, cutTo]) {
        yield {
          words: `The reference was computed ${words}. Neither the port nor the checkpoint is wrong`,
          fix: 'Record the reference on a CPU, or with `tf.config.experimental.enable_tensor_float_32_execution(False)` and `NVIDIA_TF32_OVERRIDE=0`.',
          change: roundedOperands(segment, layers, (x) => round(format, x)),
          precision: { times: ACCUMULATION, relative: 0 },
        };
      }
    }
  },
};
