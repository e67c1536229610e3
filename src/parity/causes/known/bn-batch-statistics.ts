// The reference was recorded in training mode: its batch normalisations use the batch's own mean and variance.
import { tensor } from '../../../core/tensor.js';
import type { LayerOf } from '../../../network/layer.js';
import type { LayerWeights } from '../../../network/model.js';
import { type Segment, weightsOf } from '../../segment.js';
import type { KnownCause } from '../cause.js';
import { layersOf, named, withWeights } from '../changes.js';

/** `model(x, training=True)`, or a learning phase left at 1. */
export const bnBatchStatistics: KnownCause = {
  id: 'bn-batch-statistics',
  prior: 4,
  *variations(segment) {
    const norms = layersOf(segment, 'BatchNormalization');
    // Those after the first are given what the first makes of the batch, which is not known here.
    const [layer, ...others] = norms;
    if (layer === undefined || others.length > 0) return;
    yield {
      words: `The reference was recorded in training mode: ${named([layer])} normalises with the mean and variance of the batch, not with the moving ones`,
      fix: 'Record it again with `model.predict(x)` or `model(x, training=False)`.',
      change: withWeights(segment, [layer], () => ofBatch(segment, layer)),
      // Means and variances are sums over the whole batch, rounded as such.
      precision: { times: 1 + positions(segment, layer) / 8, relative: 0 },
    };
  },
};

const inputs = ({ outputs }: Segment, { inputs: [name] }: LayerOf<'BatchNormalization'>) =>
  outputs.map((of) => of.get(name!)!.value);

const positions = (segment: Segment, layer: LayerOf<'BatchNormalization'>): number =>
  inputs(segment, layer).reduce((sum, { data, shape }) => sum + data.length / shape.at(-1)!, 0);

function ofBatch(segment: Segment, layer: LayerOf<'BatchNormalization'>): LayerWeights {
  const weights = weightsOf(segment, layer.name);
  const maps = inputs(segment, layer);
  const count = positions(segment, layer);
  const channels = weights.gamma!.data.length;
  const sumOf = (f: (value: number, c: number) => number): Float32Array => {
    const sums = new Float64Array(channels);
    for (const { data } of maps) for (let i = 0; i < data.length; i++) sums[i % channels]! += f(data[i]!, i % channels);
    return Float32Array.from(sums, (sum) => sum / count);
  };
  const mean = sumOf((value) => value);
  const variance = sumOf((value, c) => (value - mean[c]!) ** 2);
  return { ...weights, moving_mean: tensor(mean, [channels]), moving_variance: tensor(variance, [channels]) };
}
