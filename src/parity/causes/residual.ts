// What is left of one channel that is off: where it lies, and how much of it each input explains.
import type { Layer } from '../../network/layer.js';
import type { Segment } from '../segment.js';

/** A channel of a layer that is off, with recorded minus computed, all positions of all images in a row. */
export interface ChannelResidual {
  readonly channel: number;
  readonly residual: Float64Array;
  /** 1 where the difference counts: everywhere, but where a rectifier cut it. */
  readonly counts: Uint8Array;
}

/** The only channel of the target that is off; undefined where there are others, or none. */
export function onlyChannel({ outputs, target, recording: { values, shape } }: Segment): ChannelResidual | undefined {
  const channels = shape.at(-1)!;
  const size = values.length / shape[0]!;
  const off = new Set<number>();
  for (const [image, of] of outputs.entries()) {
    const { value, error } = of.get(target.name)!;
    if (value.data.length !== size) return undefined;
    for (let i = 0; i < size; i++) {
      if (!(Math.abs(value.data[i]! - values[image * size + i]!) <= error[i]!)) off.add(i % channels);
    }
    if (off.size > 1) return undefined;
  }
  const [channel] = off;
  if (channel === undefined) return undefined;
  const found = outputs.map((of) => of.get(target.name)!.value.data);
  const positions = size / channels;
  const at = (p: number): [computed: number, recorded: number] => {
    const i = (p % positions) * channels + channel;
    const image = Math.floor(p / positions);
    return [found[image]![i]!, values[image * size + i]!];
  };
  const cut = rectifies(target);
  const all = Array.from({ length: positions * found.length }, (_, p) => at(p));
  return {
    channel,
    residual: Float64Array.from(all, ([computed, recorded]) => recorded - computed),
    counts: Uint8Array.from(all, ([computed, recorded]) => (cut && (computed <= 0 || recorded <= 0) ? 0 : 1)),
  };
}

const rectifies = ({ op, attrs }: Layer): boolean => op === 'Conv2D' && attrs.activation === 'relu';

/** A residual at fewer positions where an input is not zero is explained by too much. */
const LEAST_POSITIONS = 4;

/**
 * How much of the residual `step * terms` explains with the best `step`: the share of its sum of squares, 0 to 1.
 */
export function projection(
  { residual, counts }: ChannelResidual,
  terms: Float64Array,
): { step: number; share: number } {
  let [rx, xx, rr, positions] = [0, 0, 0, 0];
  for (let p = 0; p < residual.length; p++) {
    if (counts[p] === 0) continue;
    rx += residual[p]! * terms[p]!;
    xx += terms[p]! ** 2;
    rr += residual[p]! ** 2;
    if (terms[p] !== 0) positions++;
  }
  return positions < LEAST_POSITIONS || xx === 0 || rr === 0
    ? { step: 0, share: 0 }
    : { step: rx / xx, share: (rx * rx) / (xx * rr) };
}
