// Another runtime's free run held against the error expected of float32, layer by layer: what became of a network on its
// way into another format. Read first: expected.ts.
import { sameShape, type Tensor } from '../core/tensor.js';
import { splitBatch } from '../evaluator/evaluator.js';
import type { FloatMap } from '../evaluator/map.js';
import { checkInput } from '../network/input.js';
import type { Model } from '../network/model.js';
import { certain, type ExpectedMap, expectLayer } from './expected.js';
import { freeRunLimits } from './free-run.js';
import { hold } from './hold.js';

/** How far one layer of a run is off. */
export interface HeldLayer {
  readonly layer: string;
  /** NaN where a value is none; null where the shape is another. */
  readonly maxAbsError: number | null;
  /** The largest error as a share of what is expected of float32 there: more than 1 is a failure. */
  readonly share: number;
}

/**
 * Holds `outputs`, what a runtime gave for layers of the network on `input`, against what float64 gives. `biasedTerms` as in
 * `Executor`.
 */
export function holdRun(
  { network, weights }: Pick<Model, 'network' | 'weights'>,
  input: Tensor,
  outputs: ReadonlyMap<string, Tensor>,
  biasedTerms = 0,
): HeldLayer[] {
  checkInput(network, input.shape);
  const images = splitBatch(input);
  const last = new Map(network.layers.flatMap(({ name, inputs }, i) => [name, ...inputs].map((taken) => [taken, i])));
  const states = new Map<string, readonly ExpectedMap[]>();
  const held: HeldLayer[] = [];
  network.layers.forEach((layer, i) => {
    const own = weights.get(layer.name) ?? {};
    const taken = layer.inputs.map((name) => states.get(name)!);
    const state = images.map((image, n) =>
      layer.op === 'InputLayer'
        ? certain(image)
        : expectLayer(
            layer,
            taken.map((maps) => maps[n]!),
            own,
          ),
    );
    states.set(layer.name, state);
    const found = outputs.get(layer.name);
    if (found !== undefined) held.push({ layer: layer.name, ...heldLayer(splitBatch(found), state, biasedTerms) });
    for (const name of states.keys()) if (last.get(name)! <= i) states.delete(name);
  });
  return held;
}

function heldLayer(
  found: readonly FloatMap[],
  expected: readonly ExpectedMap[],
  biasedTerms: number,
): Omit<HeldLayer, 'layer'> {
  const fits =
    found.length === expected.length && found.every(({ shape }, n) => sameShape(shape, expected[n]!.value.shape));
  if (!fits) return { maxAbsError: null, share: Number.POSITIVE_INFINITY };
  const errors = expected.map(({ value, variance }, n) =>
    hold([{ values: found[n]!.data, bounds: freeRunLimits(variance, value.data, 1, biasedTerms) }], value.data),
  );
  return {
    maxAbsError: worst(errors.map(({ maxAbsError }) => maxAbsError)),
    share: worst(errors.map((e) => e.budget)),
  };
}

/** The largest; NaN where one is NaN. */
const worst = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);
