// What a float32 run of a model may give, layer by layer: src/parity/expected.ts over a whole network.
import { expect } from 'vitest';
import { type Tensor, toFloat64 } from '../../src/core/tensor.js';
import type { Model } from '../../src/network/model.js';
import { SMALLEST_NORMAL, UNIT_ROUNDOFF } from '../../src/parity/bounds/bounded.js';
import { certain, type ExpectedMap, expectLayer, SIGMA_LIMIT } from '../../src/parity/expected.js';

/** Every layer's values and their variances, for each image. */
export function expectedRun(
  { network, weights }: Pick<Model, 'network' | 'weights'>,
  input: Tensor,
): Map<string, ExpectedMap>[] {
  const [batch = 0, ...shape] = input.shape;
  const values = toFloat64(input);
  const size = values.length / batch;
  return Array.from({ length: batch }, (_, image) => {
    const maps = new Map<string, ExpectedMap>();
    const own = certain({ data: values.slice(image * size, (image + 1) * size), shape });
    for (const layer of network.layers) {
      const taken = layer.inputs.map((name) => maps.get(name)!);
      const map = layer.op === 'InputLayer' ? own : expectLayer(layer, taken, weights.get(layer.name) ?? {});
      maps.set(layer.name, map);
    }
    return maps;
  });
}

/**
 * Fails where a layer has another shape, or a value further off than 12 sigma and so many roundings of its own: one,
 * unless the run is known to round more.
 */
export function expectWithin(
  found: ReadonlyMap<string, Tensor>,
  expected: readonly ReadonlyMap<string, ExpectedMap>[],
  roundings = 1,
) {
  for (const [name, layer] of found) {
    const maps = expected.map((image) => image.get(name)!);
    expect(layer.shape, name).toEqual([maps.length, ...maps[0]!.value.shape]);
    const worst = worstShare(toFloat64(layer), maps, roundings);
    expect(worst, `${name}: share of the error expected`).toBeLessThanOrEqual(1);
  }
}

/** The largest error over what is allowed there; NaN where a value is none. */
function worstShare(found: Float64Array, maps: readonly ExpectedMap[], roundings: number): number {
  let [worst, at] = [0, 0];
  for (const { value, variance } of maps) {
    for (let i = 0; i < variance.length; i++, at++) {
      const right = value.data[i]!;
      const allowed =
        SIGMA_LIMIT * Math.sqrt(variance[i]!) + roundings * UNIT_ROUNDOFF * Math.abs(right) + SMALLEST_NORMAL;
      const share = Math.abs(found[at]! - right) / allowed;
      if (!(share <= worst)) worst = share;
    }
  }
  return worst;
}
