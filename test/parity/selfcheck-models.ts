// Models for the self-check: what Keras trained, changed in one place, and networks whose statistics are made to fit.
import { sizeOf, type Tensor, tensor } from '../../src/core/tensor.js';
import type { WeightRole } from '../../src/core/weights.js';
import { writeSafetensors } from '../../src/formats/safetensors-write.js';
import type { LayerWeights } from '../../src/network/model.js';
import { seededRandom } from '../../src/parity/selfcheck/random.js';
import { buildNetwork } from '../../src/shufflenet/build.js';
import { channelShuffle } from '../../src/shufflenet/channel-shuffle.js';
import type { ShuffleNetModel } from '../../src/shufflenet/load.js';
import type { ShuffleNetSettings } from '../../src/shufflenet/settings.js';
import { loadBytes } from '../helpers/models.js';

/** A weight's values; throws where the model has none. */
export function valuesOf(model: ShuffleNetModel, layer: string, role: WeightRole): Float32Array {
  const found = model.weights.get(layer)?.[role];
  if (found === undefined) throw new Error(`${layer} has no ${role}`);
  return found.data;
}

/** The model with some layers' weights replaced. The model itself is left as it is. */
export function withWeights(
  model: ShuffleNetModel,
  changes: Readonly<Record<string, Readonly<Partial<Record<WeightRole, ArrayLike<number>>>>>>,
): ShuffleNetModel {
  const weights = new Map(model.weights);
  for (const [layer, roles] of Object.entries(changes)) {
    const before = weights.get(layer)!;
    const changed = Object.entries(roles).map(([role, values]) => [
      role,
      tensor(Float32Array.from(values), before[role as WeightRole]!.shape),
    ]);
    weights.set(layer, { ...before, ...Object.fromEntries(changed) } as LayerWeights);
  }
  return { ...model, weights };
}

/** A network whose weights and statistics are normal numbers without meaning, other ones for each layer and seed. */
export function meaninglessModel(settings: ShuffleNetSettings, seed = 1): Promise<ShuffleNetModel> {
  const random = seededRandom(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const value = (role: string): number => (role === 'moving_variance' ? Math.exp(normal() / 2) : normal());
  const weights = buildNetwork(settings).layers.flatMap((layer) =>
    Object.entries(layer.weights).map(([role, shape]): [string, Tensor] => [
      `${layer.name}/${role}`,
      tensor(
        Float32Array.from({ length: sizeOf(shape) }, () => value(role)),
        shape,
      ),
    ]),
  );
  return loadBytes('meaningless.safetensors', writeSafetensors(weights), settings);
}

/** The units of a model whose second pointwise convolution is grouped, as prefixes: `stage2/block2/`. */
export function groupedUnits({ network }: ShuffleNetModel): string[] {
  const concats = network.layers.filter(({ name }) => name.endsWith('1x1_gconv_2/concat'));
  return concats.map(({ name }) => name.slice(0, -'1x1_gconv_2/concat'.length));
}

/** The names of a grouped convolution's kernels' layers. */
export const kernelNames = (unit: string, groups: number): string[] =>
  Array.from({ length: groups }, (_, g) => `${unit}1x1_gconv_2_/g${g}`);

/** Which slice group `group` of `groups` reads. */
export type SliceRule = (group: number, groups: number) => number;

/** What each output channel of a unit's second pointwise convolution is on average, its input's mean being beta. */
export function outputMeans(model: ShuffleNetModel, unit: string, rule: SliceRule): number[] {
  const beta = valuesOf(model, `${unit}bn_dwconv_1`, 'beta');
  const plain = `${unit}1x1_gconv_2`;
  const names = model.weights.has(plain) ? [plain] : kernelNames(unit, model.settings.groups);
  return names.flatMap((name, group) => {
    const { data, shape } = model.weights.get(name)!.kernel!;
    const [, , inputs, outputs] = shape as [number, number, number, number];
    const from = rule(group, names.length) * inputs;
    return Array.from({ length: outputs }, (_, o) => {
      let sum = 0;
      for (let i = 0; i < inputs; i++) sum += beta[from + i]! * data[i * outputs + o]!;
      return sum;
    });
  });
}

/** A network without meaning but for its second pointwise convolutions' means, which are what `rule` makes, times `scale`. */
export async function fittingModel(settings: ShuffleNetSettings, rule: SliceRule, scale = 1): Promise<ShuffleNetModel> {
  const model = await meaninglessModel(settings);
  const units = model.network.layers.filter(({ name }) => name.endsWith('bn_gconv_2'));
  const means = units.map(({ name }) => [
    name,
    { moving_mean: outputMeans(model, name.slice(0, -'bn_gconv_2'.length), rule).map((mean) => mean * scale) },
  ]);
  return withWeights(model, Object.fromEntries(means));
}

/** A vector shuffled as the article shuffles channels. */
export function shuffled(values: ArrayLike<number>, groups: number): number[] {
  const x: Tensor<Float64Array> = tensor(Float64Array.from(values), [values.length]);
  return [...channelShuffle(x, groups).data];
}

/** The kernel stored as `(1, 1, out, in)` and read as `(1, 1, in, out)`. */
export function storedTransposed(kernel: Tensor<Float32Array>): Float32Array {
  const [, , inputs, outputs] = kernel.shape as [number, number, number, number];
  const stored = new Float32Array(sizeOf(kernel.shape));
  for (let i = 0; i < inputs; i++) {
    for (let o = 0; o < outputs; o++) stored[o * inputs + i] = kernel.data[i * outputs + o]!;
  }
  return stored;
}
