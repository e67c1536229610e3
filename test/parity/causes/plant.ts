// A small network with weights of no meaning, a mistake planted in what was recorded of it, and what is said of that.

import { type Tensor, tensor } from '../../../src/core/tensor.js';
import { writeNpz } from '../../../src/formats/npz.js';
import type { LayerWeights } from '../../../src/network/model.js';
import { type Fixture, readFixture } from '../../../src/parity/fixture.js';
import type { Failure } from '../../../src/parity/judge.js';
import { type Random, seededRandom } from '../../../src/parity/selfcheck/random.js';
import { type Checked, checkParity } from '../../../src/parity/verify.js';
import { buildNetwork } from '../../../src/shufflenet/build.js';
import { ARTICLE_REVISION, type ShuffleNetSettings } from '../../../src/shufflenet/settings.js';
import { noise } from '../../helpers/models.js';
import { type Mistake, type Picture, picture, recordWith, stored } from './naive.js';

/** Three groups, two stages; 28 pixels halve to 14, 7, 4 and 2: even and odd sizes, and no map of one cell. */
export const SETTINGS: ShuffleNetSettings = {
  groups: 3,
  scaleFactor: 0.25,
  bottleneckRatio: 0.25,
  numShuffleUnits: [1, 1],
  classes: 7,
  includeTop: true,
  pooling: 'avg',
  inputShape: [28, 28, 3],
  slices: 'own',
  revision: ARTICLE_REVISION,
};

/** Two images without a pattern, from -1 to 1, as pixels of 0 to 255 come out of x / 127.5 - 1. */
export const IMAGES: readonly Picture[] = [1, 2].map((seed) => {
  const { data } = noise([28, 28, 3], seed);
  return picture(28, 28, 3, (row, column, c) =>
    Math.fround(Math.round((data[(row * 28 + column) * 3 + c]! + 1) * 127.5) / 127.5 - 1),
  );
});

/** Numbers from 0 to 1, the same for the same name (seeded by FNV-1a). */
function numbersOf(name: string): Random {
  return seededRandom([...name].reduce((hash, char) => Math.imul(hash ^ char.charCodeAt(0), 16777619), 2166136261));
}

/** Kernels around 0, so scaled that values keep their size; gammas, means and variances above 0; some variances small. */
function weightOf(name: string, role: string, shape: readonly number[], seed: string): Tensor<Float32Array> {
  const next = numbersOf(`${seed}${name}/${role}`);
  const terms = shape.slice(0, role === 'depthwise_kernel' ? 2 : -1).reduce((a, b) => a * b, 1);
  const value: Readonly<Record<string, () => number>> = {
    kernel: () => (3 * (next() - 0.4)) / Math.sqrt(terms),
    depthwise_kernel: () => (3 * (next() - 0.4)) / Math.sqrt(terms),
    gamma: () => 0.5 + next(),
    moving_mean: () => 0.1 + 0.4 * next(),
    moving_variance: () => 0.02 + next(),
  };
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, value[role] ?? (() => next() - 0.5));
  return tensor(data, shape);
}

/** The network with weights of no meaning, other ones in every layer, and with every seed. */
export function smallModel(settings: Partial<ShuffleNetSettings> = {}, seed = ''): Checked {
  const network = buildNetwork({ ...SETTINGS, ...settings });
  const weights = network.layers.map(({ name, weights: shapes }) => [
    name,
    Object.fromEntries(Object.entries(shapes).map(([role, shape]) => [role, weightOf(name, role, shape, seed)])),
  ]);
  return { network, weights: new Map(weights as [string, LayerWeights][]) };
}

/** The same model with other values in one weight. */
export function damaged(
  model: Checked,
  layer: string,
  change: (weights: Record<string, Float32Array>) => void,
): Checked {
  const copies = Object.entries(model.weights.get(layer)!).map(
    ([role, t]) => [role, { ...t, data: t.data.slice() }] as const,
  );
  change(Object.fromEntries(copies.map(([role, { data }]) => [role, data])));
  return { ...model, weights: new Map(model.weights).set(layer, Object.fromEntries(copies)) };
}

/** A fixture of arrays, `input` among them. */
export function fixtureOf(arrays: ReadonlyMap<string, Tensor>, input: readonly Picture[] = IMAGES): Fixture {
  const shape = [input[0]!.h, input[0]!.w, input[0]!.c];
  return readFixture(writeNpz([['input', stored(input, shape)], ...arrays]), 'reference.npz');
}

/** An honest recording of a model: every layer, or those called for. */
export function honest(model: Checked, only: (name: string) => boolean = () => true): Fixture {
  const arrays = [...recordWith(model, IMAGES, () => undefined)];
  return fixtureOf(new Map(arrays.filter(([name]) => name !== model.network.input && only(name))));
}

/** The failures of a model against a fixture, with their causes. */
export async function explained(model: Checked, fixture: Fixture): Promise<readonly Failure[]> {
  return (await checkParity(model, fixture)).failures;
}

/** What `mistake` leaves in a recording of `truth`, held against `model`. `only`: the layers that were recorded. */
export function planted(
  model: Checked,
  mistake: Mistake,
  { truth = model, only = () => true }: { truth?: Checked; only?: (name: string) => boolean } = {},
): Promise<readonly Failure[]> {
  const arrays = [...recordWith(truth, IMAGES, mistake)].filter(([name]) => name !== model.network.input && only(name));
  return explained(model, fixtureOf(new Map(arrays)));
}
