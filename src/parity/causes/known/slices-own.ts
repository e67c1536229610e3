// The reference's groups read their own slices, while the network is run with the last slice for all of them.
import type { KnownCause } from '../cause.js';
import { withLayers } from '../changes.js';
import { groupSlices } from '../slices.js';

/** The opposite of slices-last: `--slices last` where it does not belong. */
export const slicesOwn: KnownCause = {
  id: 'slices-own',
  prior: 5,
  *variations(segment) {
    const late = groupSlices(segment).filter(
      ({ siblings }) => new Set(siblings.map(({ attrs }) => attrs.begin)).size === 1,
    );
    if (late.length === 0) return;
    yield {
      words:
        "The reference's groups read their own slices, and the port is told that all read the last (`--slices last`). The port's settings are wrong, not the reference",
      fix: 'Use `--slices own`.',
      change: withLayers(
        late.flatMap(({ slices, siblings }) =>
          slices.map((slice) => {
            const width = slice.attrs.end - slice.attrs.begin;
            const begin = siblings.indexOf(slice) * width;
            return { ...slice, attrs: { begin, end: begin + width } };
          }),
        ),
      ),
    };
  },
};
