// A program step by step: what its tasks are, what they multiply, what they take, and that together they are the network.
import { beforeAll, describe, expect, test } from 'vitest';
import { sizeOf } from '../../src/core/tensor.js';
import { type Profile, profileOf } from '../../src/engine/profile.js';
import { evaluator } from '../../src/evaluator/evaluator.js';
import { layerMacs, networkMacs } from '../../src/network/cost.js';
import { sizedNetwork } from '../../src/network/sized.js';
import type { ShuffleNetModel } from '../../src/shufflenet/load.js';
import { DEFAULT_SETTINGS } from '../../src/shufflenet/settings.js';
import { loadFixture, noise, randomModel } from '../helpers/models.js';

const FEATURES = { fma: false, barriers: true };
const SHAPE = [32, 32, 3];
const input = noise([1, ...SHAPE]);

let model: ShuffleNetModel;
let profile: Profile;
beforeAll(async () => {
  model = await loadFixture('trained-digits-g3/weights.h5', { pooling: 'avg' });
  profile = await profileOf(model, input.data, { inputShape: SHAPE, features: FEATURES });
});

const tasksOf = ({ steps }: Profile) => steps.flatMap(({ tasks }) => tasks);

describe('the steps', () => {
  test('give what the network gives', async () => {
    const expected = (await evaluator(model).run(input)).get('softmax')!;
    expect(profile.output).toHaveLength(10);
    for (const [i, value] of profile.output.entries()) expect(value).toBeCloseTo(expected.data[i] as number, 5);
  });

  test('multiply as much as the layers do', () => {
    const network = sizedNetwork(model.network, SHAPE);
    const tasks = tasksOf(profile);
    expect(tasks.reduce((sum, { macs }) => sum + macs, 0)).toBe(networkMacs(network));
    const macsOf = (name: string) => layerMacs(network.layers.find((layer) => layer.name === name)!);
    expect(tasks.find(({ layer }) => layer === 'conv1')).toEqual({
      layer: 'conv1',
      kind: 'convolution',
      macs: macsOf('conv1'),
    });
    expect(tasks.find(({ layer }) => layer === 'fc')).toEqual({ layer: 'fc', kind: 'dense', macs: macsOf('fc') });
  });

  test('are sorted by what they do', () => {
    const count = (kind: string) => tasksOf(profile).filter((task) => task.kind === kind).length;
    // Three stages of two units, each with two grouped convolutions around a depthwise one.
    expect(['grouped', 'depthwise', 'pool', 'global-pool', 'convolution'].map(count)).toEqual([12, 6, 4, 1, 1]);
    expect(tasksOf(profile).find(({ kind }) => kind === 'pool')!.macs).toBe(0);
  });

  test('time each of their tasks', () => {
    let [time, looks] = [0, 0];
    const now = () => {
      time += looks++;
      return time;
    };
    const [first] = profile.steps;
    expect(first!.run(now)).toEqual([1]);
  });
});

test.each([1, 2, 4, 8])('a network of %i groups multiplies as much, whatever is folded', async (groups) => {
  const settings = {
    ...DEFAULT_SETTINGS,
    groups,
    scaleFactor: 0.5,
    numShuffleUnits: [0, 1],
    classes: 5,
    inputShape: SHAPE,
  };
  const other = await randomModel(settings);
  const tasks = tasksOf(await profileOf(other, input.data, { inputShape: SHAPE, features: FEATURES }));
  expect(tasks.reduce((sum, { macs }) => sum + macs, 0)).toBe(networkMacs(sizedNetwork(other.network, SHAPE)));
});

test('tasks that run band by band are timed apart', async () => {
  const large = await randomModel({ ...DEFAULT_SETTINGS, numShuffleUnits: [0], classes: 2, inputShape: [160, 160, 3] });
  const { steps } = await profileOf(large, noise([160, 160, 3]).data, {
    inputShape: [160, 160, 3],
    features: FEATURES,
  });
  const { tasks, run } = steps[0]!;
  expect(tasks.map(({ layer }) => layer)).toEqual(['conv1', 'maxpool1']);
  let time = 0;
  const [convolution, pooling] = run(() => time++);
  // Each call takes one: some bands of both.
  expect(convolution).toBeGreaterThan(1);
  expect(pooling).toBe(convolution);
});

test('memory is counted by what it holds', () => {
  const kernels = model.network.layers.flatMap(({ weights }) => [weights.kernel ?? weights.depthwise_kernel ?? []]);
  const bytes = 4 * kernels.filter((shape) => shape.length > 0).reduce((sum, shape) => sum + sizeOf(shape), 0);
  expect(profile.memory.weights).toBeGreaterThan(bytes);
  expect(profile.memory.weights).toBeLessThan(2 * bytes);
  // The input, and what conv1 makes of it.
  const maps = 4 * (33 * 33 * 3 + 16 * 16 * 6);
  expect(profile.memory.maps).toBeGreaterThan(maps);
  expect(profile.memory.maps).toBeLessThan(2 * maps);
});
