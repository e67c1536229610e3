// A runtime's run held against the error expected of float32.
import { beforeAll, describe, expect, test } from 'vitest';
import { type Tensor, tensor } from '../../src/core/tensor.js';
import { evaluator } from '../../src/evaluator/evaluator.js';
import { holdRun } from '../../src/parity/hold-run.js';
import type { ShuffleNetModel } from '../../src/shufflenet/load.js';
import { loadFixture, loadReference } from '../helpers/models.js';

let model: ShuffleNetModel;
let recorded: Map<string, Tensor>;
beforeAll(async () => {
  model = await loadFixture('k21-g3-odd/weights.h5', { pooling: 'avg' });
  recorded = loadReference('k21-g3-odd/reference.npz');
});

const input = (): Tensor => recorded.get('input')!;

describe('a run', () => {
  test("of Keras's own float32 is within what is expected, in every layer, in the network's order", () => {
    const held = holdRun(model, input(), recorded);
    const order = model.network.layers.map(({ name }) => name).filter((name) => recorded.has(name));
    expect(held.map(({ layer }) => layer)).toEqual(order);
    expect(held.length).toBeGreaterThan(60);
    expect(Math.max(...held.map(({ share }) => share))).toBeLessThan(1);
    expect(Math.max(...held.map(({ share }) => share))).toBeGreaterThan(0.05);
  });

  test('of the evaluator is off by the rounding of what it hands out alone', async () => {
    const held = holdRun(model, input(), await evaluator(model).run(input(), ['conv1', 'softmax']));
    expect(held.map(({ layer }) => layer)).toEqual(['conv1', 'softmax']);
    for (const { share, maxAbsError } of held) {
      expect(share).toBeLessThan(0.5);
      expect(maxAbsError).toBeGreaterThan(0);
    }
  });

  test('is off where one value of the last image is, by so much', () => {
    const softmax = recorded.get('softmax')!;
    const values = Float32Array.from(softmax.data);
    values[values.length - 1]! += 0.01;
    const [held] = holdRun(model, input(), new Map([['softmax', tensor(values, softmax.shape)]]));
    expect(held!.share).toBeGreaterThan(1000);
    expect(held!.maxAbsError).toBeCloseTo(0.01, 5);
  });

  test('may be off by the roundings of a sum that begins with a bias, where it has one', () => {
    const outputs = new Map([['conv1', recorded.get('conv1')!]]);
    const [[alone], [biased]] = [holdRun(model, input(), outputs), holdRun(model, input(), outputs, 300)];
    expect(biased!.maxAbsError).toBe(alone!.maxAbsError);
    expect(biased!.share).toBeLessThan(alone!.share / 2);
    expect(biased!.share).toBeGreaterThan(0);
  });

  test('is off where a value is no number', () => {
    const softmax = recorded.get('softmax')!;
    const values = Float32Array.from(softmax.data);
    values[3] = Number.NaN;
    const [held] = holdRun(model, input(), new Map([['softmax', tensor(values, softmax.shape)]]));
    expect([held!.maxAbsError, held!.share]).toEqual([Number.NaN, Number.POSITIVE_INFINITY]);
  });

  test.each([[[1, 10]], [[2, 9]], [[2, 10, 1]]])('is off where the shape is %j', (shape) => {
    const zeros = tensor(new Float32Array(shape.reduce((a, b) => a * b)), shape);
    expect(holdRun(model, input(), new Map([['softmax', zeros]]))).toEqual([
      { layer: 'softmax', maxAbsError: null, share: Number.POSITIVE_INFINITY },
    ]);
  });

  test('on an input that the network does not take is refused', () => {
    expect(() => holdRun(model, tensor(new Float32Array(4), [1, 2, 2, 1]), new Map())).toThrow(
      expect.objectContaining({ tag: 'InputShape' }),
    );
  });
});
