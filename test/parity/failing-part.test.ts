// The part of a network that shows a failure: which recorded layers feed it. What is in it otherwise: test/jobs/repro.
import { expect, test } from 'vitest';
import { type Tensor, tensor } from '../../src/core/tensor.js';
import { writeNpz } from '../../src/formats/npz.js';
import { activation, input, networkOf } from '../../src/network/symbolic.js';
import { failingPart } from '../../src/parity/failing-part.js';
import { readFixture } from '../../src/parity/fixture.js';
import { checkParity, walkMaterial } from '../../src/parity/verify.js';

const network = networkOf(activation(activation(input([1, 1, 2], 'x'), 'relu', 'a'), 'relu', 'b'), 'n');
const model = { network, weights: new Map() };
const maps = (...values: number[]): Tensor => tensor(Float32Array.from(values), [values.length / 2, 1, 1, 2]);

/** The part for the failure of `b`, for the inputs (1, -1) and (2, -2). */
async function partOfLast(a: Tensor, b: Tensor) {
  const arrays = { input: maps(1, -1, 2, -2), a, b };
  const fixture = readFixture(writeNpz(Object.entries(arrays)), 'reference.npz');
  const { failures } = await checkParity(model, fixture);
  const failure = failures.find(({ layer }) => layer === 'b')!;
  const part = failingPart(model, walkMaterial(network, fixture), failure);
  return { fedBy: [...part.inputs.keys()], layers: part.layers.map(({ name }) => name), part };
}

test('begins at the recorded layers before it', async () => {
  const { fedBy, layers, part } = await partOfLast(maps(1, 0, 2, 0), maps(1, 0, 9, 0));
  expect({ fedBy, layers }).toEqual({ fedBy: ['a'], layers: ['b'] });
  expect(part).toMatchObject({ image: 1, batch: 2, failure: { index: [1, 0, 0, 0] } });
});

test('passes over what was recorded of another batch, which is of no use to what follows', async () => {
  const { fedBy, layers, part } = await partOfLast(maps(1, 0), maps(1, 0, 9, 0));
  expect({ fedBy, layers }).toEqual({ fedBy: ['x'], layers: ['a', 'b'] });
  expect(Array.from(part.computed.data)).toEqual([2, 0]);
});
