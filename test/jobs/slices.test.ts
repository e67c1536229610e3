// Slices that nobody states: every job that loads a model runs it with those the weights were trained with.
import { beforeAll, describe, expect, test } from 'vitest';
import type { Source } from '../../src/checkpoint/source.js';
import { type Tensor, tensor } from '../../src/core/tensor.js';
import { convert } from '../../src/jobs/convert.js';
import { loadModel } from '../../src/jobs/model.js';
import { asArrays, npz, weightsOf } from './material.js';

/** The digits network with the moving means it would have, had every group read the last slice in training. */
async function trainedWithLast(): Promise<Source> {
  const weights = await weightsOf('trained-digits-g3/weights.h5');
  for (const [name, beta] of [...weights]) {
    const unit = /^(.*\/)bn_dwconv_1\/beta$/.exec(name)?.[1];
    const kernels = [0, 1, 2].map((group) => weights.get(`${unit}1x1_gconv_2_/g${group}/kernel`));
    if (unit === undefined || kernels[0] === undefined) continue;
    const means = kernels.flatMap((kernel) => meansOf(kernel!, [...beta.data]));
    weights.set(`${unit}bn_gconv_2/moving_mean`, tensor(Float32Array.from(means), [means.length]));
  }
  return npz(weights);
}

/** W·beta over the last channels of beta; the kernel is `(1, 1, in, out)`. */
function meansOf({ data, shape }: Tensor, beta: number[]): number[] {
  const [, , inputs, outputs] = shape as [number, number, number, number];
  const last = beta.slice(-inputs);
  return Array.from({ length: outputs }, (_, o) => last.reduce((sum, b, i) => sum + b * data[i * outputs + o]!, 0));
}

let last: Source;
beforeAll(async () => {
  last = await trainedWithLast();
});

/** What a network's slices read. */
const slicesIn = ({ network }: Awaited<ReturnType<typeof loadModel>>): Set<number> =>
  new Set(
    network.layers.flatMap((layer) =>
      layer.op === 'Slice' && layer.inputs[0]!.startsWith('stage4/block2/bn_dwconv_1') ? [layer.attrs.begin] : [],
    ),
  );

describe('slices that nobody states', () => {
  test('are the last where the weights were trained so, and the note says why', async () => {
    const model = await loadModel(last, { pooling: 'avg' });
    expect(model.settings.slices).toBe('last');
    expect(slicesIn(model).size).toBe(1);
    expect(model.report.notes).toMatchObject([{ id: 'slices-from-weights' }]);
    expect(model.report.notes[0]!.text).toMatch(/^Every group reads the last slice: .*last slices they miss by/);
  });

  test('are their own where the weights were trained so, which is what the article means: no note', async () => {
    const model = await loadModel(await asArrays('trained-digits-g3/weights.h5'), { pooling: 'avg', slices: 'auto' });
    expect([model.settings.slices, slicesIn(model).size, model.report.notes]).toEqual(['own', 3, []]);
  });

  test('travel with a converted model', async () => {
    expect((await convert(last, { to: 'npz', pooling: 'avg' })).config.slices).toBe('last');
  });

  test('are as stated when somebody states them', async () => {
    const model = await loadModel(last, { pooling: 'avg', slices: 'own' });
    expect([model.settings.slices, slicesIn(model).size]).toEqual(['own', 3]);
  });
});
