// What the evaluator computes on: one image's map, row-major, in float64. Read first in this room, then the operations
// (convolution, pooling, pointwise), then evaluator.ts, which walks the network.

/** `(height, width, channels)` or `(units,)`, row-major: Keras's shapes without the batch dimension. */
export interface FloatMap {
  readonly data: Float64Array;
  readonly shape: readonly number[];
}

/** A map of `(height, width, channels)`, filled with `value`. */
export function filled(height: number, width: number, channels: number, value: number): FloatMap {
  return { data: new Float64Array(height * width * channels).fill(value), shape: [height, width, channels] };
}

/** Height, width and channels of a 3-D map. */
export function dimensions({ shape }: FloatMap): readonly [height: number, width: number, channels: number] {
  const [height, width, channels] = shape;
  return [height!, width!, channels!];
}
