// The shortcut of a unit is not added, or the branch is not.
import type { KnownCause } from '../cause.js';
import { choices, layersOf, named, passing, withLayers } from '../changes.js';

/** One of the two terms alone. */
export const residualMissing: KnownCause = {
  id: 'residual-missing',
  prior: 3,
  *variations(segment) {
    for (const some of choices(layersOf(segment, 'Add'))) {
      for (const [kept, words] of [
        [0, 'does not add the shortcut'],
        [1, 'adds no branch to the shortcut'],
      ] as const) {
        yield {
          words: `The reference ${words} in ${named(some)}: it hands on ${some[0]!.inputs[kept]} alone`,
          fix: 'Record the reference from a model that adds both, in units of stride 1.',
          change: withLayers(some.map((layer) => passing({ ...layer, inputs: [layer.inputs[kept]!] }))),
        };
      }
    }
  },
};
