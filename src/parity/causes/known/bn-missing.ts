// A batch normalisation is left out, or one of its two learned vectors is.
import { tensor } from '../../../core/tensor.js';
import type { KnownCause } from '../cause.js';
import { choices, layersOf, named, passing, withLayers, withWeights } from '../changes.js';

/** `scale=False` and `center=False`, in the words of Keras. */
export const bnMissing: KnownCause = {
  id: 'bn-missing',
  prior: 2,
  *variations(segment) {
    for (const some of choices(layersOf(segment, 'BatchNormalization'))) {
      yield {
        words: `The reference leaves out ${named(some)}: what goes in comes out`,
        fix: 'Record the reference again from a model with its batch normalisations.',
        change: withLayers(some.map(passing)),
      };
      for (const { role, value, option } of IGNORED) {
        yield {
          words: `The reference does not use the ${role} of ${named(some)} (${option})`,
          fix: `Record the reference again from a model whose batch normalisations have their ${role}.`,
          change: withWeights(segment, some, (weights) => {
            const { shape, data } = weights[role]!;
            return { ...weights, [role]: tensor(new Float32Array(data.length).fill(value), shape) };
          }),
        };
      }
    }
  },
};

const IGNORED = [
  { role: 'gamma', value: 1, option: '`scale=False`' },
  { role: 'beta', value: 0, option: '`center=False`' },
] as const;
