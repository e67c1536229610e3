// What a segment that begins at the network's input is given otherwise.
import type { BoundedMap } from '../bounds/bounded.js';
import { UNIT_ROUNDOFF } from '../bounds/bounded.js';
import type { Change, Segment } from '../segment.js';

/** Where the segment is run from the input: its maps, an image each; undefined elsewhere. */
export function inputOf({ model, sources, outputs }: Segment): readonly BoundedMap[] | undefined {
  const { input } = model.network;
  return sources.includes(input) ? outputs.map((of) => of.get(input)!) : undefined;
}

/** The input changed, every image alike. */
export function withInput({ model }: Segment, change: (x: BoundedMap) => BoundedMap): Change {
  return { gives: new Map([[model.network.input, change]]) };
}

/** `scale[c] * x[from[c]] + shift[c]` for each channel c, computed in float32 in a few steps. */
export interface Recolouring {
  readonly from: readonly number[];
  readonly scale: readonly number[];
  readonly shift: readonly number[];
}

/** Steps of a recipe and back, each rounded. */
const STEPS = 6;

/** The map recoloured, and what the steps may be off by. */
export function recoloured({ value, error }: BoundedMap, { from, scale, shift }: Recolouring): BoundedMap {
  const channels = from.length;
  const data = new Float64Array(value.data.length);
  const errors = new Float64Array(value.data.length);
  for (let i = 0; i < data.length; i++) {
    const c = i % channels;
    const at = i - c + from[c]!;
    const scaled = scale[c]! * value.data[at]!;
    data[i] = scaled + shift[c]!;
    const plain = scale[c] === 1 && shift[c] === 0;
    const steps = plain ? 0 : STEPS * UNIT_ROUNDOFF * (Math.abs(scaled) + Math.abs(shift[c]!));
    errors[i] = Math.abs(scale[c]!) * error[at]! + steps;
  }
  return { value: { data, shape: value.shape }, error: errors };
}
