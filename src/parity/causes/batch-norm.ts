// What a batch normalisation was computed with, solved from its input and its recorded output.
import type { LayerOf } from '../../network/layer.js';
import { type Segment, weightsOf } from '../segment.js';

/** One channel's values before and after, all images and positions. */
export interface ChannelPairs {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** The values of channel `c`: what `layer`, the segment's target, is given, and what was recorded of it. */
export function channelPairs(
  { outputs, recording }: Segment,
  layer: LayerOf<'BatchNormalization'>,
  c: number,
): ChannelPairs {
  const [x, y]: [number[], number[]] = [[], []];
  let start = 0;
  for (const of of outputs) {
    const { data, shape } = of.get(layer.inputs[0]!)!.value;
    for (let i = c; i < data.length; i += shape.at(-1)!) {
      x.push(data[i]!);
      y.push(recording.values[start + i]!);
    }
    start += data.length;
  }
  return { x, y };
}

/**
 * Epsilons that the recorded slopes ask for: `slope = gamma / sqrt(variance + epsilon)`, so that
 * `epsilon = (gamma / slope)^2 - variance`. The channels where it shows best, rounded to 3 digits and as it is.
 */
export function solveEpsilon(segment: Segment, layer: LayerOf<'BatchNormalization'>): number[] {
  if (segment.target !== layer) return [];
  const { gamma, moving_mean: m, moving_variance: v, beta } = weightsOf(segment, layer.name);
  let [sum, total] = [0, 0];
  gamma!.data.forEach((g, c) => {
    const { x, y } = channelPairs(segment, layer, c);
    // The line goes through (mean, beta), whatever epsilon is.
    let [xx, xy] = [0, 0];
    x.forEach((value, i) => {
      const d = value - m!.data[c]!;
      xx += d * d;
      xy += d * (y[i]! - beta!.data[c]!);
    });
    const epsilon = ((g * xx) / xy) ** 2 - v!.data[c]!;
    // An error of u in the slope is one of 2 (v + epsilon) u in epsilon.
    const weight = (v!.data[c]! + epsilon) ** -2;
    if (!Number.isFinite(epsilon) || !Number.isFinite(weight)) return;
    sum += weight * epsilon;
    total += weight;
  });
  const epsilon = sum / total;
  return epsilon > 0 ? [Number(epsilon.toPrecision(3)), epsilon] : [];
}
