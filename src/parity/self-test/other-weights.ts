// The mistake that no single layer shows: all of a recording made with other weights.
import type { Tensor } from '../../core/tensor.js';
import { evaluator } from '../../evaluator/evaluator.js';
import type { LayerWeights } from '../../network/model.js';
import { mapWeight } from '../bounds/linear.js';
import { explainFailures } from '../causes/explain.js';
import type { RecordedLayer } from '../fixture.js';
import { failuresByBounds } from '../judge.js';
import type { Random } from '../selfcheck/random.js';
import type { Checked } from '../verify.js';
import { type WalkMaterial, walk } from '../walk.js';
import type { Planted } from './plant.js';

/** How much larger or smaller a weight is, at most. */
const SPREAD = 0.25;

/** Records the network with other weights, whole, and holds the right ones against that. */
export async function plantOtherWeights(model: Checked, material: WalkMaterial, random: Random): Promise<Planted> {
  const recorded = await recordedWith(otherWeights(model, random), material);
  const planted = { ...material, recorded };
  const failures = failuresByBounds(model.network, walk(model, planted).checks);
  const [first] = explainFailures(model, planted, failures);
  const named = first?.cause?.id ?? null;
  return {
    cause: 'weights-other',
    layer: first?.layer ?? model.network.output,
    words: `every weight is up to ${SPREAD * 100} % larger or smaller, the whole network recorded so`,
    outcome: first === undefined ? 'hidden' : named === 'weights-other' ? 'named' : 'misnamed',
    check: first?.check ?? null,
    named,
    why: first === undefined ? 'no recorded layer differs by more than float32 may be off by' : null,
  };
}

function otherWeights(model: Checked, random: Random): Checked {
  const changed = (weights: LayerWeights): LayerWeights =>
    Object.fromEntries(
      Object.entries(weights).map(([role, weight]) => [
        role,
        mapWeight(weight, (value) => value * (1 + SPREAD * (2 * random() - 1))),
      ]),
    );
  return { ...model, weights: new Map([...model.weights].map(([name, weights]) => [name, changed(weights)])) };
}

async function recordedWith(model: Checked, { input, recorded, rounding }: WalkMaterial) {
  const executor = evaluator(model, { output: rounding === 0 ? 'float64' : 'float32' });
  const outputs = await executor.run(input, [...recorded.keys()]);
  const recordedAs = ({ layer, key }: RecordedLayer, output: Tensor): RecordedLayer => ({
    layer,
    key,
    shape: output.shape,
    read: () => output,
  });
  return new Map([...recorded].map(([name, layer]) => [name, recordedAs(layer, outputs.get(name)!)]));
}
