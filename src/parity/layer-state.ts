// What one layer gives, in the three ways that are followed: alone, corrected, and freely.

import type { Tensor } from '../core/tensor.js';
import { sizeOf } from '../core/tensor.js';
import { splitBatch } from '../evaluator/evaluator.js';
import type { Layer } from '../network/layer.js';
import type { LayerWeights } from '../network/model.js';
import { type BoundedMap, exact } from './bounds/bounded.js';
import { boundLayer } from './bounds/bounds.js';
import { certain, type ExpectedMap, expectLayer } from './expected.js';
import { expectDoubtful } from './expected-doubtful.js';

/** One layer's outputs, a map an image. */
export interface LayerState {
  /** From recorded inputs where there are any; what was recorded, once it has been compared. */
  readonly isolated: readonly BoundedMap[];
  /**
   * The same, but for recorded outputs that were found wrong: those as they ought to be. Present only after one, so
   * that whoever consumed the right values is not blamed for the wrong recording.
   */
  readonly corrected?: readonly BoundedMap[];
  readonly free: readonly ExpectedMap[];
}

/** A recorded output, read: its shape with the batch, and the values of all images in a row. */
export interface Recording {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

/** The network's input, `(batch, height, width, channels)`. */
export function inputState(input: Tensor): LayerState {
  const images = splitBatch(input);
  return { isolated: images.map(exact), free: images.map(certain) };
}

/** Runs a layer on the outputs of those it takes. `rounding` and `doubts` as in `boundLayer`. */
export function layerState(
  layer: Layer,
  inputs: readonly LayerState[],
  weights: LayerWeights,
  rounding: number,
  doubts?: LayerWeights,
): LayerState {
  const images = inputs[0]!.free.map((_, image) => image);
  const bounded = (of: (state: LayerState) => readonly BoundedMap[]): BoundedMap[] =>
    images.map((i) => {
      const maps = inputs.map((state) => of(state)[i]!);
      return boundLayer(layer, maps, weights, rounding, doubts);
    });
  const free = images.map((i) => {
    const maps = inputs.map((state) => state.free[i]!);
    return doubts === undefined ? expectLayer(layer, maps, weights) : expectDoubtful(layer, maps, weights, doubts);
  });
  const isolated = bounded((state) => state.isolated);
  if (inputs.every(({ corrected }) => corrected === undefined)) return { isolated, free };
  return { isolated, free, corrected: bounded((state) => state.corrected ?? state.isolated) };
}

/** The layer's outputs as recorded, for what comes after it; `wrong` keeps what they ought to be. */
export function recordedState(
  { isolated, free }: LayerState,
  { shape, values }: Recording,
  wrong: boolean,
): LayerState {
  const [batch, ...imageShape] = shape;
  const size = sizeOf(imageShape);
  const recorded = Array.from({ length: batch! }, (_, i) =>
    exact({ data: values.subarray(i * size, (i + 1) * size), shape: imageShape }),
  );
  return { isolated: recorded, free, ...(wrong && { corrected: isolated }) };
}
