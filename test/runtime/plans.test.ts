// Which engines a model makes, and that those it no longer needs are put away: they hold memory and threads.
import { afterEach, expect, test, vi } from 'vitest';
import { Plans } from '../../src/runtime/plans.js';
import { SMALL } from '../helpers/exports.js';
import { noise, randomModel } from '../helpers/models.js';

afterEach(() => vi.restoreAllMocks());

const model = await randomModel({ ...SMALL, groups: 3, inputShape: [null, null, 3] });
const [SMALLER, LARGER] = [28, 32].map((side) => [side, side, 3]) as [number[], number[]];

/** A layer that the fast plan has no value for. */
const INNER = model.network.layers.find(({ op }) => op === 'Slice')!.name;

/** A model's plans, and how often any engine has been put away. */
async function plansAt(shape: readonly number[]) {
  const plans = new Plans(model, {});
  await plans.prepare(shape);
  const dispose = vi.spyOn(Object.getPrototypeOf(plans.engine), 'dispose');
  return { plans, disposed: () => dispose.mock.contexts };
}

test('an engine stays for inputs of its size, and goes when there is one for another', async () => {
  const { plans, disposed } = await plansAt(SMALLER);
  const { engine } = plans;
  await plans.runAt(noise([1, ...SMALLER]));
  await plans.runAt(noise([2, ...SMALLER]));
  expect([plans.engine === engine, disposed()]).toEqual([true, []]);
  await plans.runAt(noise([1, ...LARGER]));
  const { engine: other } = plans;
  expect(other).not.toBe(engine);
  expect(disposed()).toEqual([engine]);
  plans.dispose();
  expect(disposed()).toEqual([engine, other]);
});

test('the fast plan goes where it cannot show what is observed, and comes back', async () => {
  const { plans, disposed } = await plansAt(SMALLER);
  const { layers } = plans.engine!;
  await plans.observe([INNER]);
  // One for what was observed before, which was nothing; and one that turned out to lack the layer.
  expect(disposed()).toHaveLength(2);
  expect(plans.engine!.layers.size).toBeGreaterThan(layers.size);
  await plans.observe([]);
  expect(plans.engine!.layers).toEqual(layers);
  plans.dispose();
  expect(disposed()).toHaveLength(4);
});

test('an engine that is ready when the model is gone is put away', async () => {
  const { disposed } = await plansAt(SMALLER);
  const plans = new Plans(model, {});
  const prepared = plans.prepare(LARGER);
  // By then it is being made.
  await Promise.resolve();
  plans.dispose();
  expect(disposed()).toEqual([]);
  await prepared;
  expect(disposed()).toHaveLength(1);
  expect(plans.engine).toBeUndefined();
});

test('nothing is observed of a run by an engine before', async () => {
  const { plans } = await plansAt(SMALLER);
  await plans.observe(['global_pool']);
  await plans.runAt(noise([1, ...SMALLER]));
  expect(plans.observed('global_pool').shape[0]).toBe(1);
  await plans.prepare(LARGER);
  expect(() => plans.observed('global_pool')).toThrow('nothing was observed of "global_pool"');
  plans.dispose();
});
