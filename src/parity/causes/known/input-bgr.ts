// The reference was given blue, green and red where the fixture holds red, green and blue, or the reverse.
import type { KnownCause } from '../cause.js';
import { moved, reordered } from '../changes.js';
import { inputOf, withInput } from '../input.js';

/** OpenCV reads BGR. */
export const inputBgr: KnownCause = {
  id: 'input-bgr',
  prior: 8,
  *variations(segment) {
    const channels = inputOf(segment)?.[0]?.value.shape.at(-1);
    if (channels !== 3) return;
    yield {
      words:
        'The reference saw the colours in reverse order (BGR instead of RGB, as OpenCV reads them), not as its input was recorded',
      fix: 'Record as `input` what the model was given, after the last change of colour order; give the port the same order.',
      change: withInput(segment, (x) => moved(x, (map) => reordered(map, [2, 1, 0]))),
    };
  },
};
